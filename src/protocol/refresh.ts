import type { Environment } from '../environment.ts'
import type { Failure } from '../failure.ts'
import type { Settings } from '../registration.ts'
import type { Tokens } from '../vault/record.ts'
import { authenticated, clientSecrets } from './client-authentication.ts'
import { clientCredentialsRequest } from './client-credentials.ts'
import type { Answer, WireRequest } from './http.ts'
import { aboutTokens, readTokens } from './token-response.ts'
import { judge, renamed } from './verdict.ts'

/** Asks for a new token; with client credentials that is the first request again. @see RFC 6749 §6 */
export function refreshRequest(settings: Settings, { refreshToken }: Pick<Tokens, 'refreshToken'>): WireRequest {
  if (settings.provider.grant === 'client_credentials') return clientCredentialsRequest(settings)
  return authenticated(settings, 'token', {
    ...settings.provider.parameters?.refresh,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  })
}

export type RefreshVerdict =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  /** The session is over: nothing but a person helps. */
  | { readonly kind: 'over'; readonly failure: Failure }
  /** Everything else keeps the tokens. */
  | { readonly kind: 'trouble'; readonly failure: Failure; readonly ambiguous: boolean }

/**
 * Judges the answer. Only `invalid_grant` ends a session.
 *
 * @param lostBefore whether an earlier answer was lost: then a rotated token may have been lost with it, and a refusal tells
 *   nothing about the merchant's wish
 */
export function judgeRefresh(
  answer: Answer,
  settings: Settings,
  environment: Environment,
  sent: Tokens,
  lostBefore: boolean,
): RefreshVerdict {
  const tokens = readTokens(answer, settings, environment, sent)
  if (tokens) return { kind: 'tokens', tokens }
  const about = aboutTokens(answer, settings, 'refresh')
  const verdict = judge(answer, { about, secrets: [sent.refreshToken, sent.accessToken, ...clientSecrets(settings)] })
  if (verdict.kind === 'trouble') return verdict
  if (verdict.error === 'invalid_grant' && sent.refreshToken !== undefined)
    return {
      kind: 'over',
      failure: renamed(verdict.failure, lostBefore ? 'outcome_unknown' : 'session_expired', about),
    }
  return { kind: 'trouble', failure: verdict.failure, ambiguous: false }
}
