import type { Options } from 'ky'
import type { Environment } from '../environment.ts'
import type { Endpoint } from '../providers/provider.ts'
import { retryAt } from './retry-after.ts'

/** One POST, as data. */
export interface WireRequest {
  readonly endpoint: Endpoint
  readonly url: string
  /** In order; none is sent twice, and none without a value. @see RFC 6749 §3.2 */
  readonly parameters: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** Parameters go in the URL instead of the body: a discouraged deviation. */
  readonly inQuery: boolean
}

/** What came back, as data: never somebody else's error object, whose members may hold the request. */
export type Answer = { readonly endpoint: Endpoint } & (
  | {
      readonly kind: 'answered'
      readonly status: number
      /** `json` was parsed into `body`; `other` is HTML, malformed, too large or broken off. */
      readonly format: 'json' | 'empty' | 'other'
      readonly body: unknown
      /** When the server wants to be asked again, in Unix milliseconds. */
      readonly retryAt: number | undefined
      readonly requestedAt: number
      readonly receivedAt: number
    }
  | {
      readonly kind: 'unanswered'
      readonly code: 'network' | 'timeout'
      /** Whether the server may have acted on the request. */
      readonly ambiguous: boolean
      readonly requestedAt: number
      readonly receivedAt: number
    }
)

/** A 2xx answer: what is in it is for the caller to judge. */
export function isSuccess(answer: Answer): answer is Extract<Answer, { kind: 'answered' }> {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
}

/** The largest body that is read, in bytes; an OAuth answer has a few hundred. */
const BODY_LIMIT = 64 * 1024

let loading: Promise<typeof import('ky')> | undefined

/** Loads the HTTP client ahead of the first request: not at import, which it would slow, nor after an intent is stored. */
export async function prepareHttp(): Promise<void> {
  // Where it cannot be loaded now, the request says so.
  await loadHttp().catch(() => {})
}

function loadHttp(): Promise<typeof import('ky')> {
  loading ??= import('ky').catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

/**
 * Sends one POST and reads the whole answer; the only place that speaks HTTP.
 * It never rejects, never retries, never follows a redirect, and gives up after `timeout` milliseconds, body included.
 */
export async function post(request: WireRequest, environment: Environment, timeout: number): Promise<Answer> {
  const { endpoint } = request
  const requestedAt = environment.now()
  const patience = new AbortController()
  const { signal } = patience
  const cancel = environment.after(timeout, () => patience.abort(), { watched: true })
  let sent = false
  try {
    const { default: ky } = await loadHttp()
    sent = true
    // A fetch of a host's own may ignore the signal.
    const response = await Promise.race([ky.post(...kyRequest(request, environment, signal)), aborted(signal)])
    const content = await readJson(response, signal)
    if (signal.aborted && response.ok) throw signal.reason
    const receivedAt = environment.now()
    const { status, headers } = response
    const wait = retryAt(status, headers, receivedAt)
    return { kind: 'answered', endpoint, status, ...content, retryAt: wait, requestedAt, receivedAt }
  } catch (error) {
    const code = signal.aborted ? 'timeout' : 'network'
    const ambiguous = sent && !neverArrived(error)
    return { kind: 'unanswered', endpoint, code, ambiguous, requestedAt, receivedAt: environment.now() }
  } finally {
    cancel()
  }
}

/** What ky is told: by itself it follows redirects with the form, retries, and throws errors that print it. */
function kyRequest(request: WireRequest, { fetch }: Environment, signal: AbortSignal): [string, Options] {
  const { url, parameters, headers, inQuery } = request
  const options: Options = {
    body: new URLSearchParams(inQuery ? {} : parameters),
    // Without a charset, as RFC 6749 and every provider write it; a fetch would add one.
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    signal,
    fetch,
    retry: 0,
    timeout: false,
    redirect: 'manual',
    throwHttpErrors: false,
    cache: 'no-store',
    credentials: 'omit',
  }
  return [inQuery ? withQuery(url, parameters) : url, options]
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

/** Adds parameters to a URL, keeping others that it has. A space is `%20`: a page that decodes plainly would read `+` as a plus. */
export function withQuery(url: string, parameters: Readonly<Record<string, string>>): string {
  const at = url.indexOf('?')
  const [base, query] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  const kept = query.split('&').filter((pair) => pair !== '' && !Object.hasOwn(parameters, nameOf(pair)))
  const added = Object.entries(parameters).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return `${base}?${[...kept, ...added].join('&')}`
}

function nameOf(pair: string): string {
  return [...new URLSearchParams(pair).keys()][0] ?? ''
}

type Content = Pick<Extract<Answer, { kind: 'answered' }>, 'format' | 'body'>

async function readJson(response: Response, signal: AbortSignal): Promise<Content> {
  const text = await readText(response, signal).catch(() => undefined)
  if (text?.trim() === '') return { format: 'empty', body: undefined }
  try {
    return { format: 'json', body: JSON.parse(text ?? '') }
  } catch {
    // Not JSON: said by `format`. The parser's error would quote the body.
    return { format: 'other', body: undefined }
  }
}

/** Reads a body of at most {@link BODY_LIMIT} bytes; `undefined` where it is larger. */
async function readText(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (!response.body) {
    // React Native's fetch has no streams: the body is in memory before its size is known.
    const text = await Promise.race([response.text(), aborted(signal)])
    return text.length > BODY_LIMIT ? undefined : text
  }
  const reader = response.body.getReader()
  const abandon = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', abandon, { once: true })
  try {
    const decoder = new TextDecoder()
    let text = ''
    let size = 0
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength
      if (size > BODY_LIMIT) return undefined
      text += decoder.decode(part.value, { stream: true })
    }
    return signal.aborted ? undefined : text + decoder.decode()
  } finally {
    signal.removeEventListener('abort', abandon)
    abandon()
  }
}

/** Node's codes for a connection that was never made: the server cannot have acted. A browser tells nothing. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_)/

function neverArrived(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const [code, syscall] = ['code', 'syscall'].map((name) => String(Reflect.get(cause, name)))
    // An unreachable network can also end a connection that has sent already.
    if (neverConnected.test(code ?? '') || (/UNREACH|NETDOWN/.test(code ?? '') && syscall === 'connect')) return true
  }
  return false
}
