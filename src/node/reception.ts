import { type ServerResponse, STATUS_CODES } from 'node:http'
import { fail, OAuthError } from '../failure.ts'
import type { Sealed } from '../sealed.ts'
import { type PageName, protection, type WrittenPages } from './pages.ts'
import type { Visit } from './visit.ts'

/** Whether a URL that came is the awaited one. */
export type Accepts = (url: Sealed) => boolean | PromiseLike<boolean>

/** Waits for one answer among all that comes to a port. */
export interface Reception {
  answer(accepts: Accepts): Promise<Sealed>
  /** Ends the waiting for an answer; nothing where one has come. */
  giveUp(reason: unknown): void
  receive(visit: Visit, response: ServerResponse): void
  /** Resolves once there is an answer, or none will be. */
  readonly settled: Promise<void>
  /** Resolves once nobody waits for a page any more. */
  readonly over: Promise<void>
  /** Lets nobody wait for a page any longer. */
  dismiss(): void
}

/** How many answers are looked at at once. */
const CROWD = 32

export function createReception(pages: WrittenPages): Reception {
  const asked = Promise.withResolvers<Accepts>()
  const answered = Promise.withResolvers<Sealed>()
  const settled = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  let isAsked = false
  let outcome: PageName | undefined
  let looking = 0
  let owed = 0
  // Who has not asked, or no longer looks, is not told, and no process must end of that.
  answered.promise.catch(() => {})

  function settle(as: PageName, tell: () => void): void {
    if (outcome) return
    outcome = as
    tell()
    settled.resolve()
  }

  /** The page for one who brought an answer; whoever is still looked at when all is settled waits no longer. */
  async function judge(visit: Extract<Visit, { kind: 'answer' }>): Promise<PageName> {
    await Promise.race([look(visit), settled.promise])
    return outcome ?? 'unrelated'
  }

  async function look({ url, says }: Extract<Visit, { kind: 'answer' }>): Promise<void> {
    try {
      const accepts = await asked.promise
      if (!outcome && (await accepts(url))) settle(says, () => answered.resolve(url))
    } catch (error) {
      settle('refused', () => answered.reject(error))
    }
  }

  async function receiveAnswer(visit: Extract<Visit, { kind: 'answer' }>, response: ServerResponse): Promise<void> {
    if (looking >= CROWD) return refuse(response, 503)
    looking++
    const page = await judge(visit)
    looking--
    if (page === outcome) owed++
    // Led on, so that the code stays neither in the address bar nor among the pages that the browser lists. Its database
    // may keep the way there all the same, RFC 9700 §4.3.1; a code is good for one exchange.
    reply(response, 303, { location: `${visit.folder}/${page}` })
  }

  function receivePage(page: PageName, response: ServerResponse): void {
    // Not that of the response: it comes before the browser has all of it.
    if (page === outcome) response.req.socket.once('close', () => --owed <= 0 && over.resolve())
    reply(response, 200, { 'content-type': 'text/html; charset=utf-8' }, pages[page])
  }

  return {
    answer(accepts) {
      const about = 'Loopback redirect, answer (asked a second time)'
      const refusal = new OAuthError(fail('not_supported', { about, remedy: 'Keep the first promise.' }))
      if (isAsked) return Promise.reject(refusal)
      isAsked = true
      asked.resolve(accepts)
      return answered.promise
    },
    giveUp(reason) {
      settle('refused', () => {
        answered.reject(reason)
        if (looking === 0) over.resolve()
      })
    },
    receive(visit, response) {
      if (visit.kind === 'stray') refuse(response, visit.status)
      else if (visit.kind === 'answer') void receiveAnswer(visit, response)
      else if (visit.page === 'unrelated' || visit.page === outcome) receivePage(visit.page, response)
      else refuse(response, 404)
    },
    settled: settled.promise,
    over: over.promise,
    dismiss: over.resolve,
  }
}

function refuse(response: ServerResponse, status: number): void {
  const allow = status === 405 && { allow: 'GET' }
  reply(response, status, { 'content-type': 'text/plain', ...allow }, STATUS_CODES[status])
}

function reply(response: ServerResponse, status: number, headers: Record<string, string>, body = ''): void {
  const length = { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...protection, ...headers, ...length, connection: 'close' }).end(body)
}
