import { type Failure, fail, misconfigured } from '../failure.ts'
import type { Heard, Told, ToldFailure, ToldToken } from './wire.ts'

/** No answer is kept anywhere, taken for another type, or named to the next server that a browser asks. */
const headers = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const

export function answer(told: Told | ToldToken | Heard): Response {
  return Response.json(told, { headers })
}

/** To a page without the code, which is thus in no address bar, no history and no bookmark. @see RFC 9700 §4.2 */
export function sendTo(page: string): Response {
  return new Response(null, { status: 303, headers: { ...headers, location: inAscii(page) } })
}

/** What a header can hold, and nothing that would end it. @see RFC 3986 §2.1 */
function inAscii(page: string): string {
  return page.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent)
}

/** To a person whose login came back while the server ends. The code is not used up: the same page, asked again, takes it. */
export function comeBackSoon(): Response {
  const text = 'This server is being restarted. Please load this page again in a moment.'
  const more = { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '5' }
  return new Response(text, { status: 503, headers: { ...headers, ...more } })
}

/** A question that is not carried out. Thrown, so that what follows reads as if all was well. */
export class Refused extends Error {
  readonly status: number
  readonly failure: Failure
  readonly #more: Record<string, string>

  constructor(status: number, failure: Failure, more: Record<string, string> = {}) {
    super(failure.message)
    this.status = status
    this.failure = failure
    this.#more = more
  }

  /** @param at when the question came, in Unix milliseconds */
  answer(at: number): Response {
    const told: ToldFailure = { at, failure: this.failure }
    return Response.json(told, { status: this.status, headers: { ...headers, ...this.#more } })
  }
}

/** @param about provider and place, and in brackets what was wrong; never a value that was sent */
export function refused(status: number, about: string, remedy: string, more: Record<string, string> = {}): Refused {
  return new Refused(status, fail('server_rejected', { about, remedy }), more)
}

/** What a function of the host's gave back is not what it promises. */
export function misused(about: string, option: string, expected: string): Refused {
  return new Refused(500, misconfigured(`${about}, option ${option}`, expected).failure)
}

/** The server is about to end, or whoever asked has gone away. */
export function closed(about: string): Refused {
  return new Refused(503, fail('server_unavailable', { about: `${about} (stopped)` }))
}

/** A verb threw, which none should. What it threw may hold secrets: the host is told, and nobody else. */
export function defect(about: string): Refused {
  const message = `${about}: unexpected error in oauth-machines. Please report it, with what the option 'onProblem' is told; nothing stored is lost.`
  return new Refused(500, { code: 'authorization_failed', message, retryable: false })
}
