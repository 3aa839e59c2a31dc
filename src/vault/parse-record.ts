import * as v from 'valibot'
import { type Failure, isFailure, isFailureCode } from '../failure.ts'
import { type ConnectionRecord, type EndedBecause, RECORD_VERSION } from './record.ts'

const instant = v.pipe(v.number(), v.finite())
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const devicePending = v.object({
  kind: v.literal('device'),
  deviceCode: v.string(),
  userCode: v.string(),
  verificationUri: v.string(),
  verificationUriComplete: v.exactOptional(v.string()),
  intervalSeconds: v.number(),
  nextPollAt: instant,
  since: v.exactOptional(instant),
  slowedDown: v.boolean(),
  expiresAt: instant,
})

const redirectPending = v.object({
  kind: v.literal('redirect'),
  url: v.string(),
  state: v.string(),
  verifier: v.string(),
  redirectUri: v.string(),
  binding: v.exactOptional(v.string()),
  expiresAt: instant,
})

const tokens = v.object({
  accessToken: v.string(),
  refreshToken: v.exactOptional(v.string()),
  type: v.string(),
  scope: v.string(),
  expiresAt: v.exactOptional(instant),
  refreshAt: v.exactOptional(instant),
  refreshExpiresAt: v.exactOptional(instant),
  renewable: v.boolean(),
  extra: v.record(v.string(), v.unknown()),
})

const inFlight = v.object({
  step: v.picklist(['requestCode', 'pollToken', 'exchangeCode', 'requestToken', 'refreshToken']),
  at: instant,
  tries: count,
  once: v.boolean(),
})

const failure = v.custom<Failure>(isFailure)

/** Says the same as the types; what each member means stands there. */
const connectionRecord: v.GenericSchema<ConnectionRecord> = v.object({
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
