import type { ConnectionRecord, InFlight } from '../vault/record.ts'
import { blankRecord, departing } from '../vault/steps.ts'
import { type Means, standingOf } from './errand.ts'

const startable = ['idle', 'starting', 'expired', 'revoked', 'failed']

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
  if (!startable.includes(stands)) return current
  const { provider, fingerprint } = means.settings
  const blank = blankRecord(current, provider.id, fingerprint)
  const again = stands === 'starting' && current?.inFlight && { inFlight: current.inFlight }
  const retry = stands === 'starting' && current?.retry && { retry: current.retry }
  return departing({ ...blank, ...again, ...retry }, step, at)
}
