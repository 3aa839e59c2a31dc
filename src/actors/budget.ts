import { fail } from '../failure.ts'
import type { ConnectionRecord, InFlight } from '../vault/record.ts'
import { departing, retrying } from '../vault/steps.ts'
import { type Means, neverAgain } from './errand.ts'

/** An intent that was not let out: nothing was sent, so no answer can be the one to it. */
const KEPT_BACK = { at: 0, tries: 0, once: false } as const

/** When tokens were asked for, as far back as the budget looks; a clock that was set back has not unasked anything. */
function askedWithin({ asked = [] }: ConnectionRecord, { seconds }: { seconds: number }, at: number): number[] {
  return asked.map((instant) => Math.min(instant, at)).filter((instant) => instant > at - seconds * 1000)
}

/** Counts a request that is not kept back, since a person waits for its answer. */
export function counted(record: ConnectionRecord, at: number, { settings }: Means): ConnectionRecord {
  const { budget } = settings.provider
  return budget ? { ...record, asked: [...askedWithin(record, budget, at), at] } : record
}

/**
 * Writes down that a token is about to be asked for; or, where the provider's budget is used up, when it may be.
 *
 * @param first whether the connection would have nothing to do but to ask
 */
export function asking(
  record: ConnectionRecord,
  step: InFlight['step'],
  at: number,
  means: Means,
  first = false,
): ConnectionRecord {
  const { provider } = means.settings
  const once = step === 'refreshToken' && neverAgain(provider)
  if (!provider.budget) return departing(record, step, at, once)
  const asked = askedWithin(record, provider.budget, at)
  if (asked.length < provider.budget.requests) return departing(counted(record, at, means), step, at, once)
  const failure = fail('budget_exhausted', { about: `${provider.name}, ${step}` })
  const waiting = first ? { step, ...KEPT_BACK } : record.inFlight
  return retrying({ ...record, asked }, at, Math.min(...asked) + provider.budget.seconds * 1000, failure, waiting)
}
