import { type Failure, fail } from '../failure.ts'
import type { Settings } from '../registration.ts'
import type { Tokens } from '../vault/record.ts'
import { authenticated, clientSecrets } from './client-authentication.ts'
import { type Answer, isSuccess, type WireRequest } from './http.ts'
import { judge, type Verdict } from './verdict.ts'

/**
 * Asks to revoke the token that ends most: the refresh token, unless the provider's data says otherwise.
 * `undefined` where there is nothing that this provider revokes.
 *
 * @see RFC 7009 §2.1
 */
export function revocationRequest(settings: Settings, tokens: Tokens): WireRequest | undefined {
  const { revocation } = settings.endpoints
  const { revokes = 'refresh_token', parameters } = settings.provider
  const { accessToken, refreshToken } = tokens
  const other = revokes === 'refresh_token_only' ? undefined : accessToken
  const token = revokes === 'access_token' ? accessToken : (refreshToken ?? other)
  if (revocation === undefined || token === undefined) return undefined
  return authenticated(settings, 'revocation', { ...parameters?.revocation, token })
}

/** Judges the answer: any 2xx is success, whatever its body. @see RFC 7009 §2.2 */
export function judgeRevocation(answer: Answer, settings: Settings, tokens: Tokens): { kind: 'revoked' } | Verdict {
  if (isSuccess(answer)) return { kind: 'revoked' }
  const secrets = [tokens.accessToken, tokens.refreshToken, ...clientSecrets(settings)]
  return judge(answer, { about: `${settings.provider.name}, revocation`, secrets })
}

/** There is nobody to tell: the tokens are dropped here, and live on at the provider until they end. */
export function revocationNotSupported({ provider }: Settings): Failure {
  return fail('not_supported', {
    about: `${provider.name}, revocation`,
    remedy: `The tokens are erased here. To end the session at ${provider.name}, remove the integration in the merchant's account there.`,
  })
}
