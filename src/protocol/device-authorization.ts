import { type Failure, fail } from '../failure.ts'
import type { Settings } from '../registration.ts'
import type { DevicePending } from '../vault/record.ts'
import { authenticated, clientSecrets } from './client-authentication.ts'
import { type Answer, isSuccess, type WireRequest } from './http.ts'
import { seconds } from './token-response.ts'
import { judge, member, type Verdict } from './verdict.ts'

/**
 * What is added to every polling interval, in milliseconds: some servers punish a poll that is half a second early, and
 * they measure on their own clock.
 */
export const POLL_MARGIN = 500
/** How long a poll may take to reach the server, which counts from there, in milliseconds. */
export const ON_ITS_WAY = 2_000

/**
 * When to poll, in Unix milliseconds: a pause that outlasts the code is cut short, so that an approval is heard of.
 *
 * @param earliest what must be waited for in any case
 */
export function pollTime(planned: number, earliest: number, expiresAt: number): number {
  if (planned < expiresAt || earliest >= expiresAt) return planned
  return Math.round(Math.max(expiresAt - ON_ITS_WAY, (earliest + expiresAt) / 2))
}

/** Asks for a device code. @see RFC 8628 §3.1 */
export function deviceAuthorizationRequest(settings: Settings): WireRequest {
  const { provider, scope } = settings
  const parameters = { ...provider.parameters?.deviceAuthorization, scope }
  return authenticated(settings, 'deviceAuthorization', parameters)
}

/**
 * Judges the answer: the code, counted from before the request, with the first poll an interval after the answer, or before
 * its end.
 *
 * @see RFC 8628 §3.2, §3.5
 */
export function judgeDeviceAuthorization(
  answer: Answer,
  settings: Settings,
): { kind: 'code'; pending: DevicePending } | Verdict {
  const about = `${settings.provider.name}, device authorization`
  const pending = isSuccess(answer) ? readDeviceCode(answer, settings) : undefined
  if (pending) return { kind: 'code', pending }
  const verdict = judge(answer, { about, secrets: clientSecrets(settings) })
  if (verdict.failure.code !== 'invalid_response' || !isSuccess(answer)) return verdict
  // A person has seen nothing yet, and the next answer would be no better: this is final.
  const failure: Failure = fail('invalid_response', { about, status: answer.status, retryable: false })
  return { kind: 'refused', error: '', failure }
}

function readDeviceCode(
  answer: Extract<Answer, { kind: 'answered' }>,
  { provider }: Settings,
): DevicePending | undefined {
  const { body, requestedAt, receivedAt } = answer
  const deviceCode = member(body, 'device_code')
  const userCode = member(body, 'user_code')
  const verificationUri = httpUrl(member(body, 'verification_uri'))
  const verificationUriComplete = httpUrl(member(body, 'verification_uri_complete'))
  const lifetime = seconds(member(body, 'expires_in')) ?? provider.lifetimes?.deviceCode
  const intervalSeconds = seconds(member(body, 'interval')) ?? 5
  if (!isText(deviceCode) || !isText(userCode) || !verificationUri || lifetime === undefined) return undefined
  const expiresAt = requestedAt + lifetime * 1000
  return {
    kind: 'device',
    deviceCode,
    userCode,
    verificationUri,
    ...(verificationUriComplete && { verificationUriComplete }),
    intervalSeconds,
    nextPollAt: pollTime(receivedAt + intervalSeconds * 1000 + POLL_MARGIN, receivedAt, expiresAt),
    since: receivedAt,
    slowedDown: false,
    expiresAt,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** Links are handed to a browser or a QR code: nothing but http(s) is. */
function httpUrl(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? value : undefined
}
