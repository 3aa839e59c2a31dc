import { connectionError } from './faults.ts'

export type Answer = (request: Request, signal: AbortSignal) => Promise<Response>

const redirectStatuses = [301, 302, 303, 307, 308]

/**
 * A fetch without a network around something that answers requests. It rejects and follows redirects as the platform's
 * own does, the request's body included where a 307 asks for it, and reaches no other host.
 */
export function createMemoryFetch(answer: Answer, speaksFor: (url: URL) => boolean): typeof globalThis.fetch {
  return async (input, init) => {
    let request = new Request(input, init)
    // The caller's own signal: the copy that a Request makes can be garbage while it is still needed.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : request.signal)
    for (let hops = 0; hops <= 20; hops += 1) {
      signal.throwIfAborted()
      const url = new URL(request.url)
      if (!speaksFor(url)) throw connectionError('ENOTFOUND', `The emulator does not speak for ${url.origin}`)
      const response = await answer(request.clone(), signal)
      const location = redirectStatuses.includes(response.status) ? response.headers.get('location') : null
      if (location === null || request.redirect === 'manual') return abortable(response, signal)
      if (request.redirect === 'error') throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
      request = redirected(request, response.status, new URL(location, url))
    }
    throw new TypeError('fetch failed', { cause: new Error('redirect count exceeded') })
  }
}

/** The response, whose body breaks off when the signal aborts. */
function abortable(response: Response, signal: AbortSignal): Response {
  return new Response(response.body?.pipeThrough(new TransformStream(), { signal }) ?? null, response)
}

/** @see https://fetch.spec.whatwg.org/#http-redirect-fetch */
function redirected(request: Request, status: number, url: URL): Request {
  const headers = new Headers(request.headers)
  if (url.origin !== new URL(request.url).origin) headers.delete('authorization')
  const becomesGet = status === 303 || (status < 303 && request.method === 'POST')
  if (!becomesGet) return new Request(new Request(url, request), { headers })
  headers.delete('content-type')
  return new Request(url, { headers, redirect: request.redirect })
}
