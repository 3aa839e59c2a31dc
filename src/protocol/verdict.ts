import { type Failure, type FailureCode, fail } from '../failure.ts'
import { UNSEEN } from '../plain-text.ts'
import type { Answer } from './http.ts'
import { redact } from './redaction.ts'

/** The judgement of an answer that carries no token. */
export type Verdict =
  /** The server, the network or something between is in trouble: nothing was decided, or it is not known what. */
  | { readonly kind: 'trouble'; readonly failure: Failure; readonly ambiguous: boolean }
  /** The server said no, in OAuth's words or by a 4xx status. */
  | { readonly kind: 'refused'; readonly error: string; readonly failure: Failure }

/** What the judge needs to know of the request. */
export interface Case {
  /** Provider and step, for messages. */
  readonly about: string
  /** What was sent and must not be repeated by a message: a server may echo it. */
  readonly secrets: readonly (string | undefined)[]
}

/**
 * Judges an answer that is not a success.
 *
 * 429 and 5xx come first, whatever the body says: Auth0 has answered a global limit with 500 and `access_denied`. Then the
 * `error` member decides, whatever the status: Auth0 sends 403 where RFC 6749 §5.2 says 400. Then the status.
 */
export function judge(answer: Answer, { about, secrets }: Case): Verdict {
  if (answer.kind === 'unanswered') return trouble(answer.code, answer.ambiguous)
  const { status, format, retryAt } = answer
  const words = wordsOf(answer.body, secrets)
  const details = { ...words, status, ...(retryAt !== undefined && { retryAt }) }

  if (status === 429) return trouble('rate_limited', false)
  if (status >= 500) return trouble('server_unavailable', status === 502 || status === 504)
  if (status === 0 || (status >= 300 && status < 400)) return trouble('unexpected_redirect', false)
  if (isTemporary(words.error)) return trouble('server_unavailable', false)
  if (words.error !== undefined) return refused(words.error)
  if (status === 408 || status === 425) return trouble('timeout', true)
  if (status < 300) return trouble('invalid_response', true)
  if (format === 'other') return trouble('invalid_response', false)
  return refused(status === 401 ? 'invalid_client' : '')

  function trouble(code: FailureCode, ambiguous: boolean): Verdict {
    const seen = answer.kind === 'answered' ? details : {}
    return { kind: 'trouble', ambiguous, failure: fail(code, { about, ...seen }) }
  }

  function refused(error: string): Verdict {
    return { kind: 'refused', error, failure: fail('server_rejected', { about, ...details }) }
  }
}

/** Says the same refusal with a more telling code. */
export function renamed(failure: Failure, code: FailureCode, about: string, remedy?: string): Failure {
  const { code: _, message: __, retryable: ___, ...details } = failure
  return fail(code, { about, ...details, ...(remedy !== undefined && { remedy }) })
}

/** Words that decide. They are no secrets, even where a secret is short enough to be a part of one. */
const known = [
  'authorization_pending',
  'slow_down',
  'expired_token',
  'access_denied',
  'invalid_grant',
  'invalid_client',
  'server_error',
  'temporarily_unavailable',
]

/** Whether it means 500 or 503, which a redirect cannot say; some servers use the words elsewhere. @see RFC 6749 §4.1.2.1 */
export function isTemporary(error: string | undefined): boolean {
  return error === 'server_error' || error === 'temporarily_unavailable'
}

/** @see RFC 6749 §5.2. Some of Auth0's answers say `code` and `description` instead. */
export function wordsOf(body: unknown, secrets: Case['secrets']): Pick<Failure, 'error' | 'description' | 'uri'> {
  const word = member(body, 'error') ?? member(body, 'code')
  const error = known.find((each) => each === word) ?? text(word, 100)
  const description = text(member(body, 'error_description') ?? member(body, 'description'), 200)
  const uri = text(member(body, 'error_uri'), 200)
  const plainUri = uri !== undefined && /^https?:\/\/[^?#]*$/.test(uri)
  return { ...(error && { error }), ...(description && { description }), ...(plainUri && { uri }) }

  function text(value: unknown, limit: number): string | undefined {
    return typeof value === 'string' ? redact(value, secrets).slice(0, limit).replaceAll(UNSEEN, ' ') : undefined
  }
}

/** A member of what should be an object. */
export function member(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.entries(body).find(([key]) => key === name)?.[1]
}
