import { type Failure, isOfVault, OAuthError } from '../failure.ts'
import type { FlowSnapshot } from '../flow-actor.ts'
import { commandFor, nameOf } from './connected.ts'
import { forgetHere } from './forgetting.ts'
import type { ToldFailure } from './json.ts'
import { isStored, type Named, nameFor, type SessionOptions } from './named.ts'
import { isAtRest, open, type Prepared, prepareNamed, recalled, type Session, stateOf, until } from './session.ts'
import type { Terminal } from './terminal.ts'
import { runAgain, toldFailure, withoutPromise } from './told-failure.ts'

export interface LogoutOptions extends SessionOptions {
  /** Erases what is stored here, and tells the provider nothing. Default false. */
  readonly local?: boolean
}

/** Revokes, then forgets: session, registration and secret. */
export async function logout(argument: string, options: LogoutOptions, terminal: Terminal): Promise<void> {
  const { named, ...outcome } = await (options.local ? endedHere : ended)(argument, options, terminal)
  await named.forget()
  tellOutcome(named, outcome, terminal)
}

interface Outcome {
  readonly named: Named
  readonly wasConnected: boolean
  readonly revoked: boolean
  /** Why the provider has not ended the session, or may not have. */
  readonly failure?: ToldFailure | undefined
}

/** Whoever cannot read the vault, or has lost the secret, can leave it all the same. */
async function endedHere(argument: string, options: LogoutOptions): Promise<Outcome> {
  const named = await nameFor(argument, options)
  return { named, revoked: false, ...(await forgetHere(named)) }
}

async function ended(argument: string, options: LogoutOptions, terminal: Terminal): Promise<Outcome> {
  const named = await nameFor(argument, options)
  // As after a logout: then nobody has to say who the client was.
  const isUnknown = !named.known && (await isStored(named, (record) => record === undefined))
  if (isUnknown) return { named, wasConnected: false, revoked: false }
  const prepared = await prepareNamed(named, options, terminal)
  await using session = open(prepared, terminal)
  const { context } = await recalled(session, terminal.signal)
  const { failure } = context
  if (isOfVault(failure)) throw new OAuthError(withHint(failure, argument, prepared))
  const wasConnected = context.token !== undefined || context.wantsRevoke === true
  const outcome = wasConnected ? await revoked(argument, prepared, session, terminal) : { revoked: false }
  await session.connection.forget()
  return { named: prepared, wasConnected, ...outcome }
}

async function revoked(argument: string, prepared: Prepared, { connection }: Session, terminal: Terminal) {
  const look = (snapshot: FlowSnapshot) => {
    const { failure } = snapshot.context
    if (stateOf(snapshot) === 'backingOff' && failure) throw new OAuthError(withHint(failure, argument, prepared))
    return isAtRest(snapshot) ? { revoked: failure === undefined, failure: failure && toldFailure(failure) } : undefined
  }
  connection.send({ type: 'token.revoke' })
  return await until(connection, look, terminal.signal)
}

/** The next one goes on with it: once the wish is stored, no token is handed out. */
function withHint(failure: Failure, argument: string, prepared: Prepared): Failure {
  const again = commandFor('logout', argument, prepared)
  const when = runAgain(failure.retryAt)
  return {
    ...failure,
    message: `${withoutPromise(failure.message)} ${when}: ${again}; with --local it is only forgotten here.`,
  }
}

function tellOutcome(
  named: Named,
  { wasConnected, revoked, failure }: Omit<Outcome, 'named'>,
  terminal: Terminal,
): void {
  const { provider, name } = named
  const about = nameOf(named)
  const isUnread = failure !== undefined && !wasConnected
  terminal.tell({ type: 'disconnected', provider: provider.id, connection: name, revoked, ...(failure && { failure }) })
  const untold = isUnread ? 'Could not be read, and is forgotten' : 'Was not connected, and is forgotten'
  const how = revoked ? 'Disconnected' : wasConnected ? 'Forgotten here' : untold
  terminal.print(`${terminal.style('green', '✔')} ${how}: ${about}`)
  if (failure) terminal.note(failure.message)
  if (isUnread || (wasConnected && !revoked && !failure))
    terminal.note(`${about} was not told: its session${isUnread ? ', if there was one,' : ''} goes on there.`)
}
