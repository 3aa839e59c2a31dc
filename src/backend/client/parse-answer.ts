import * as v from 'valibot'
import type { Failure } from '../../failure.ts'
import { askedEndpoints } from '../../transitions.ts'
import { because, count, failure, instant } from '../../vault/parse-record.ts'
import type { AsJson, LentToken, PlainPrompt, PlainSummary } from '../wire.ts'

const text = v.string()

const prompt: v.GenericSchema<unknown, PlainPrompt> = v.variant('kind', [
  v.object({
    kind: v.literal('device'),
    userCode: text,
    verificationUri: text,
    verificationUriComplete: v.optional(text),
    expiresAt: instant,
  }),
  v.object({ kind: v.literal('redirect'), url: text, expiresAt: instant }),
])

const standings = [
  ...['idle', 'starting', 'adopting', 'awaitingUser', 'polling', 'slowDown', 'authorized'],
  ...['refreshing', 'backingOff', 'revoking', 'revoked', 'expired', 'failed'],
] as const

/** Says the same as the types; what each member means stands there. Members that it does not know are dropped. */
const summary: v.GenericSchema<unknown, PlainSummary> = v.object({
  standing: v.picklist(standings),
  prompt: v.optional(prompt),
  pollIntervalSeconds: v.optional(v.number()),
  nextPollAt: v.optional(instant),
  retryAt: v.optional(instant),
  token: v.optional(
    v.object({
      expiresAt: v.optional(instant),
      refreshAt: v.optional(instant),
      refreshExpiresAt: v.optional(instant),
      scope: text,
      type: text,
      generation: count,
      renewable: v.boolean(),
    }),
  ),
  wantsRevoke: v.optional(v.literal(true)),
  failure: v.optional(failure),
  endedBecause: v.optional(because),
  request: v.optional(
    v.object({
      endpoint: v.picklist(askedEndpoints),
      status: v.optional(v.number()),
    }),
  ),
})

const told = v.object({ at: instant, summary })
const lent: v.GenericSchema<unknown, AsJson<LentToken>> = v.object({
  accessToken: v.pipe(text, v.nonEmpty()),
  type: text,
  scope: text,
  expiresAt: v.optional(instant),
  generation: count,
})
const toldToken = v.object({ at: instant, token: lent })
const heard = v.object({ at: instant })
const toldFailure = v.object({ at: instant, failure })

/** Each reads what the server has answered; `undefined` where it is something else: another page, or a proxy's. */
export function parseTold(body: unknown): { at: number; summary: PlainSummary } | undefined {
  const result = v.safeParse(told, body)
  return result.success ? result.output : undefined
}

export function parseToken(body: unknown): { at: number; token: AsJson<LentToken> } | undefined {
  const result = v.safeParse(toldToken, body)
  return result.success ? result.output : undefined
}

export function parseHeard(body: unknown): { at: number } | undefined {
  const result = v.safeParse(heard, body)
  return result.success ? result.output : undefined
}

export function parseFailure(body: unknown): { at: number; failure: Failure } | undefined {
  const result = v.safeParse(toldFailure, body)
  return result.success ? result.output : undefined
}
