import { OAuthError } from '../failure.ts'
import { type LoopbackRedirect, loopbackRedirect } from '../node/loopback-redirect.ts'
import { isLoopback } from '../registration.ts'
import type { Sealed } from '../sealed.ts'
import type { Engaged } from './engage.ts'
import { pastedInto } from './pasting.ts'
import { type LoginOptions, plainLogin, shown } from './plain-login.ts'
import { open, type Prepared, recalled, type Session, stateOf, until } from './session.ts'
import type { Terminal } from './terminal.ts'

/** An answer without `state` is taken with a binding only. This one binds nothing: no browser has a session here. */
const BINDING = 'the command line of oauth-machines'
const UNBOUND =
  'unsafe_missing_state: an answer without state is taken from whatever page or program sends it while this login waits. ' +
  'See to it that the right account is connected.'
/** The login has a deadline of its own. Milliseconds. */
const A_DAY = 86_400_000

/** A login in a browser: waits on a port of this machine, or for the URL to be pasted where the browser goes elsewhere. */
export async function redirectLogin(prepared: Prepared, options: LoginOptions, terminal: Terminal): Promise<Engaged> {
  const before = await lookBefore(prepared, terminal)
  if (before.isConnected) return await plainLogin(prepared, options, terminal)
  if (bindingOf(prepared) !== undefined) terminal.note(UNBOUND)
  const uri = before.redirectUri ?? prepared.registration.redirectUri ?? ''
  if (!isOnLoopback(uri)) return await withPasting(prepared, options, terminal)
  return await withListening(prepared, before.redirectUri, options, terminal)
}

/** Whether there is a session, or the redirect URI, with its port, of a login that was begun. */
async function lookBefore(prepared: Prepared, terminal: Terminal) {
  await using session = open(prepared, terminal)
  const snapshot = await recalled(session, terminal.signal)
  const { prompt, token } = snapshot.context
  const isBegun = stateOf(snapshot) === 'awaitingUser' && prompt?.kind === 'redirect'
  const redirectUri = isBegun ? new URL(prompt.url.open()).searchParams.get('redirect_uri') : null
  return { isConnected: token !== undefined, redirectUri: redirectUri ?? undefined }
}

function isOnLoopback(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === 'http:' && isLoopback(new URL(uri).hostname)
}

async function withListening(
  prepared: Prepared,
  begunWith: string | undefined,
  options: LoginOptions,
  terminal: Terminal,
): Promise<Engaged> {
  await using loopback = await listen(prepared, begunWith)
  await using session = open(prepared, terminal, { redirectUri: loopback.uri })
  if (begunWith !== undefined && loopback.uri !== begunWith) await abandon(session, terminal)
  const binding = bindingOf(prepared)
  const accepts = (url: Sealed) => isAwaited(url, session, prepared)
  const respond = (url: Sealed) => session.connection.respond(url, binding === undefined ? {} : { binding })
  // The port hears one answer: where that leads to no session, nothing more is to be awaited.
  const over = new AbortController()
  loopback
    .answer(accepts)
    .then(respond)
    .catch((error: unknown) => over.abort(error))
  const signal = AbortSignal.any([terminal.signal, over.signal])
  return await shown(session, prepared, options, { ...terminal, signal }, { binding })
}

/** On the port that the browser was told, where it is free: the browser may still be on its way. */
async function listen({ registration }: Prepared, begunWith: string | undefined): Promise<LoopbackRedirect> {
  const { redirectUri: uri = '' } = registration
  if (begunWith === undefined) return await loopbackRedirect({ uri, timeout: A_DAY })
  try {
    return await loopbackRedirect({ uri: begunWith, timeout: A_DAY })
  } catch (error) {
    if (error instanceof OAuthError && begunWith !== uri) return await loopbackRedirect({ uri, timeout: A_DAY })
    throw error
  }
}

/** Nobody can come back from a login that was begun: its port is taken. */
async function abandon({ connection }: Session, { signal }: Terminal): Promise<void> {
  connection.send({ type: 'authorization.cancel' })
  await until(connection, (snapshot) => stateOf(snapshot) === 'idle' || undefined, signal)
}

function bindingOf({ registration }: Prepared): string | undefined {
  return registration.deviations?.includes('unsafe_missing_state') ? BINDING : undefined
}

async function isAwaited(url: Sealed, { client }: Session, prepared: Prepared): Promise<boolean> {
  const { searchParams } = new URL(url.open(), prepared.registration.redirectUri)
  if (searchParams.has('state')) return (await client.find(url)) === prepared.place
  return bindingOf(prepared) !== undefined && (searchParams.has('code') || searchParams.has('error'))
}

async function withPasting(prepared: Prepared, options: LoginOptions, terminal: Terminal): Promise<Engaged> {
  const over = new AbortController()
  await using session = open(prepared, terminal)
  const binding = bindingOf(prepared)
  const pasting = pastedInto(session, binding, AbortSignal.any([terminal.signal, over.signal]), terminal)
  try {
    return await shown(session, prepared, options, terminal, { paste: true, binding })
  } finally {
    over.abort()
    await pasting
  }
}
