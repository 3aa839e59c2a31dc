import type { Environment } from '../environment.ts'
import type { Failure } from '../failure.ts'
import type { Settings } from '../registration.ts'
import type { RedirectPending, Tokens } from '../vault/record.ts'
import { authenticated, clientSecrets } from './client-authentication.ts'
import { type Answer, isSuccess, type WireRequest } from './http.ts'
import { aboutTokens, readTokens } from './token-response.ts'
import { judge, renamed } from './verdict.ts'

/** Exchanges an authorization code; sent at most once. @see RFC 6749 §4.1.3, RFC 7636 §4.5 */
export function codeExchangeRequest(settings: Settings, pending: RedirectPending, code: string): WireRequest {
  return authenticated(settings, 'token', {
    ...settings.provider.parameters?.token,
    grant_type: 'authorization_code',
    code,
    redirect_uri: pending.redirectUri,
    code_verifier: pending.verifier,
  })
}

/** Judges the answer. All but tokens is an end: a code is good for one try, and a lost answer takes it along. */
export function judgeCodeExchange(
  answer: Answer,
  settings: Settings,
  environment: Environment,
  secrets: readonly string[],
): { kind: 'tokens'; tokens: Tokens } | { kind: 'over'; failure: Failure } {
  const tokens = readTokens(answer, settings, environment)
  if (tokens) return { kind: 'tokens', tokens }
  const about = aboutTokens(answer, settings, 'code exchange')
  const verdict = judge(answer, { about, secrets: [...secrets, ...clientSecrets(settings)] })
  if (verdict.kind === 'trouble') {
    const isHere = isSuccess(answer) && answer.format === 'json'
    const isLost = verdict.ambiguous && !isHere
    const code = isLost ? 'outcome_unknown' : verdict.failure.code
    return { kind: 'over', failure: { ...renamed(verdict.failure, code, about, 'Start again.'), retryable: false } }
  }
  const code = { invalid_grant: 'authorization_failed', access_denied: 'authorization_denied' } as const
  const known = verdict.error === 'invalid_grant' || verdict.error === 'access_denied'
  return { kind: 'over', failure: known ? renamed(verdict.failure, code[verdict.error], about) : verdict.failure }
}
