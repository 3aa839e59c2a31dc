import type { Failure } from '../failure.ts'
import type { ConnectionRecord, EndedBecause, InFlight, Tokens } from './record.ts'
import { RECORD_VERSION } from './record.ts'

/** How a record moves on: pure functions from one record to the next. */

type Known = ConnectionRecord | undefined

/** A record without pending, tokens, wish or ending: who it belongs to, how many tokens it has had, and when it asked. */
export function blankRecord(current: Known, provider: string, client: string): ConnectionRecord {
  return bare({ generation: 0, ...current, version: RECORD_VERSION, provider, client })
}

/** Who a record belongs to, how many tokens it has had, and when it asked for them; nothing else. */
export function bare({ version, provider, client, generation, asked }: ConnectionRecord): ConnectionRecord {
  return { version, provider, client, generation, ...(asked && { asked }) }
}

/** Writes down that a request is about to go out. */
export function departing(
  record: ConnectionRecord,
  step: InFlight['step'],
  at: number,
  once = false,
): ConnectionRecord {
  const before = record.inFlight?.step === step ? record.inFlight.tries : 0
  return { ...record, inFlight: { step, at, tries: before + 1, once } }
}

/** Takes a pending authorization, in one write: whoever comes second finds nothing to exchange. @see RFC 6749 §4.1.2 */
export function taken(record: ConnectionRecord, at: number): ConnectionRecord {
  return departing(bare(record), 'exchangeCode', at, true)
}

/** The request whose intent was stored at this instant is still the one that this record waits for. */
export function awaits(record: Known, step: InFlight['step'], at: number): record is ConnectionRecord {
  return record?.inFlight?.step === step && record.inFlight.at === at
}

/** A new token can be had without a person: nothing is known that forbids to ask. */
export function canRenew(record: Known): boolean {
  const spent = record?.inFlight?.step === 'refreshToken' && record.inFlight.once
  return record?.tokens?.renewable === true && !spent
}

/** These very tokens are the ones that are stored. */
export function holds(record: Known, { accessToken }: Tokens): boolean {
  return record?.tokens?.accessToken === accessToken
}

/** Tokens came. A disconnect that was wished meanwhile stays. */
export function connected(record: ConnectionRecord, tokens: Tokens): ConnectionRecord {
  const wish = record.wantsRevoke && { wantsRevoke: record.wantsRevoke }
  return { ...bare(record), ...wish, tokens, generation: record.generation + 1 }
}

/** It is over; secrets go, what they led to stays. */
export function ended(
  record: ConnectionRecord,
  standing: 'expired' | 'revoked' | 'failed',
  because: EndedBecause,
  at: number,
  failure?: Failure,
): ConnectionRecord {
  return { ...bare(record), ended: { standing, because, at, ...(failure && { failure }) } }
}

/**
 * To be tried again. The intent stays where the outcome is unknown; otherwise it falls back to what was unknown before.
 */
export function retrying(
  record: ConnectionRecord,
  since: number,
  at: number,
  failure: Failure,
  inFlight: InFlight | undefined,
): ConnectionRecord {
  const { inFlight: _, ...rest } = record
  const attempts = (record.retry?.attempts ?? 0) + 1
  return {
    ...rest,
    ...(inFlight && { inFlight }),
    retry: { at, since, attempts, failure: { ...failure, retryAt: at } },
  }
}

/** Nothing is in flight and nothing is wrong any more. */
export function settled(record: ConnectionRecord): ConnectionRecord {
  const { inFlight: _, retry: __, ...rest } = record
  return rest
}
