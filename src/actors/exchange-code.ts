import { judgeRedirect } from '../protocol/authorization-request.ts'
import { codeExchangeRequest, judgeCodeExchange } from '../protocol/code-exchange.ts'
import type { ConnectionRecord, RedirectPending } from '../vault/record.ts'
import { awaits, connected, ended, taken } from '../vault/steps.ts'
import { counted } from './budget.ts'
import { conclude, depart, leased, send, standingOf } from './errand.ts'

/**
 * Checks the redirect and exchanges its code, once: the pending request becomes one in flight in a single write, so a
 * second callback, window or process finds nothing to exchange.
 *
 * @see RFC 6749 §4.1.2, §4.1.3
 */
export const exchangeCode = leased(async (duty, means) => {
  const { custody, settings, environment } = means
  const { name, wish } = duty
  const before = await custody.read(name)
  const pending = redirectOf(before)
  if (!pending || standingOf(before, means) !== 'awaitingUser') return { record: before }
  if (wish?.type !== 'authorization.responded') return { record: before }
  const redirect = await judgeRedirect(wish.url.open(), wish.binding?.open(), pending, settings)
  // A callback that is not the answer to this request, a stray or a forged one, leaves it waiting for its own.
  if (redirect.kind === 'foreign') return { record: before, failure: redirect.failure }
  const at = environment.now()
  const take = (current: ConnectionRecord | undefined) => {
    if (!current || redirectOf(current)?.state !== pending.state) return current
    if (redirect.kind === 'refused') return ended(current, 'failed', redirect.failure.code, at, redirect.failure)
    return counted(taken(current, at), at, means)
  }
  const isMine = (record: ConnectionRecord | undefined) => awaits(record, 'exchangeCode', at)
  const departure = await depart(duty, means, take, isMine)
  if (redirect.kind === 'refused' || !departure.departed) return departure

  const answer = await send(codeExchangeRequest(settings, pending, redirect.code), means)
  const secrets = [redirect.code, pending.verifier]
  const verdict = judgeCodeExchange(answer, settings, environment, secrets)
  const tokens = verdict.kind === 'tokens' ? verdict.tokens : undefined
  return conclude(duty, means, answer, tokens, (current) => {
    if (!isMine(current)) return undefined
    if (verdict.kind === 'tokens') return connected(current, verdict.tokens)
    return ended(current, 'failed', verdict.failure.code, answer.receivedAt, verdict.failure)
  })
})

function redirectOf(record: ConnectionRecord | undefined): RedirectPending | undefined {
  return record?.pending?.kind === 'redirect' ? record.pending : undefined
}
