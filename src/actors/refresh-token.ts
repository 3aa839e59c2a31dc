import { judgeRefresh, type RefreshVerdict, refreshRequest } from '../protocol/refresh.ts'
import { backsOff, reached } from '../recall.ts'
import type { ConnectionRecord, InFlight, Tokens } from '../vault/record.ts'
import { awaits, canRenew, connected, holds, retrying } from '../vault/steps.ts'
import { asking } from './budget.ts'
import { conclude, type Duty, depart, leased, type Means, nextTryAt, send, standingOf } from './errand.ts'

/**
 * Renews the token. Under the lease the record is read again first: whoever waited adopts what another has stored.
 * Once the intent is stored, nothing stops it; the answer is in the vault before anybody hears of it.
 *
 * @see RFC 6749 §6, RFC 9700 §4.14
 */
export const refreshToken = leased(async (duty, means) => {
  const { settings, environment } = means
  const at = environment.now()
  const change = (current: ConnectionRecord | undefined) => leaving(current, duty, means, at)
  const departure = await depart(duty, means, change, (record) => awaits(record, 'refreshToken', at))
  const { before, record: intent } = departure
  const sent = intent?.tokens
  if (!sent || !departure.departed) return departure

  const answer = await send(refreshRequest(settings, sent), means)
  const verdict = judgeRefresh(answer, settings, environment, sent, before?.inFlight !== undefined)
  const tokens = verdict.kind === 'tokens' ? verdict.tokens : undefined
  // Where another has stored a newer token, this one shares its family: revoking it would end both.
  const isOrphan = (current: ConnectionRecord | undefined) => current?.tokens === undefined
  const next = (current: ConnectionRecord) =>
    holds(current, sent) ? after(verdict, current, answer.receivedAt, before?.inFlight, means) : undefined
  return conclude(duty, means, answer, tokens, next, isOrphan)
})

/** The record with the intent to refresh, or the same record where there is nothing to refresh. */
function leaving(
  current: ConnectionRecord | undefined,
  { generation, wish }: Duty,
  means: Means,
  at: number,
): ConnectionRecord | undefined {
  if (!current?.tokens || current.wantsRevoke) return current
  // Another has renewed it, or somebody has changed the record for another reason.
  const isMine = wish?.type !== 'record.changed' && current.generation === generation
  if (!isMine && standingOf(current, means) === 'authorized') return current
  const rejected = wish?.type === 'token.rejected' && current.generation === generation
  const record = rejected ? { ...current, tokens: { ...current.tokens, expiresAt: at } } : current
  // What the server ordered is kept; without a wish, all else too; and a token that is known to be dead is not told again by
  // each caller who was refused.
  const isWished = wish?.type === 'token.refresh' || wish?.type === 'token.rejected'
  const ordered = !isWished || isOrdered(record) || (rejected && reached(current.tokens.expiresAt, at))
  if ((ordered && backsOff(record, at)) || !canRenew(record)) return record
  return asking(record, 'refreshToken', at, means)
}

/** The wait was asked for, or is written in the contract with the provider. */
function isOrdered({ retry }: ConnectionRecord): boolean {
  return retry?.failure.code === 'rate_limited' || retry?.failure.code === 'budget_exhausted'
}

function after(
  verdict: RefreshVerdict,
  current: ConnectionRecord,
  receivedAt: number,
  unknownBefore: InFlight | undefined,
  means: Means,
): ConnectionRecord {
  if (verdict.kind === 'tokens') return connected(current, verdict.tokens)
  const { failure } = verdict
  if (verdict.kind === 'trouble') {
    const unknown = verdict.ambiguous ? current.inFlight : unknownBefore
    return retrying(current, receivedAt, nextTryAt(current, failure, means), failure, unknown)
  }
  const ended = { standing: 'expired' as const, because: failure.code, failure, at: receivedAt }
  const { retry: _, inFlight: __, ...rest } = current
  return current.tokens ? { ...rest, tokens: unrenewable(current.tokens), ended } : current
}

/** The session is over, but the access token at hand is good until its own end. */
function unrenewable({ refreshToken: _, refreshAt: __, ...tokens }: Tokens): Tokens {
  return { ...tokens, renewable: false }
}
