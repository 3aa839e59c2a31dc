import type { FailureCode } from '../../../failure.ts'
import type { RequestMade } from '../../../inspect/story.ts'
import { span } from './durations.ts'
import { plain } from './plain.ts'

/**
 * What led to a state, in words: the name of an event of the chart, or what an actor of the machine did.
 *
 * @param mark how a word of the host's is written. Default: as it is, without what nobody sees.
 */
export function causeOf(event: string | undefined, mark: (word: string) => string = plain): string {
  if (event === undefined || event === 'xstate.init') return 'the beginning'
  const [, answer, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  // One that has no name of its own is called by its place in the chart.
  const who = actor && /^\d+\./.test(actor) ? 'the invoked actor' : mark(actor ?? '')
  if (actor && answer === 'error') return `${who} broke`
  if (actor) return deadlines.get(actor) ?? `${who} answered`
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(event) ?? []
  if (delay) return `after ${/^\d+$/.test(delay) ? span(Number(delay)).replace('.0', '') : mark(delay)}`
  return mark(event)
}

/** The actors that wait for an instant. */
const deadlines: ReadonlyMap<string, string> = new Map([
  ['nextPoll', 'the next poll was due'],
  ['slowPoll', 'the next poll was due'],
  ['nextTry', 'the next try was due'],
  ['freshness', 'the renewal was due'],
])

/** What was asked of the server. */
export function requestOf({ endpoint }: Pick<RequestMade, 'endpoint'>): string {
  return { deviceAuthorization: 'device authorization', token: 'token', revocation: 'revocation' }[endpoint]
}

/** What the server said, as far as it concerns nobody else. */
export function answerOf({ status }: Pick<RequestMade, 'status'>): string {
  return status === undefined ? 'no answer' : String(status)
}

/** What came of a request, in words: by the states that it led from and to. Of a failure they tell nothing more. */
export function outcomeOf(from: string, to: string, failure?: FailureCode): string {
  const outcome = failure ? undefined : outcomes.get(`${from} ${to}`)
  return outcome ? `${from}: ${outcome}` : plain(`${from} → ${to}`)
}

const outcomes: ReadonlyMap<string, string> = new Map([
  ['requestingCode awaitingUser', 'a code'],
  ['polling awaitingUser', 'not approved yet'],
  ['polling slowDown', 'slow down'],
  ['polling authorized', 'approved'],
  ['exchangingCode authorized', 'a token'],
  ['requestingToken authorized', 'a token'],
  ['refreshing authorized', 'a new token'],
  ['adopting authorized', 'a new token'],
  ['revoking revoked', 'revoked'],
])

/** A failure code in words: `server_unavailable` reads `server unavailable`. */
export function failureOf(code: string): string {
  return code.replaceAll('_', ' ')
}
