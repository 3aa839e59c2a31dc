import type { Client } from '../client.ts'
import type { Environment } from '../environment.ts'
import { type Failure, fail, OAuthError } from '../failure.ts'
import type { Grant } from '../providers/provider.ts'
import { seal } from '../sealed.ts'
import { misused, Refused, sendTo } from './answers.ts'
import type { createDesk } from './desk.ts'
import type { createGate } from './gate.ts'
import { createOnce } from './once.ts'
import type { Returned } from './options.ts'

interface Parts {
  readonly client: Client<Grant>
  readonly gate: ReturnType<typeof createGate>
  readonly desk: ReturnType<typeof createDesk>
  /** The registered redirect URI. */
  readonly redirectUri: string | undefined
  readonly pageAfter: (returned: Returned) => string
  readonly environment: Environment
  /** Provider and place, for messages. */
  readonly about: string
}

/**
 * The handler's own callback: exchanges the code, and sends the browser to a page whose address holds none of it. Whatever
 * happens, it is sent there; the page's machine reads what became of the login.
 *
 * @see RFC 6749 §4.1.2
 */
export function createCallback({ client, gate, desk, redirectUri = '', pageAfter, environment, about }: Parts) {
  const once = createOnce<Returned>(({ connection, failure }) => connection !== undefined && !failure, environment)
  const registered = /^https?:/.test(redirectUri) ? new URL(redirectUri).pathname : undefined

  /** A router may have taken the beginning of the path away, but not all of it. */
  function isCallback({ method, url }: Request): boolean {
    const { pathname } = new URL(url)
    if (method !== 'GET' || registered === undefined) return false
    return pathname === registered || (pathname !== '/' && registered.endsWith(pathname))
  }

  async function handle(request: Request): Promise<Response> {
    const page: unknown = pageAfter(await finish(request))
    if (typeof page !== 'string') throw misused(about, 'page', 'a function that returns a path')
    return sendTo(page)
  }

  /** A page that is loaded twice, or a double click, gets what the first one got: there is but one code. */
  async function finish(request: Request): Promise<Returned> {
    const url = `${registered}${new URL(request.url).search}`
    try {
      const session = await gate.sessionOf(request)
      return await once(`${session} ${url}`, () => exchange(request, url, session))
    } catch (error) {
      if (error instanceof OAuthError) return { connection: undefined, failure: error.failure }
      // Without a session, or with somebody else's: as little is said of the login as if there were none.
      if (error instanceof Refused)
        return error.status < 500 ? stray() : { connection: undefined, failure: error.failure }
      throw error
    }
  }

  async function exchange(request: Request, url: string, session: string): Promise<Returned> {
    const connection = await whose(url, session)
    if (connection === undefined) return stray()
    await gate.checkConnection(request, connection)
    const wish = { type: 'authorization.responded', url: seal(url) } as const
    const errand = { connection, wish, generation: undefined }
    const { standing, failure } = await desk.run('exchangeCode', errand, session, request.signal)
    const isConnected = standing === 'authorized' || standing === 'refreshing'
    // Without a failure, the login was given up a moment ago.
    return { connection, failure: isConnected ? undefined : (failure ?? stray().failure) }
  }

  async function whose(url: string, session: string): Promise<string | undefined> {
    const hasState = new URL(url, 'http://callback.invalid').searchParams.has('state')
    return hasState ? client.find(url) : desk.begunIn(session)
  }

  function stray(): Returned {
    const failure: Failure = fail('state_mismatch', { about: `${about}, redirect` })
    return { connection: undefined, failure }
  }

  return { isCallback, handle }
}
