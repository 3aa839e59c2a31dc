import type { Environment } from '../environment.ts'
import type { Failure, FailureCode } from '../failure.ts'
import type { Settings } from '../registration.ts'
import type { DevicePending, Tokens } from '../vault/record.ts'
import { authenticated, clientSecrets } from './client-authentication.ts'
import type { Answer, WireRequest } from './http.ts'
import { aboutTokens, readTokens } from './token-response.ts'
import { judge, renamed } from './verdict.ts'

export type PollVerdict =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'pending' | 'slowDown'; readonly retryAt: number | undefined }
  | { readonly kind: 'trouble'; readonly failure: Failure; readonly ambiguous: boolean }
  | { readonly kind: 'over'; readonly standing: 'expired' | 'failed'; readonly failure: Failure }

/** Asks whether the merchant has approved. @see RFC 8628 §3.4 */
export function deviceTokenRequest(settings: Settings, { deviceCode }: DevicePending): WireRequest {
  return authenticated(settings, 'token', {
    ...settings.provider.parameters?.token,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
  })
}

/**
 * Judges the answer to a poll.
 *
 * @param lostBefore whether an earlier answer was lost, and with it perhaps the tokens
 * @see RFC 8628 §3.5
 */
export function judgeDeviceToken(
  answer: Answer,
  settings: Settings,
  environment: Environment,
  pending: DevicePending,
  lostBefore: boolean,
): PollVerdict {
  const tokens = readTokens(answer, settings, environment)
  if (tokens) return { kind: 'tokens', tokens }
  const about = aboutTokens(answer, settings, 'device login')
  const verdict = judge(answer, { about, secrets: [pending.deviceCode, pending.userCode, ...clientSecrets(settings)] })
  if (verdict.failure.code === 'rate_limited') return { kind: 'slowDown', retryAt: verdict.failure.retryAt }
  if (verdict.kind === 'trouble') return verdict
  const expired = answer.receivedAt >= pending.expiresAt
  switch (verdict.error) {
    case 'authorization_pending':
      return { kind: 'pending', retryAt: verdict.failure.retryAt }
    case 'slow_down':
      return { kind: 'slowDown', retryAt: verdict.failure.retryAt }
    case 'expired_token':
      return over('expired', 'grant_expired')
    case 'access_denied':
      return over('failed', 'authorization_denied')
    case 'invalid_grant':
      // Auth0 says `expired_token` once and `invalid_grant` ever after.
      if (expired) return over('expired', 'grant_expired')
      return lostBefore ? over('failed', 'outcome_unknown') : over('failed', 'authorization_failed')
    default:
      return { kind: 'over', standing: 'failed', failure: verdict.failure }
  }

  function over(standing: 'expired' | 'failed', code: FailureCode): PollVerdict {
    return { kind: 'over', standing, failure: renamed(verdict.failure, code, about) }
  }
}
