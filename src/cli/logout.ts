import { type Failure, OAuthError } from '../failure.ts'
import type { FlowSnapshot } from '../flow-actor.ts'
import { commandFor, nameOf } from './connected.ts'
import {
  isAtRest,
  open,
  type Prepared,
  prepare,
  recalled,
  type Session,
  type SessionOptions,
  stateOf,
  until,
} from './session.ts'
import type { Terminal } from './terminal.ts'
import { toldFailure } from './told-failure.ts'

export interface LogoutOptions extends SessionOptions {
  /** Erases what is stored here, and tells the provider nothing. Default false. */
  readonly local?: boolean
}

/** Revokes, then forgets: session, registration and secret. */
export async function logout(argument: string, options: LogoutOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepare(argument, options, terminal)
  const outcome = await ended(argument, prepared, options, terminal)
  await prepared.forget()
  tellOutcome(prepared, outcome, terminal)
}

interface Outcome {
  readonly wasConnected: boolean
  readonly revoked: boolean
  /** Why the provider has not ended the session, or may not have. */
  readonly failure?: Failure | undefined
}

async function ended(
  argument: string,
  prepared: Prepared,
  { local = false }: LogoutOptions,
  terminal: Terminal,
): Promise<Outcome> {
  await using session = open(prepared, terminal)
  const { connection } = session
  const { context } = await recalled(session, terminal.signal)
  const wasConnected = context.token !== undefined
  const outcome = wasConnected && !local ? await revoked(argument, prepared, session, terminal) : { revoked: false }
  await connection.forget()
  return { wasConnected, ...outcome }
}

async function revoked(argument: string, prepared: Prepared, { connection }: Session, terminal: Terminal) {
  const look = (snapshot: FlowSnapshot) => {
    const { failure } = snapshot.context
    if (stateOf(snapshot) === 'backingOff' && failure) throw new OAuthError(withHint(failure, argument, prepared))
    return isAtRest(snapshot) ? { revoked: failure === undefined, failure } : undefined
  }
  connection.send({ type: 'token.revoke' })
  return await until(connection, look, terminal.signal)
}

/** The wish is stored, and no token is handed out any more. */
function withHint(failure: Failure, argument: string, prepared: Prepared): Failure {
  const again = commandFor('logout', argument, prepared)
  return { ...failure, message: `${failure.message} Run it again: ${again}; with --local it is only forgotten here.` }
}

function tellOutcome(prepared: Prepared, { wasConnected, revoked, failure }: Outcome, terminal: Terminal): void {
  const { provider, name } = prepared
  const why = failure && { failure: toldFailure(failure) }
  terminal.tell({ type: 'disconnected', provider: provider.id, connection: name, revoked, ...why })
  const sign = terminal.style('green', '✔')
  const how = revoked ? 'Disconnected' : wasConnected ? 'Forgotten here' : 'Was not connected, and is forgotten'
  terminal.print(`${sign} ${how}: ${nameOf(prepared)}`)
  if (failure) terminal.note(failure.message)
  else if (wasConnected && !revoked) terminal.note(`${nameOf(prepared)} was not told: its session goes on there.`)
}
