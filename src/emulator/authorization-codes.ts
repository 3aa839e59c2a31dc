import type { AuthorizationRequest } from './authorization-request.ts'
import { type Parameters, refusal, required } from './server.ts'
import { base64url, randomText } from './text.ts'
import type { Family, Tokens } from './tokens.ts'

interface Code extends AuthorizationRequest {
  readonly endsAt: number
  /** What the code was exchanged for. */
  family?: Family
}

/** The authorization codes of one server, each good for one exchange. The lifetime is in seconds. */
export function createAuthorizationCodes(lifetime: number, tokens: Tokens, now: () => number) {
  const codes = new Map<string, Code>()

  function issue(request: AuthorizationRequest): string {
    const code = `emulated-code-${randomText(32)}`
    codes.set(code, { ...request, endsAt: now() + lifetime * 1000 })
    return code
  }

  /** @see RFC 6749 §4.1.3 and RFC 7636 §4.6 */
  async function exchange(given: Parameters) {
    const code = codes.get(required(given, 'code'))
    const isProven = code?.challenge === undefined || code.challenge === (await s256(given.code_verifier ?? ''))
    const isOf = code?.client === given.client_id && code?.redirectUri === given.redirect_uri
    if (!code || !isProven || !isOf || now() >= code.endsAt) {
      throw refusal(400, 'invalid_grant', 'The code is unknown, expired or not for this request.')
    }
    if (code.family) {
      // A code that comes twice may have been stolen: what it gave ends. RFC 6749 §4.1.2
      code.family.revoked = true
      throw refusal(400, 'invalid_grant', 'The code has been used.')
    }
    code.family = tokens.found({ client: code.client, scope: code.scopes.join(' ') })
    return tokens.issue(code.family, { renewable: true })
  }

  return { issue, exchange }
}

/** @see RFC 7636 §4.2 */
async function s256(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return base64url(new Uint8Array(digest))
}
