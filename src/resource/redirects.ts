import { fail, OAuthError } from '../failure.ts'

/** @see https://fetch.spec.whatwg.org/#request-body-header-name */
const bodyHeaders = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']

/** What a caller means for one server only. */
const confidential = ['authorization', 'proxy-authorization', 'cookie', 'host']

/**
 * The request that a redirect leads to, with the caller's own headers, but no credentials for another origin; `undefined`
 * where the answer is no redirect. Rejects with {@link OAuthError} `unexpected_redirect` where it cannot be followed, as in
 * a page, which is not told where it leads.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function nextHop(request: Request, response: Response, about: string): Promise<Request | undefined> {
  if (response.type === 'opaqueredirect') throw unfollowed(about, 'A page cannot follow it safely: use its target.')
  const location = response.headers.get('location')
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const url = targetOf(location, request.url)
  if (!url) throw unfollowed(about, 'It leads to no http(s) URL.')
  const { signal } = request
  const headers = new Headers(request.headers)
  if (new URL(url).origin !== new URL(request.url).origin) for (const name of confidential) headers.delete(name)
  const init = { headers, signal, redirect: 'manual' } as const
  if (!turnsIntoGet(response.status, request.method)) {
    const body = request.body && (await request.arrayBuffer())
    return new Request(url, { ...init, method: request.method, body })
  }
  for (const name of bodyHeaders) headers.delete(name)
  return new Request(url, { ...init, method: 'GET' })
}

/** A request that left the resource's origins, as it may go to any server: without what only the resource is told. */
export function bare(request: Request, ours: Readonly<Record<string, string>>): Request {
  const free = new Request(request, { redirect: 'follow' })
  for (const name of Object.keys(ours)) free.headers.delete(name)
  return free
}

function turnsIntoGet(status: number, method: string): boolean {
  return status === 303 ? method !== 'GET' && method !== 'HEAD' : status <= 302 && method === 'POST'
}

/** The target without credentials; the fragment is the caller's where the target has none. */
function targetOf(location: string, from: string): string | undefined {
  if (!URL.canParse(location, from)) return undefined
  const url = new URL(location, from)
  if (url.hash === '') url.hash = new URL(from).hash
  const isSound = /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  return isSound ? url.href : undefined
}

function unfollowed(about: string, remedy: string): OAuthError {
  return new OAuthError(fail('unexpected_redirect', { about: `${about}, fetch`, remedy, retryable: false }))
}
