import type { FailureCode } from '../failure.ts'
import type { Scene } from './scene.ts'
import type { View } from './shown.ts'
import type { Who, Words } from './words.ts'

/** Who can do something about a failure; of `nobody` it passes by itself, and of `undefined` nothing is in trouble. */
export const whoCanAct: Readonly<Record<FailureCode, Who | undefined>> = {
  authorization_required: 'merchant',
  authorization_denied: 'merchant',
  authorization_failed: 'merchant',
  grant_expired: 'merchant',
  session_expired: 'merchant',
  outcome_unknown: 'merchant',
  app_login_required: 'merchant',
  cancelled: undefined,
  stopped: undefined,
  state_mismatch: undefined,
  rate_limited: 'nobody',
  server_unavailable: 'nobody',
  network: 'nobody',
  timeout: 'nobody',
  budget_exhausted: 'nobody',
  invalid_response: 'operator',
  unexpected_redirect: 'operator',
  vault_unavailable: 'operator',
  vault_mismatch: 'operator',
  app_not_allowed: 'operator',
  server_rejected: 'developer',
  not_supported: 'developer',
  insecure_endpoint: 'developer',
  invalid_configuration: 'developer',
}

/** Those whose remedy is to do nothing, which is not true while a person is shown what to do. */
const passing: readonly FailureCode[] = ['rate_limited', 'server_unavailable', 'budget_exhausted']

export function failureOf(scene: Scene, words: Words): View['failure'] {
  const { state, failure, open, isAtRest, canRenew, nextPollAt = 0 } = scene
  if (!failure) return undefined
  const { code, message } = failure
  const isKnown = Object.hasOwn(whoCanAct, code)
  const who = isKnown ? whoCanAct[code] : 'operator'
  const wording = isKnown ? words.failures[code] : words.otherFailure
  const said = { ...wording, ...(who && { who }), code, ...(message !== undefined && { message }) }
  if (state === 'revoked') return { ...said, ...words.stillListed, who: 'merchant' }
  // The session is over, and nobody can connect again before the token at hand has run out.
  if (state === 'authorized' && !canRenew && who === 'merchant') return { ...said, remedy: words.lastToken }
  // It would pass by itself, but here nothing is tried again without a person.
  if (isAtRest && who === 'nobody') return { ...said, remedy: words.tryLater, who: 'merchant' }
  if (!open || !passing.includes(code)) return said
  // Whoever approves now is not heard of any more.
  if (nextPollAt >= open.expiresAt) return { ...said, remedy: words.tryLater, who: 'merchant' }
  return { ...said, remedy: words.goOn }
}
