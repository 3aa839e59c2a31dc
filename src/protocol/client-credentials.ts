import type { Environment } from '../environment.ts'
import type { Settings } from '../registration.ts'
import type { Tokens } from '../vault/record.ts'
import { authenticated, clientSecrets } from './client-authentication.ts'
import type { Answer, WireRequest } from './http.ts'
import { aboutTokens, readTokens } from './token-response.ts'
import { judge, type Verdict } from './verdict.ts'

/** Asks for a token in the application's own name. @see RFC 6749 §4.4.2 */
export function clientCredentialsRequest(settings: Settings): WireRequest {
  return authenticated(settings, 'token', {
    ...settings.provider.parameters?.token,
    grant_type: 'client_credentials',
    scope: settings.scope,
  })
}

/** Judges the answer. @see RFC 6749 §4.4.3 */
export function judgeClientCredentials(
  answer: Answer,
  settings: Settings,
  environment: Environment,
): { kind: 'tokens'; tokens: Tokens } | Verdict {
  const tokens = readTokens(answer, settings, environment)
  if (tokens) return { kind: 'tokens', tokens }
  return judge(answer, { about: aboutTokens(answer, settings, 'token request'), secrets: clientSecrets(settings) })
}
