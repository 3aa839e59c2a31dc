import { createEnvironment, type Environment } from '../../src/environment.ts'
import type { Answer } from '../../src/protocol/http.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { checkRegistration, type Registration, type Settings } from '../../src/registration.ts'

/** A request as a server would see it. */
export interface Seen {
  /** When it came, in Unix milliseconds. */
  readonly at: number
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The body as it is on the wire. */
  readonly body: string
  /** The parameters of the body, decoded, in order. */
  readonly parameters: readonly (readonly [string, string])[]
  readonly request: Request
}

/** What a scripted server does with one request; a function may also wait, or reject. */
export type Reply = Response | Error | ((seen: Seen) => Response | Promise<Response>)

/** A server in memory: one reply per request, in order. It counts what was not expected and what was left over. */
export function scriptedFetch(...replies: Reply[]) {
  const seen: Seen[] = []
  const script = [...replies]
  let unexpected = 0

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const at = Date.now()
    const request = new Request(input, init)
    const body = await request.clone().text()
    const parameters = [...new URLSearchParams(body)]
    const { method, url } = request
    const sight: Seen = {
      at,
      method,
      url,
      headers: Object.fromEntries(request.headers),
      body,
      parameters,
      request,
    }
    seen.push(sight)
    const reply = script.shift()
    if (reply === undefined) {
      unexpected++
      return json({ error: 'unexpected_request_in_test' }, 418)
    }
    if (reply instanceof Error) throw reply
    return typeof reply === 'function' ? reply(sight) : reply
  }

  return {
    fetch,
    seen,
    /** Adds replies to the script. */
    expectMore: (...more: Reply[]) => void script.push(...more),
    /** How far the requests and the script differ; both are 0 where all went as written. */
    differences: () => ({ unexpected, unused: script.length }),
  }
}

export const asWritten = { unexpected: 0, unused: 0 }

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

export function refusal(error: string, status = 400, headers: Record<string, string> = {}): Response {
  return json({ error }, status, headers)
}

export function html(status = 200): Response {
  return new Response('<!doctype html><title>Wi-Fi login</title>', { status, headers: { 'content-type': 'text/html' } })
}

/** A connection that broke after the request had left: the server may have acted. */
export function brokenConnection(): Error {
  return Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  })
}

/** A server that does not answer; it obeys the signal, as fetch does. */
export function silence({ request: { signal } }: Seen): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** An environment whose clock stands still at an instant, unless it is given another. */
export function stillEnvironment(at: number, parts: Partial<Environment> = {}): Environment {
  return createEnvironment({ now: () => at, random: () => 0, ...parts })
}

/** A checked registration; takes what a JavaScript caller may pass. */
export function settingsOf(provider: Provider, registration: object, allowLoopbackHttp = false): Settings {
  const unchecked: unknown = registration
  return checkRegistration(provider, unchecked as Registration, allowLoopbackHttp)
}

/** An answer as `post` gives it, for judges that are asked alone. */
export function answered(
  status: number,
  body: unknown,
  more: { format?: 'json' | 'empty' | 'other'; retryAt?: number; requestedAt?: number; receivedAt?: number } = {},
): Answer {
  const { format = body === undefined ? 'empty' : 'json', retryAt, requestedAt = 0, receivedAt = requestedAt } = more
  return { kind: 'answered', endpoint: 'token', status, format, body, retryAt, requestedAt, receivedAt }
}

export function unanswered(code: 'network' | 'timeout', ambiguous: boolean, at = 0): Answer {
  return { kind: 'unanswered', endpoint: 'token', code, ambiguous, requestedAt: at, receivedAt: at }
}
