import { nameOf } from './connected.ts'
import { displayOf, type Login } from './displays.ts'
import { type Engaged, engage, type Patience } from './engage.ts'
import { open, type Prepared, type Session, type SessionOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

export interface LoginOptions extends SessionOptions, Patience {
  /** Whether to open the link in a browser. Default false. */
  readonly open?: boolean
  /** Default true. */
  readonly saveSecret?: boolean
}

/** A login that needs nothing of this machine but its screen. */
export async function plainLogin(prepared: Prepared, options: LoginOptions, terminal: Terminal): Promise<Engaged> {
  await using session = open(prepared, terminal)
  return await shown(session, prepared, options, terminal)
}

/** Leads a connection to a session, and shows how that goes on. */
export async function shown(
  session: Session,
  prepared: Prepared,
  options: LoginOptions,
  terminal: Terminal,
  particulars: { readonly paste?: boolean; readonly binding?: string | undefined } = {},
): Promise<Engaged> {
  const { provider, name } = prepared
  const { paste = false, binding } = particulars
  const login: Login = { provider: provider.id, connection: name, heading: `Connect ${nameOf(prepared)}`, paste }
  const display = await displayOf(login, terminal)
  // From the moment at which the provider knows the client, nobody has to say again who it is.
  const begun = () => prepared.remember(options.saveSecret ?? true)
  return await engage(session, { display, ...options, about: provider.name, binding, begun }, terminal)
}
