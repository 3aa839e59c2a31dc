import { ON_ITS_WAY, POLL_MARGIN, pollTime } from '../protocol/device-authorization.ts'
import { deviceTokenRequest, judgeDeviceToken, type PollVerdict } from '../protocol/device-token.ts'
import type { ConnectionRecord, DevicePending, InFlight } from '../vault/record.ts'
import { awaits, connected, departing, ended, retrying, settled } from '../vault/steps.ts'
import { conclude, depart, leased, send, standingOf } from './errand.ts'

/** By how much `slow_down` lengthens this and all later intervals, in seconds. @see RFC 8628 §3.5 */
const SLOW_DOWN = 5
/** The longest pause that lost answers lead to, in milliseconds. */
const LONGEST_PAUSE = 60_000

/** Polls once, if it is time: another window, or another process, may have polled meanwhile. @see RFC 8628 §3.4 */
export const pollToken = leased(async (duty, means) => {
  const { settings, environment } = means
  const at = environment.now()
  const change = (current: ConnectionRecord | undefined) =>
    current && standingOf(current, means) === 'polling' ? leaving(current, at) : current
  const departure = await depart(duty, means, change, (record) => awaits(record, 'pollToken', at))
  const { before } = departure
  const pending = deviceOf(before)
  if (!pending || !departure.departed) return departure

  const answer = await send(deviceTokenRequest(settings, pending), means)
  const verdict = judgeDeviceToken(answer, settings, environment, pending, before?.inFlight !== undefined)
  const tokens = verdict.kind === 'tokens' ? verdict.tokens : undefined
  return conclude(duty, means, answer, tokens, (current) =>
    isSame(current, pending) ? after(verdict, current, pending, answer.receivedAt, before?.inFlight) : undefined,
  )
})

/** The next poll is dated before this one leaves: a process that dies in between does not poll too early. */
function leaving(current: ConnectionRecord, at: number): ConnectionRecord {
  const pending = deviceOf(current)
  if (!pending) return current
  const dated = { ...pending, since: at, nextPollAt: at + pause(pending) + ON_ITS_WAY }
  return departing({ ...current, pending: dated }, 'pollToken', at)
}

function deviceOf(record: ConnectionRecord | undefined): DevicePending | undefined {
  return record?.pending?.kind === 'device' ? record.pending : undefined
}

function isSame(record: ConnectionRecord, pending: DevicePending): boolean {
  return deviceOf(record)?.deviceCode === pending.deviceCode
}

/** In milliseconds. */
function pause({ intervalSeconds }: Pick<DevicePending, 'intervalSeconds'>): number {
  return intervalSeconds * 1000 + POLL_MARGIN
}

/** What an answer makes of the record. The next poll counts from the receipt of this answer. */
function after(
  verdict: PollVerdict,
  current: ConnectionRecord,
  pending: DevicePending,
  receivedAt: number,
  unknownBefore: InFlight | undefined,
): ConnectionRecord {
  if (verdict.kind === 'tokens') return connected(current, verdict.tokens)
  if (verdict.kind === 'over')
    return ended(current, verdict.standing, verdict.failure.code, receivedAt, verdict.failure)
  if (verdict.kind === 'trouble') {
    const attempts = (current.retry?.attempts ?? 0) + 1
    const wait = Math.max(pause(pending), Math.min(pause(pending) * 2 ** attempts, LONGEST_PAUSE))
    const planned = Math.max(receivedAt + wait, verdict.failure.retryAt ?? 0)
    const nextPollAt = pollTime(planned, receivedAt + pause(pending), pending.expiresAt)
    const slower = { ...current, pending: { ...pending, since: receivedAt, nextPollAt, slowedDown: false } }
    return retrying(
      slower,
      receivedAt,
      nextPollAt,
      verdict.failure,
      verdict.ambiguous ? current.inFlight : unknownBefore,
    )
  }
  const slowedDown = verdict.kind === 'slowDown'
  const { lost: lostBefore = 0, ...asked } = pending
  const lost = lostBefore + (unknownBefore?.tries ?? 0)
  // A lost answer may have been a slow_down too. Who stays behind what a server counts polls too early for ever.
  const intervalSeconds = pending.intervalSeconds + (slowedDown ? (1 + lost) * SLOW_DOWN : 0)
  const earliest = receivedAt + pause({ intervalSeconds })
  const nextPollAt = pollTime(Math.max(earliest, verdict.retryAt ?? 0), earliest, pending.expiresAt)
  const remembered = !slowedDown && lost > 0 && { lost }
  const next = settled({
    ...current,
    pending: { ...asked, ...remembered, intervalSeconds, since: receivedAt, nextPollAt, slowedDown },
  })
  // Only "pending" proves that an answer lost before was no token.
  return slowedDown && unknownBefore ? { ...next, inFlight: { ...unknownBefore, tries: 0 } } : next
}
