import type { Deadline } from '../dialogue.ts'
import type { Environment } from '../environment.ts'

/**
 * Waits for an instant (Unix milliseconds, or `undefined` for never) and answers `due`, or `over` once `until` has passed.
 * Never early: neither by timer rounding nor by a timer's limit of 24.8 days.
 */
export function deadline(
  { at = Infinity, until = Infinity, watched }: Deadline,
  signal: AbortSignal,
  { now, alarm }: Environment,
): Promise<'due' | 'over'> {
  return new Promise((resolve) => {
    const first = Math.min(at, until)
    if (first === Infinity) return
    const cancel = alarm(first, () => resolve(now() >= until ? 'over' : 'due'), { watched })
    signal.addEventListener('abort', cancel, { once: true })
  })
}
