import type { TokenDetails } from '../connection.ts'
import { fail, OAuthError } from '../failure.ts'
import { commandFor, nameOf } from './connected.ts'
import { type Patience, patienceOf } from './engage.ts'
import { open, type Prepared, prepare, type SessionOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

export interface TokenOptions extends SessionOptions, Patience {}

/** Prints an access token that is alive, and nothing else, to standard output. */
export async function token(argument: string, options: TokenOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepare(argument, options, terminal)
  const { provider, name, known } = prepared
  const { accessToken, type: tokenType, scope, expiresAt } = await freshToken(argument, prepared, options, terminal)
  // A service that needs nobody has no login at which it would be remembered.
  if (!known) await prepared.remember()
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
    return await session.connection.token({ signal: patience.signal })
  } catch (error) {
    throw orPersonNeeded(error, argument, prepared)
  } finally {
    patience.end()
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
