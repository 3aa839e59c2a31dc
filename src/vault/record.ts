import * as v from 'valibot'
import { type Failure, type FailureCode, isFailure, isFailureCode } from '../failure.ts'

/**
 * What the vault remembers of one connection: everything that must survive a power cut, secrets included.
 * Instants are Unix milliseconds. The shape is versioned, and this file is its only definition.
 */
export type ConnectionRecord = v.InferOutput<typeof connectionRecord>
export type DevicePending = v.InferOutput<typeof devicePending>
export type RedirectPending = v.InferOutput<typeof redirectPending>
export type Tokens = v.InferOutput<typeof tokens>
export type InFlight = v.InferOutput<typeof inFlight>

/** Why a connection is at rest: the failure that ended it, or the wish that did. */
export type EndedBecause = FailureCode | 'revoked' | 'forgotten'

/** The version that this package writes. */
export const RECORD_VERSION = 1

const instant = v.pipe(v.number(), v.finite())
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** A device code that waits for the merchant. @see RFC 8628 §3.2 */
const devicePending = v.object({
  kind: v.literal('device'),
  deviceCode: v.string(),
  userCode: v.string(),
  verificationUri: v.string(),
  verificationUriComplete: v.exactOptional(v.string()),
  intervalSeconds: v.number(),
  nextPollAt: instant,
  /** When `nextPollAt` was set: a clock that says less was set back, and is not waited for. */
  since: v.exactOptional(instant),
  slowedDown: v.boolean(),
  expiresAt: instant,
})

/** An authorization request that waits for the browser to come back. @see RFC 6749 §4.1.1, RFC 7636 §4.1 */
const redirectPending = v.object({
  kind: v.literal('redirect'),
  url: v.string(),
  state: v.string(),
  verifier: v.string(),
  redirectUri: v.string(),
  /** SHA-256 of the session binding that `authorization.start` was given. */
  binding: v.exactOptional(v.string()),
  expiresAt: instant,
})

const tokens = v.object({
  accessToken: v.string(),
  refreshToken: v.exactOptional(v.string()),
  type: v.string(),
  scope: v.string(),
  /** Missing: the lifetime is unknown, and only a refusal tells. */
  expiresAt: v.exactOptional(instant),
  refreshAt: v.exactOptional(instant),
  refreshExpiresAt: v.exactOptional(instant),
  /** Whether a new token can be had without a person. */
  renewable: v.boolean(),
  /** Members of the answer that OAuth does not name. @see RFC 6749 §5.1 */
  extra: v.record(v.string(), v.unknown()),
})

/**
 * A request that was sent, or is about to be, and whose answer is not stored. It stays after an ambiguous failure:
 * whoever reads it knows that the server may have acted.
 */
const inFlight = v.object({
  step: v.picklist(['requestCode', 'pollToken', 'exchangeCode', 'requestToken', 'refreshToken']),
  at: instant,
  /** How many requests of this step went out without a known outcome, this one included. */
  tries: count,
  /** The request must not be sent again, whatever became of it. */
  once: v.boolean(),
})

const failure = v.custom<Failure>(isFailure)

const connectionRecord = v.object({
  version: v.literal(RECORD_VERSION),
  provider: v.string(),
  client: v.string(),
  generation: count,
  pending: v.exactOptional(v.variant('kind', [devicePending, redirectPending])),
  tokens: v.exactOptional(tokens),
  inFlight: v.exactOptional(inFlight),
  retry: v.exactOptional(v.object({ at: instant, since: v.exactOptional(instant), attempts: count, failure })),
  wantsRevoke: v.exactOptional(v.literal(true)),
  ended: v.exactOptional(
    v.object({
      standing: v.picklist(['expired', 'revoked', 'failed']),
      because: v.custom<EndedBecause>((word) => word === 'revoked' || isFailureCode(word)),
      failure: v.exactOptional(failure),
      at: instant,
    }),
  ),
})

/** Reads a record, or says which member is wrong; never what it holds. */
export function parseRecord(data: unknown): { record: ConnectionRecord } | { wrong: string } {
  const result = v.safeParse(connectionRecord, data, { abortEarly: true })
  if (result.success) return { record: result.output }
  return { wrong: v.getDotPath(result.issues[0]) ?? 'the record itself' }
}
