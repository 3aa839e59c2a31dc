import * as v from 'valibot'
import { type Failure, isFailureCode } from '../failure.ts'
import { type ConnectionRecord, type EndedBecause, RECORD_VERSION } from './record.ts'

export const instant = v.pipe(v.number(), v.finite())
export const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const devicePending = v.looseObject({
  kind: v.literal('device'),
  deviceCode: v.string(),
  userCode: v.string(),
  verificationUri: v.string(),
  verificationUriComplete: v.exactOptional(v.string()),
  intervalSeconds: v.number(),
  nextPollAt: instant,
  since: v.exactOptional(instant),
  slowedDown: v.boolean(),
  lost: v.exactOptional(count),
  expiresAt: instant,
})

const redirectPending = v.looseObject({
  kind: v.literal('redirect'),
  url: v.string(),
  state: v.string(),
  verifier: v.string(),
  redirectUri: v.string(),
  binding: v.exactOptional(v.string()),
  expiresAt: instant,
})

const tokens = v.looseObject({
  accessToken: v.string(),
  refreshToken: v.exactOptional(v.string()),
  type: v.string(),
  scope: v.string(),
  since: instant,
  expiresAt: v.exactOptional(instant),
  refreshAt: v.exactOptional(instant),
  refreshExpiresAt: v.exactOptional(instant),
  renewable: v.boolean(),
  extra: v.record(v.string(), v.unknown()),
})

const adopted = v.looseObject({ refreshToken: v.string(), scope: v.string() })

const inFlight = v.looseObject({
  step: v.picklist(['requestCode', 'pollToken', 'exchangeCode', 'requestToken', 'refreshToken']),
  at: instant,
  tries: count,
  once: v.boolean(),
})

/** A word of a newer version is read as the general one; its message stays. */
export const failure = v.pipe(
  v.looseObject({ code: v.string(), message: v.string(), retryable: v.boolean() }),
  v.transform((told): Failure => ({ ...told, code: isFailureCode(told.code) ? told.code : 'authorization_failed' })),
)

export const because = v.pipe(
  v.string(),
  v.transform((word): EndedBecause => (isEnding(word) ? word : 'authorization_failed')),
)

function isEnding(word: string): word is EndedBecause {
  return word === 'revoked' || word === 'forgotten' || isFailureCode(word)
}

/** Says the same as the types; what each member means stands there. Members that it does not know are kept. */
const connectionRecord: v.GenericSchema<unknown, ConnectionRecord> = v.looseObject({
  version: v.literal(RECORD_VERSION),
  provider: v.string(),
  client: v.string(),
  generation: count,
  pending: v.exactOptional(v.variant('kind', [devicePending, redirectPending])),
  tokens: v.exactOptional(tokens),
  adopted: v.exactOptional(adopted),
  asked: v.exactOptional(v.array(instant)),
  inFlight: v.exactOptional(inFlight),
  retry: v.exactOptional(v.looseObject({ at: instant, since: v.exactOptional(instant), attempts: count, failure })),
  wantsRevoke: v.exactOptional(v.literal(true)),
  ended: v.exactOptional(
    v.looseObject({
      standing: v.picklist(['expired', 'revoked', 'failed']),
      because,
      failure: v.exactOptional(failure),
      at: instant,
    }),
  ),
})

/** How a record of an older version becomes one of the next. */
const migrations: Readonly<Record<number, (record: object) => object>> = {
  // Nobody knows when those tokens came: no clock is too early for them.
  1: (record) =>
    'tokens' in record && isObject(record.tokens) ? { ...record, tokens: { since: 0, ...record.tokens } } : record,
}

/** The record; or which member is wrong, never what it holds; or that it is too new. */
export type Parsed = { readonly record: ConnectionRecord } | { readonly wrong: string } | { readonly newer: number }

/** Reads a record of any version so far, and of the next one, which may have more members but none that mean otherwise. */
export function parseRecord(data: unknown): Parsed {
  if (!isObject(data)) return { wrong: 'the record itself' }
  const version = 'version' in data ? data.version : undefined
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return { wrong: 'version' }
  if (version > RECORD_VERSION + 1) return { newer: version }
  let current = data
  for (let from = version; from < RECORD_VERSION; from++) current = migrations[from]?.(current) ?? current
  const result = v.safeParse(connectionRecord, { ...current, version: RECORD_VERSION }, { abortEarly: true })
  if (result.success) return { record: result.output }
  return { wrong: v.getDotPath(result.issues[0]) ?? 'the record itself' }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
