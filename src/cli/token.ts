import type { TokenDetails } from '../connection.ts'
import { fail, OAuthError } from '../failure.ts'
import { commandFor, nameOf } from './connected.ts'
import { type Patience, patienceOf, type Waiting } from './engage.ts'
import { prepareToUse } from './preparing.ts'
import { open, type Prepared, type Session, type SessionOptions, stateOf, until } from './session.ts'
import type { Terminal } from './terminal.ts'

export interface TokenOptions extends SessionOptions, Patience {
  /** Default true. */
  readonly saveSecret?: boolean
}

/** Prints an access token that is alive, and nothing else, to standard output. */
export async function token(argument: string, options: TokenOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepareToUse(argument, options, terminal)
  const { provider, name, known } = prepared
  const { accessToken, type: tokenType, scope, expiresAt } = await freshToken(argument, prepared, options, terminal)
  // A service that needs nobody has no login at which it would be remembered.
  if (!known) await prepared.remember(options.saveSecret ?? true)
  const end = expiresAt !== undefined && { expiresAt }
  if (!terminal.isJson) return terminal.put(accessToken)
  terminal.tell({ type: 'token', provider: provider.id, connection: name, accessToken, tokenType, scope, ...end })
}

async function freshToken(
  argument: string,
  prepared: Prepared,
  { timeout }: TokenOptions,
  terminal: Terminal,
): Promise<TokenDetails> {
  await using session = open(prepared, terminal)
  const patience = patienceOf(
    { about: prepared.provider.name, ...(timeout !== undefined && { timeout }) },
    terminal.signal,
  )
  try {
    return await patientToken(session, patience)
  } catch (error) {
    throw orPersonNeeded(error, argument, prepared)
  } finally {
    patience.end()
  }
}

/** While there is time, trouble that passes is waited for. */
async function patientToken({ connection }: Session, { signal, isInTime }: Waiting): Promise<TokenDetails> {
  for (;;) {
    try {
      return await connection.token({ signal })
    } catch (error) {
      if (!(error instanceof OAuthError && isInTime(error.failure))) throw error
      await until(connection, (snapshot) => stateOf(snapshot) !== 'backingOff' || undefined, signal)
    }
  }
}

/** Names the command that a person can connect with. */
export function orPersonNeeded(error: unknown, argument: string, prepared: Prepared): unknown {
  if (!(error instanceof OAuthError) || error.code !== 'authorization_required') return error
  return personNeeded(argument, prepared, error.failure.error)
}

export function personNeeded(argument: string, prepared: Prepared, word?: string): OAuthError {
  const remedy = `A person must connect it: ${commandFor('login', argument, prepared)}`
  const about = nameOf(prepared)
  return new OAuthError(fail('authorization_required', { about, remedy, ...(word !== undefined && { error: word }) }))
}
