import { randomText } from './text.ts'

/** How long tokens live and what becomes of refresh tokens. Lifetimes and leeway are in seconds. */
export interface TokenOptions {
  /** @default 86_400 at Tyro and myPOS, 3_600 at SumUp POS Pro */
  accessTokenLifetime?: number
  /** Counts from the approval; a rotation does not prolong it. @default Infinity at Tyro, 5_184_000 at SumUp POS Pro */
  refreshTokenLifetime?: number
  /**
   * Whether each refresh answers with a new refresh token and supersedes the one used. Using a superseded one again
   * revokes all that came from the same approval. @default true at Tyro, false at SumUp POS Pro
   */
  rotation?: boolean
  /** How long the immediately previous refresh token may be used again; with 0 it may not. @default 0 */
  leeway?: number
  /** Whether `expires_in` is sent as a numeric string. @default false */
  expiresInAsString?: boolean
}

export interface TokenPolicy extends Required<TokenOptions> {
  /** Makes the text of an access token. */
  readonly mint: (approval: Approval) => string
  /** Whether APIs judge an access token by itself, so that revocation does not reach it. */
  readonly selfContained: boolean
}

/** Who may do what. */
export interface Approval {
  readonly client: string
  readonly scope: string
}

/** All tokens that came from one approval. */
export interface Family extends Approval {
  readonly endsAt: number
  /** How often the refresh token was rotated, and when last. */
  generation: number
  rotatedAt: number
  revoked: boolean
}

/** @see RFC 6749 §5.1 */
export interface TokenAnswer {
  access_token: string
  token_type: 'Bearer'
  expires_in: number | string
  refresh_token?: string
}

export type Tokens = ReturnType<typeof createTokens>

/** The memory of one server: what it has issued, and what is still good. */
export function createTokens(policy: TokenPolicy, now: () => number) {
  const families = new Set<Family>()
  const accessTokens = new Map<string, { family: Family; endsAt: number }>()
  const refreshTokens = new Map<string, { family: Family; generation: number }>()

  /** Founds the family of an approval. */
  function found(approval: Approval): Family {
    const endsAt = now() + policy.refreshTokenLifetime * 1000
    const family = { ...approval, endsAt, generation: 0, rotatedAt: now(), revoked: false }
    families.add(family)
    return family
  }

  /** Issues an access token and, where wanted, a refresh token of the family's present generation. */
  function issue(family: Family, { renewable }: { renewable: boolean }): TokenAnswer {
    const token = policy.mint(family)
    accessTokens.set(token, { family, endsAt: now() + policy.accessTokenLifetime * 1000 })
    const lifetime = policy.accessTokenLifetime
    const expiresIn = policy.expiresInAsString ? String(lifetime) : lifetime
    const answer: TokenAnswer = { access_token: token, token_type: 'Bearer', expires_in: expiresIn }
    return renewable ? { ...answer, refresh_token: remember(family) } : answer
  }

  function remember(family: Family): string {
    const token = `emulated-refresh-${randomText(32)}`
    refreshTokens.set(token, { family, generation: family.generation })
    return token
  }

  /** Uses a refresh token: the family and new tokens, or nothing when the token is no longer good. */
  function refresh(token: string, client: string): { family: Family; answer: TokenAnswer } | undefined {
    const held = refreshTokens.get(token)
    if (held?.family.client !== client || held.family.revoked || now() >= held.family.endsAt) return
    const { family } = held
    if (policy.rotation && !rotate(family, held.generation)) return
    return { family, answer: issue(family, { renewable: policy.rotation }) }
  }

  /** Moves a family on. Whatever is older than the previous generation, or too late, is reuse and ends the family. */
  function rotate(family: Family, generation: number): boolean {
    if (generation === family.generation) {
      family.generation += 1
      family.rotatedAt = now()
      return true
    }
    const inLeeway = generation === family.generation - 1 && now() - family.rotatedAt < policy.leeway * 1000
    if (!inLeeway) family.revoked = true
    return inLeeway
  }

  /** Ends the family of a token, when it is this client's. */
  function revoke(token: string, client: string, kind: 'refresh' | 'access'): void {
    const held = (kind === 'refresh' ? refreshTokens : accessTokens).get(token)
    if (held?.family.client === client) held.family.revoked = true
  }

  function revokeAll(): void {
    for (const family of families) family.revoked = true
  }

  function accepts(token: string): boolean {
    const held = accessTokens.get(token)
    return held !== undefined && now() < held.endsAt && (policy.selfContained || !held.family.revoked)
  }

  return { found, issue, refresh, revoke, revokeAll, accepts }
}
