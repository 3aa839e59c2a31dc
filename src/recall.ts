import { type Failure, fail } from './failure.ts'
import type { Endpoint } from './providers/provider.ts'
import { type Sealed, seal } from './sealed.ts'
import type { ConnectionRecord, DevicePending, EndedBecause, RedirectPending, Tokens } from './vault/record.ts'
import { canRenew } from './vault/steps.ts'

/** Where a connection stands. Each word but `starting` is the name of a state; `starting` is the grant's first request. */
export type Standing =
  | 'idle'
  | 'starting'
  | 'adopting'
  | 'awaitingUser'
  | 'polling'
  | 'slowDown'
  | 'authorized'
  | 'refreshing'
  | 'backingOff'
  | 'revoking'
  | 'revoked'
  | 'expired'
  | 'failed'

/** What the merchant must see. It belongs on the screen, never in a log or a report. */
export type Prompt =
  | {
      readonly kind: 'device'
      /** Exactly as received. @see RFC 8628 §6.1 */
      readonly userCode: string
      readonly verificationUri: string
      readonly verificationUriComplete: string | undefined
      /** Unix milliseconds. */
      readonly expiresAt: number
    }
  | {
      readonly kind: 'redirect'
      /** The authorization URL: open it in the system browser. Sealed, since it carries `state`. */
      readonly url: Sealed
      /** Unix milliseconds. */
      readonly expiresAt: number
    }

/** A token without the token. Instants are Unix milliseconds; `undefined` means that the server did not say. */
export interface TokenSummary {
  readonly expiresAt: number | undefined
  readonly refreshAt: number | undefined
  readonly refreshExpiresAt: number | undefined
  /** The granted scope, space-separated. @see RFC 6749 §3.3 */
  readonly scope: string
  readonly type: string
  /** Counts the tokens of this connection; `token.rejected` names the one that was refused. */
  readonly generation: number
  /** Whether a new token can be had without a person. */
  readonly renewable: boolean
}

/** A request and what came of it. */
export interface Requested {
  readonly endpoint: Endpoint
  /** The HTTP status; absent where no answer came. */
  readonly status?: number | undefined
}

/** What a machine may know of a record: all but the secrets. Every actor answers with one. */
export interface Summary {
  readonly standing: Standing
  readonly prompt: Prompt | undefined
  /** The polling interval in force, in seconds, without the safety margin. */
  readonly pollIntervalSeconds: number | undefined
  /** Unix milliseconds. */
  readonly nextPollAt: number | undefined
  /** Unix milliseconds. */
  readonly retryAt: number | undefined
  readonly token: TokenSummary | undefined
  /** A disconnect met trouble, or another process: it is not done, and no token is handed out any more. */
  readonly wantsRevoke?: true | undefined
  readonly failure: Failure | undefined
  readonly endedBecause: EndedBecause | undefined
  /** The request behind this summary, where there was one. */
  readonly request: Requested | undefined
  /** The record was not read, since it is on a server that was not reached: all else here is what was known before. */
  readonly unread?: true | undefined
}

/**
 * What the record and the clock say the connection is.
 *
 * It concludes only what the record proves: an access token's end, a code's deadline, a code exchange that must not be
 * sent again. A refresh token is never judged by the clock, since a till may boot in 1970: only the server ends a session.
 */
export function standing(record: ConnectionRecord | undefined, now: number): Standing {
  if (record === undefined) return 'idle'
  const { pending, tokens, adopted, inFlight, retry, ended } = record
  const waits = backsOff(record, now)
  if (record.wantsRevoke) return waits ? 'backingOff' : 'revoking'
  if (inFlight?.step === 'exchangeCode') return 'failed'
  if (pending) return awaiting(pending, now)
  if (adopted && inFlight?.once) return 'failed'
  if (adopted) return waits ? 'backingOff' : 'adopting'
  if (tokens && canRenew(record)) {
    if (waits) return 'backingOff'
    return retry || inFlight || reached(tokens.refreshAt, now) ? 'refreshing' : 'authorized'
  }
  if (tokens) return reached(tokens.expiresAt, now) ? 'expired' : 'authorized'
  if (ended) return ended.standing
  if (inFlight) return waits ? 'backingOff' : 'starting'
  return 'idle'
}

/** How much less than at the receipt of a token the clock may say, in milliseconds: clocks are corrected all the time. */
const CORRECTION = 60_000

/**
 * Whether the clock was set back since the token came: then it says nothing of the token's end. Of use when a process
 * starts; one that runs waits for spans, and the clocks of several machines may differ.
 */
export function wasSetBack(record: ConnectionRecord | undefined, now: number): boolean {
  const { since = 0 } = record?.tokens ?? {}
  return canRenew(record) && now < since - CORRECTION
}

function awaiting(pending: DevicePending | RedirectPending, now: number): Standing {
  if (reached(pending.expiresAt, now)) return 'expired'
  if (pending.kind === 'redirect') return 'awaitingUser'
  if (due(pending.nextPollAt, pending.since, now)) return 'polling'
  return pending.slowedDown ? 'slowDown' : 'awaitingUser'
}

/** Whether it is too early for another try. */
export function backsOff({ retry }: ConnectionRecord, now: number): boolean {
  return retry !== undefined && !due(retry.at, retry.since, now)
}

/** Whether a wait is over. One that began in the future began before the clock was set back: it is not waited for twice. */
function due(at: number, since: number | undefined, now: number): boolean {
  return now >= at || (since !== undefined && now < since)
}

/** Whether an instant is past; one that is not known never is. Unix milliseconds. */
export function reached(instant: number | undefined, now: number): boolean {
  return instant !== undefined && now >= instant
}

/**
 * Tells a machine what it may know of a record.
 *
 * @param about names the provider in a failure that only the clock concludes
 */
export function summarize(record: ConnectionRecord | undefined, now: number, about: string): Summary {
  const stands = standing(record, now)
  const atRest = stands === 'expired' || stands === 'failed' || stands === 'revoked'
  const { pending, tokens, wantsRevoke } = record ?? {}
  // Its token is still good; that there will be no other is known already.
  const isLast = stands === 'authorized' && tokens?.renewable === true && !canRenew(record)
  const failure = record?.ended?.failure ?? (atRest || isLast ? concluded(record, about) : record?.retry?.failure)
  const device = pending?.kind === 'device' && !atRest ? pending : undefined
  return {
    standing: stands,
    prompt: pending && !atRest ? promptOf(pending) : undefined,
    pollIntervalSeconds: device?.intervalSeconds,
    nextPollAt: device?.nextPollAt,
    retryAt: stands === 'backingOff' ? record?.retry?.at : undefined,
    token: record && tokens && !atRest && !wantsRevoke ? tokenSummary(record, tokens) : undefined,
    wantsRevoke,
    failure,
    endedBecause: atRest ? (record?.ended?.because ?? failure?.code) : undefined,
    request: undefined,
  }
}

/** The failure of a connection that nobody ended: time did, or a lost answer. */
function concluded(record: ConnectionRecord | undefined, about: string): Failure | undefined {
  if (record?.inFlight?.once || record?.inFlight?.step === 'exchangeCode') return fail('outcome_unknown', { about })
  if (record?.pending) return fail('grant_expired', { about })
  if (record?.tokens) return fail('session_expired', { about })
  return undefined
}

function promptOf(pending: DevicePending | RedirectPending): Prompt {
  const { expiresAt } = pending
  if (pending.kind === 'redirect') return { kind: 'redirect', url: seal(pending.url), expiresAt }
  const { userCode, verificationUri, verificationUriComplete } = pending
  return { kind: 'device', userCode, verificationUri, verificationUriComplete, expiresAt }
}

function tokenSummary(record: ConnectionRecord, tokens: Tokens): TokenSummary {
  const { expiresAt, refreshAt, refreshExpiresAt, scope, type } = tokens
  const { generation } = record
  return { expiresAt, refreshAt, refreshExpiresAt, scope, type, generation, renewable: canRenew(record) }
}
