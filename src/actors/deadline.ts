import type { Deadline } from '../dialogue.ts'
import type { Environment } from '../environment.ts'

/**
 * Waits for an instant (Unix milliseconds, or `undefined` for never) and answers `due`, or `over` once `until` has passed.
 * Never early by a timer's rounding or its limit of 24.8 days, and not late because the clock was set back meanwhile: then
 * the span is over, and whoever acts on it asks the record.
 */
export function deadline(
  { at = Infinity, until = Infinity, watched, steady }: Deadline,
  signal: AbortSignal,
  { now, alarm, after }: Environment,
): Promise<'due' | 'over'> {
  return new Promise((resolve) => {
    const first = Math.min(at, until)
    if (first === Infinity) return
    const answer = () => {
      cancel()
      resolve(now() >= until ? 'over' : 'due')
    }
    const begun = now()
    const stopAlarm = alarm(first, answer, { watched })
    // Half a second more than the span, so that it is the alarm that rings while the clock is right.
    const stopSpan = steady ? after(first - begun + 500, answer, { watched }) : () => {}
    const cancel = () => {
      stopAlarm()
      stopSpan()
    }
    signal.addEventListener('abort', cancel, { once: true })
  })
}
