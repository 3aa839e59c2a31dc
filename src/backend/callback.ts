import type { Client } from '../client.ts'
import { type Failure, fail, OAuthError } from '../failure.ts'
import type { Grant } from '../providers/provider.ts'
import { seal } from '../sealed.ts'
import { Refused, sendTo } from './answers.ts'
import type { createDesk } from './desk.ts'
import type { createGate } from './gate.ts'
import type { Returned } from './options.ts'

interface Parts {
  readonly client: Client<Grant>
  readonly gate: ReturnType<typeof createGate>
  readonly desk: ReturnType<typeof createDesk>
  /** The registered redirect URI. */
  readonly redirectUri: string | undefined
  readonly pageAfter: (returned: Returned) => string
  /** Provider and place, for messages. */
  readonly about: string
}

/**
 * The handler's own callback: exchanges the code, and sends the browser to a page whose address holds none of it. Whatever
 * happens, it is sent there; the page's machine reads what became of the login.
 *
 * @see RFC 6749 §4.1.2
 */
export function createCallback({ client, gate, desk, redirectUri = '', pageAfter, about }: Parts) {
  const registered = /^https?:/.test(redirectUri) ? new URL(redirectUri).pathname : undefined

  /** A router may have taken the beginning of the path away. */
  function isCallback({ method, url }: Request): boolean {
    return method === 'GET' && registered !== undefined && registered.endsWith(new URL(url).pathname)
  }

  async function handle(request: Request): Promise<Response> {
    return sendTo(pageAfter(await finish(request)))
  }

  async function finish(request: Request): Promise<Returned> {
    const url = `${registered}${new URL(request.url).search}`
    try {
      const session = await gate.sessionOf(request)
      const connection = await client.find(url)
      if (connection === undefined) return stray()
      await gate.checkConnection(request, connection)
      const wish = { type: 'authorization.responded', url: seal(url) } as const
      const errand = { connection, wish, generation: undefined }
      const { standing, failure } = await desk.run('exchangeCode', errand, session, request.signal)
      const isConnected = standing === 'authorized' || standing === 'refreshing'
      // Without a failure, the login was given up a moment ago.
      return { connection, failure: isConnected ? undefined : (failure ?? stray().failure) }
    } catch (error) {
      if (error instanceof OAuthError) return { connection: undefined, failure: error.failure }
      // Without a session, or with somebody else's: as little is said of the login as if there were none.
      if (error instanceof Refused)
        return error.status < 500 ? stray() : { connection: undefined, failure: error.failure }
      throw error
    }
  }

  function stray(): Returned {
    const failure: Failure = fail('state_mismatch', { about: `${about}, redirect` })
    return { connection: undefined, failure }
  }

  return { isCallback, handle }
}
