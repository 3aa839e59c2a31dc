import type { FailureCode } from '../../../failure.ts'
import { causeIn } from '../../../inspect/cause.ts'
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
  return causeIn(event, { mark, span: (milliseconds) => span(milliseconds).replace('.0', '') })
}

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
