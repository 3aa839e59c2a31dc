import type { Standing } from '../recall.ts'
import type { ConnectionRecord, InFlight } from '../vault/record.ts'
import { blankRecord, departing } from '../vault/steps.ts'
import { asking } from './budget.ts'
import { type Means, standingOf } from './errand.ts'

const atRest: readonly Standing[] = ['idle', 'expired', 'revoked', 'failed']

/**
 * Writes down that a grant begins. A record that is already on its way, or connected, stays as it is: somebody else was
 * faster, and there is nothing to start.
 */
export function starting(
  current: ConnectionRecord | undefined,
  step: InFlight['step'],
  at: number,
  means: Means,
): ConnectionRecord | undefined {
  const stands = standingOf(current, means)
  if (stands !== 'starting' && !isAtRest(current, means)) return current
  const { provider, fingerprint } = means.settings
  const blank = blankRecord(current, provider.id, fingerprint)
  const again = stands === 'starting' && current?.inFlight && { inFlight: current.inFlight }
  const retry = stands === 'starting' && current?.retry && { retry: current.retry }
  const begun = { ...blank, ...again, ...retry }
  return step === 'requestToken' ? asking(begun, step, at, means, true) : departing(begun, step, at)
}

/** Whether there is no session, and none being made. */
export function isAtRest(current: ConnectionRecord | undefined, means: Means): boolean {
  return atRest.includes(standingOf(current, means))
}
