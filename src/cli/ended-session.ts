import { OAuthError } from '../failure.ts'
import type { FlowSnapshot } from '../flow-actor.ts'
import { commandFor } from './connected.ts'
import { type Prepared, stateOf } from './session.ts'
import { spanOf } from './spans.ts'

/** Throws where the session has ended, and the token at hand has not: while there is one, nobody can log in. */
export function checkSession(snapshot: FlowSnapshot, argument: string, prepared: Prepared): void {
  const { token, failure } = snapshot.context
  if (stateOf(snapshot) !== 'authorized' || !token || token.renewable || !failure) return
  const end = token.expiresAt === undefined ? 'still works' : `ends in ${spanOf(token.expiresAt - Date.now())}`
  const again = ['logout', 'login'].map((command) => commandFor(command, argument, prepared)).join(' && ')
  const message = `${failure.message} The token at hand ${end}; to connect again before that: ${again}`
  throw new OAuthError({ ...failure, message })
}
