import type { Errand } from '../dialogue.ts'
import { fail } from '../failure.ts'
import { misused, Refused, refused } from './answers.ts'
import type { BackendOptions } from './options.ts'
import { parseErrand } from './parse-errand.ts'
import { type Content, readJson } from './read-json.ts'

/** The largest question, in bytes; a redirect of some thousand characters is the longest thing in one. */
const BODY_LIMIT = 16 * 1024

interface Rules extends Pick<BackendOptions, 'session' | 'allows'> {
  readonly origins: ReadonlySet<string>
}

/** Who may ask what; each step throws a refusal. Nothing is looked up before a request has passed all that needs no look. */
export function createGate({ origins, session, allows }: Rules, about: string) {
  /**
   * A page of another site cannot make a browser send this: the content type needs its permission, and both headers tell
   * where the request comes from. What is no browser sends neither header, and no cookie of somebody else's.
   *
   * @see https://fetch.spec.whatwg.org/#origin-header
   */
  function checkPost({ method, headers }: Request): void {
    if (method !== 'POST') throw refused(405, `${about} (method)`, 'Send a POST.', { allow: 'POST' })
    const origin = headers.get('origin')
    const site = headers.get('sec-fetch-site')
    if ((origin !== null && !origins.has(origin)) || (site !== null && site !== 'same-origin'))
      throw refused(
        403,
        `${about} (origin)`,
        "Ask from a page of this server; its origin stands in the option 'origins'.",
      )
    const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') throw refused(415, `${about} (content type)`, 'Send application/json.')
  }

  async function sessionOf(request: Request): Promise<string> {
    const id: unknown = await session(request)
    if (!id) throw new Refused(401, fail('app_login_required', { about: `${about} (no session)` }))
    // With anything else, all browsers would share one session.
    if (typeof id !== 'string') throw misused(about, 'session', 'the id of the session, a string')
    return id
  }

  async function errandOf(request: Request): Promise<Errand> {
    const content = await contentOf(request)
    if (content === 'too large') throw refused(413, `${about} (too large)`, 'Send at most 16 kB.')
    const parsed = content === 'malformed' ? { wrong: 'the body' } : parseErrand(content.json)
    if ('wrong' in parsed) throw refused(400, `${about} (${parsed.wrong})`, 'Use the client of the same version.')
    return parsed.errand
  }

  /** The connection may break, and somebody may have read the body before. */
  async function contentOf(request: Request): Promise<Content> {
    const isRead = request.bodyUsed
    try {
      return await readJson(request, BODY_LIMIT)
    } catch {
      const remedy = isRead ? 'Give the handler the request before anything reads its body.' : 'Send it again.'
      throw refused(400, `${about} (no body)`, remedy)
    }
  }

  async function checkConnection(request: Request, name: string): Promise<void> {
    const isAllowed = await allows(request, name)
    if (isAllowed !== true) throw new Refused(403, fail('app_not_allowed', { about: `${about} (connection)` }))
  }

  return { checkPost, sessionOf, errandOf, checkConnection }
}
