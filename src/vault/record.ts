import type { Failure, FailureCode } from '../failure.ts'

/**
 * The version of a record that this package writes. A new one may only add members that an old reader can do without, so
 * that a record stays readable after the package was rolled back by one version.
 */
export const RECORD_VERSION = 2

/** Why a connection is at rest: the failure that ended it, or the wish that did. */
export type EndedBecause = FailureCode | 'revoked' | 'forgotten'

/**
 * What the vault remembers of one connection: everything that must survive a power cut, secrets included. Plain JSON.
 * Instants are Unix milliseconds.
 */
export interface ConnectionRecord {
  version: typeof RECORD_VERSION
  /** The id of the provider. */
  provider: string
  /** Tells clients, servers and grants apart: a record of another one is refused, not overwritten. */
  client: string
  /** How many tokens this connection has had. */
  generation: number
  /** An authorization that waits for a person. */
  pending?: DevicePending | RedirectPending
  tokens?: Tokens
  /** A refresh token from elsewhere, until one refresh has proved it. */
  adopted?: Adopted
  /** When tokens were asked for, as far back as the provider's budget looks. */
  asked?: number[]
  /** A request whose outcome is not stored. */
  inFlight?: InFlight
  /** When to try again, set at `since`; a clock that says less than that was set back, and is not waited for. */
  retry?: { at: number; since?: number; attempts: number; failure: Failure }
  /** A disconnect was asked for. */
  wantsRevoke?: true
  ended?: { standing: 'expired' | 'revoked' | 'failed'; because: EndedBecause; failure?: Failure; at: number }
}

/** A device code that waits for the merchant. @see RFC 8628 §3.2 */
export interface DevicePending {
  kind: 'device'
  deviceCode: string
  userCode: string
  verificationUri: string
  verificationUriComplete?: string
  /** The server's, with what `slow_down` has added; the safety margin is not in it. */
  intervalSeconds: number
  nextPollAt: number
  /** When `nextPollAt` was set. */
  since?: number
  slowedDown: boolean
  /** How many answers were lost that may have been `slow_down`. Default 0. */
  lost?: number
  expiresAt: number
}

/** An authorization request that waits for the browser to come back. @see RFC 6749 §4.1.1, RFC 7636 §4.1 */
export interface RedirectPending {
  kind: 'redirect'
  url: string
  state: string
  verifier: string
  redirectUri: string
  /** SHA-256 of the session binding that `authorization.start` was given. */
  binding?: string
  expiresAt: number
}

/** What a provider gave, with instants in Unix milliseconds by this machine's clock. They are secret. */
export interface Tokens {
  accessToken: string
  refreshToken?: string
  type: string
  /** As granted, space-separated. */
  scope: string
  /** When they came; a clock that says much less was set back. */
  since: number
  /** Missing: the lifetime is unknown, and only a refusal tells. */
  expiresAt?: number
  refreshAt?: number
  refreshExpiresAt?: number
  /** Whether a new token can be had without a person. */
  renewable: boolean
  /** Members of the answer that OAuth does not name. @see RFC 6749 §5.1 */
  extra: Record<string, unknown>
}

/** What a home-made integration knew of a session. */
export interface Adopted {
  refreshToken: string
  /** As granted, space-separated. */
  scope: string
}

/**
 * A request that was sent, or is about to be, and whose answer is not stored. It stays after an ambiguous failure:
 * whoever reads it knows that the server may have acted.
 */
export interface InFlight {
  step: 'requestCode' | 'pollToken' | 'exchangeCode' | 'requestToken' | 'refreshToken'
  at: number
  /** How many requests of this step went out without a known outcome, this one included. */
  tries: number
  /** The request must not be sent again, whatever became of it. */
  once: boolean
}
