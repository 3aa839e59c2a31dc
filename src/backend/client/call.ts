import type { Environment } from '../../environment.ts'
import { type Failure, fail } from '../../failure.ts'
import { retryAt } from '../../protocol/retry-after.ts'
import { readJson } from '../read-json.ts'
import type { Ask, Asked } from '../wire.ts'
import { type Shift, type Shifts, shiftedFailure } from './clocks.ts'
import { parseFailure } from './parse-answer.ts'

/** The largest answer that is read, in bytes; one has a few hundred. */
const BODY_LIMIT = 64 * 1024

/** What became of a question: what was read from the answer, by this device's clock; or why there is none. */
export type Reply<T> =
  | { readonly kind: 'told'; readonly told: T }
  | { readonly kind: 'untold'; readonly failure: Failure }

/** How an answer is read; `undefined` where it is none of the server's. */
export interface Reading<T extends { readonly at: number }, R> {
  readonly parse: (body: unknown) => T | undefined
  readonly shift: (told: T, shift: Shift) => R
}

export interface CallOptions {
  /** Gives up waiting; the server obeys where it has sent nothing yet. */
  readonly signal?: AbortSignal
  /** Whether the question goes on after its page has gone. Default false. */
  readonly outlives?: boolean
}

export interface Calling {
  /** Where the handler is: the path of a question is one segment more. */
  readonly base: string
  readonly environment: Environment
  /** For the whole answer, in milliseconds. */
  readonly requestTimeout: number
  /** Provider and place, for messages. */
  readonly about: string
  readonly shiftOf: Shifts
}

export type Call = ReturnType<typeof createCall>

/** Asks the server, with one POST; rejects with nothing but the signal's reason. */
export function createCall({ base, environment, requestTimeout, about, shiftOf }: Calling) {
  async function call<T extends { readonly at: number }, R>(
    ask: Ask,
    asked: Asked,
    { parse, shift }: Reading<T, R>,
    options: CallOptions = {},
  ): Promise<Reply<R>> {
    const sentAt = environment.now()
    const response = await post(ask, asked, options)
    if (typeof response === 'string') return untold(fail(response, { about: `${about}, ${ask}` }))
    const { ok, body } = response
    if (!ok) return untold(refusal(response, sentAt, ask))
    const told = parse(body)
    // Of another page, or of a proxy.
    if (!told) return untold(fail('invalid_response', { about: `${about}, ${ask}` }))
    return { kind: 'told', told: shift(told, shiftOf(sentAt, told.at)) }
  }

  /** The answer, whatever it is, or the word for why there is none. */
  async function post(ask: Ask, asked: Asked, { signal, outlives = false }: CallOptions) {
    const patience = new AbortController()
    const giveUp = () => patience.abort()
    const cancel = environment.after(requestTimeout, giveUp, { watched: true })
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      signal?.throwIfAborted()
      const request = environment.fetch(`${base}/${ask}`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(asked),
        // A login page of the host's is no answer.
        redirect: 'manual',
        cache: 'no-store',
        keepalive: outlives,
        signal: patience.signal,
      })
      // A fetch of a host's own may ignore the signal.
      return await Promise.race([request.then(read), aborted(patience.signal)])
    } catch {
      signal?.throwIfAborted()
      return patience.signal.aborted ? 'timeout' : 'network'
    } finally {
      cancel()
      signal?.removeEventListener('abort', giveUp)
    }
  }

  /** The server's own words, where it is ours; what stands between says no more than a status. */
  function refusal({ status, headers, body }: Answered, sentAt: number, ask: Ask): Failure {
    const told = parseFailure(body)
    if (told) return { ...shiftedFailure(told.failure, shiftOf(sentAt, told.at).measured), status }
    const details = { about: `${about}, ${ask}`, ...(status > 0 && { status }) }
    const instant = retryAt(status, headers, environment.now())
    const wait = instant !== undefined && { retryAt: instant }
    if (status === 429) return fail('rate_limited', { ...details, ...wait })
    if (status >= 500) return fail('server_unavailable', { ...details, ...wait })
    if (status < 400) return fail('unexpected_redirect', details)
    // The host's own door.
    if (status === 401) return fail('app_login_required', details)
    if (status === 403) return fail('app_not_allowed', details)
    // A page of a proxy, or of a host that is being renewed: it passes.
    return fail('invalid_response', details)
  }

  return call
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

async function read(response: Response): Promise<Answered> {
  const content = await readJson(response, BODY_LIMIT)
  const { ok, status, headers } = response
  return { ok, status, headers, body: typeof content === 'object' ? content.json : undefined }
}

interface Answered {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

function untold(failure: Failure) {
  return { kind: 'untold' as const, failure }
}
