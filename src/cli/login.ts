import { tellConnected } from './connected.ts'
import { checkSession } from './ended-session.ts'
import type { Engaged } from './engage.ts'
import { afterAsking } from './exit-codes.ts'
import { type LoginOptions, plainLogin } from './plain-login.ts'
import { prepareToUse } from './preparing.ts'
import { redirectLogin } from './redirect-login.ts'
import type { Prepared } from './session.ts'
import type { Terminal } from './terminal.ts'

/** Connects, or goes on with a login that was begun; ends at once where there is a session. */
export async function login(argument: string, options: LoginOptions, terminal: Terminal): Promise<void> {
  const prepared = await prepareToUse(argument, options, terminal)
  const engaged = await carriedOut(prepared, options, terminal)
  checkSession(engaged.snapshot, argument, prepared)
  tellConnected('login', argument, prepared, engaged, terminal)
}

async function carriedOut(prepared: Prepared, options: LoginOptions, terminal: Terminal): Promise<Engaged> {
  try {
    const isRedirect = prepared.provider.grant === 'authorization_code'
    return await (isRedirect ? redirectLogin : plainLogin)(prepared, options, terminal)
  } catch (error) {
    throw afterAsking(error)
  }
}
