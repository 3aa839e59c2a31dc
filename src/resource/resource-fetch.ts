import type { Environment } from '../environment.ts'
import { fail, misconfigured, OAuthError } from '../failure.ts'
import { saysInvalidToken } from './challenge.ts'
import { bare, nextHop } from './redirects.ts'
import { type Renewal, renew, type Used } from './renewal.ts'
import { complete } from './resource-headers.ts'
import type { Resource } from './resource-origins.ts'
import { createRestraint, type Restraint } from './restraint.ts'

/** What `connection.fetch` is made of. */
export interface ResourceParts extends Resource, Renewal {
  /** What must not stand in a URL. */
  readonly secrets: () => readonly (string | undefined)[]
  readonly environment: Environment
}

/** One call: what its requests have in common. */
interface Call {
  readonly parts: ResourceParts
  /** Members of the caller's init that a `Request` does not hold, for instance a framework's cache options. */
  readonly extras: RequestInit
  readonly follows: boolean
  readonly restraint: Restraint
  retried: boolean
}

/** As many as browsers and Node follow. @see https://fetch.spec.whatwg.org/#http-redirect-fetch */
const REDIRECTS = 20

/**
 * Makes a fetch that adds the token, and the provider's headers, to requests for the resource's origins, and to no other.
 * It follows redirects itself, since a fetch would take the provider's headers along to whatever origin it is sent to.
 */
export function resourceFetch(parts: ResourceParts): typeof globalThis.fetch {
  const restraint = createRestraint(parts.environment)
  return async (input, init) => {
    const url = urlOf(input)
    for (const token of parts.secrets()) refuseToken(url, token, parts.about)
    if (!isOurs(url, parts)) return parts.environment.fetch(input, init)
    refuseParameter(url, parts.about)
    const wanted = init?.redirect ?? (isRequest(input) ? input.redirect : 'follow')
    const request = new Request(input, { ...init, redirect: wanted === 'error' ? 'error' : 'manual' })
    return follow(request, { parts, extras: extrasOf(init), follows: wanted === 'follow', restraint, retried: false })
  }
}

/** Sends a request and those that it is redirected to. Once it has left the resource's origins, nothing is added again. */
async function follow(first: Request, call: Call): Promise<Response> {
  const { parts, extras } = call
  let request = first
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const { response, next } = await exchange(request, call)
    if (!next) return response
    discard(response)
    for (const token of parts.secrets()) refuseToken(next.url, token, parts.about)
    if (!isOurs(next.url, parts)) return parts.environment.fetch(bare(next, parts.headers), extras)
    refuseParameter(next.url, parts.about)
    request = next
  }
  throw new OAuthError(fail('unexpected_redirect', { about: `${parts.about}, fetch`, retryable: false }))
}

/** Sends one request to the resource, and tells where its answer leads. */
async function exchange(request: Request, call: Call): Promise<{ response: Response; next: Request | undefined }> {
  try {
    const response = await authorized(request, call)
    const next = call.follows ? await nextHop(request, response, call.parts.about) : undefined
    return { response, next }
  } finally {
    // Copies of it were sent: whoever makes its body need not go on for this one.
    discard(request)
  }
}

/** Sends one request with the token, and once more with a new one where the first was refused as invalid. */
async function authorized(request: Request, call: Call): Promise<Response> {
  const { parts, restraint } = call
  const { signal } = request
  const { origin } = new URL(request.url)
  const token = await parts.token({ signal })
  const response = await send(request, token, call)
  const isRefused = await saysInvalidToken(response, signal, parts.environment)
  if (call.retried || !isRefused || !restraint.allows(origin)) return response
  call.retried = true
  // Nobody reads the refusal: it says less than the new answer, or than the error that says why there is no new token.
  discard(response)
  const renewed = await renew(token, parts, signal)
  const second = await send(request, renewed, call)
  if (await saysInvalidToken(second, signal, parts.environment)) restraint.failed(origin, renewed.generation)
  else restraint.succeeded(origin)
  return second
}

/** The request itself is kept for a retry; what is sent is a copy. */
function send(request: Request, { accessToken }: Used, { parts, extras }: Call): Promise<Response> {
  refuseToken(request.url, accessToken, parts.about)
  const copy = request.clone()
  complete(copy.headers, parts.headers)
  copy.headers.set('authorization', `Bearer ${accessToken}`)
  return parts.environment.fetch(copy, extras)
}

function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === 'object' && 'url' in input
}

/** The URL as a fetch would read it; in a page it may be relative. */
function urlOf(input: RequestInfo | URL): string {
  return isRequest(input) ? input.url : new Request(input).url
}

function isOurs(url: string, { origins }: Resource): boolean {
  return origins.has(new URL(url).origin)
}

function extrasOf(init: RequestInit = {}): RequestInit {
  const { method: _, headers: __, body: ___, signal: ____, redirect: _____, ...extras } = init
  return extras
}

/** @see RFC 6750 §2.3, §5.3: URLs are logged */
function refuseParameter(url: string, about: string): void {
  if (new URL(url).searchParams.has('access_token'))
    throw misconfigured(`${about}, fetch, access_token in the URL`, 'the token goes in a header by itself')
}

/** A shorter word may stand in a URL by chance; it would be no secret. */
const SHORTEST_TOKEN = 8

function refuseToken(url: string, token: string | undefined, about: string): void {
  if (token === undefined || token.length < SHORTEST_TOKEN) return
  // A host name is in lower case, whatever was written.
  if (unescaped(url).toLowerCase().includes(unescaped(token).toLowerCase()))
    throw misconfigured(`${about}, fetch, token in the URL`, 'the token goes in a header by itself')
}

/** Each escaped byte by itself, since a URL may be malformed, and a token is ASCII. */
function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Tells whoever sends or receives a body that nobody waits for it. One that somebody else reads cannot be cancelled. */
function discard({ body }: Request | Response): void {
  void body?.cancel().catch(() => {})
}
