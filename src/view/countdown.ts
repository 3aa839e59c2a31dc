/**
 * Whole seconds until an instant, in Unix milliseconds: the last one lasts until the instant has come. Never below 0.
 * `undefined` where there is no such instant, or it is further away than can be: then the clock was set back.
 *
 * @param longest in milliseconds
 */
export function secondsUntil(instant = Number.NaN, now: number, longest: number): number | undefined {
  return instant - now <= longest ? Math.max(0, Math.ceil((instant - now) / 1000)) : undefined
}

/** Writes seconds as a clock does: `0:05`, `9:41`, `1:00:00`. What is below zero, or no number, is `0:00`. */
export function countdown(seconds: number): string {
  if (!(seconds > 0)) return '0:00'
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const parts = hours > 0 ? [hours, two(minutes)] : [minutes]
  return [...parts, two(Math.floor(seconds % 60))].join(':')
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
