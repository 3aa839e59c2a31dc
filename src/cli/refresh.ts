import { fail, isOfVault, OAuthError } from '../failure.ts'
import type { FlowSnapshot } from '../flow-actor.ts'
import { nameOf, tellConnected } from './connected.ts'
import { checkSession } from './ended-session.ts'
import { type Engaged, patienceOf, type Waiting } from './engage.ts'
import { prepareToUse } from './preparing.ts'
import { isAtRest, open, type Prepared, recalled, type Session, stateOf, until } from './session.ts'
import type { Terminal } from './terminal.ts'
import { personNeeded, type TokenOptions } from './token.ts'

/** Gets a new token now, whatever is left of the old one. */
export async function refresh(argument: string, options: TokenOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepareToUse(argument, options, terminal)
  const patience = patienceOf({ ...options, about: prepared.provider.name }, terminal.signal)
  try {
    await using session = open(prepared, terminal)
    const before = await askedOf(session, argument, prepared, patience.signal)
    const look = (snapshot: FlowSnapshot) => {
      checkSession(snapshot, argument, prepared)
      return renewed(snapshot, before, patience)
    }
    const engaged = await until(session.connection, look, patience.signal)
    tellConnected('refresh', argument, prepared, engaged, terminal)
  } finally {
    patience.end()
  }
}

/** Asks for a new token; resolves with the generation of the one before. */
async function askedOf(session: Session, argument: string, prepared: Prepared, signal: AbortSignal): Promise<number> {
  const { connection } = session
  const snapshot = await recalled(session, signal)
  const { token, failure } = snapshot.context
  if (isOfVault(failure)) throw new OAuthError(failure)
  checkSession(snapshot, argument, prepared)
  if (token && !token.renewable) {
    const remedy = 'No new token can be had without a person: log in again when it has ended.'
    throw new OAuthError(fail('not_supported', { about: `${nameOf(prepared)}, refresh`, remedy }))
  }
  if (token) connection.send({ type: 'token.refresh' })
  else if (prepared.provider.grant === 'client_credentials') connection.send({ type: 'authorization.start' })
  else throw personNeeded(argument, prepared, failure?.error)
  return token?.generation ?? 0
}

function renewed(snapshot: FlowSnapshot, before: number, { isInTime }: Waiting): Engaged | undefined {
  const { token, failure } = snapshot.context
  const state = stateOf(snapshot)
  if (state === 'authorized' && token && token.generation > before) return { already: false, snapshot }
  if (failure && state === 'backingOff' && isInTime(failure)) return undefined
  if (failure && (state === 'backingOff' || isAtRest(snapshot))) throw new OAuthError(failure)
  return undefined
}
