/** How long something took, for reading: `0.3 s`, `41 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. In milliseconds. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000
  // What rounds up to ten is written as ten.
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  return long(Math.round(seconds), (total) => `${Math.floor(total / 60)} min ${padded(total % 60)} s`)
}

/** What is left until an instant: `4 s`, `9:41`, `2 h 10 min`. It says 1 s as long as any of it is left. In milliseconds. */
export function left(milliseconds: number): string {
  return long(
    Math.ceil(Math.max(0, milliseconds) / 1_000),
    (total) => `${Math.floor(total / 60)}:${padded(total % 60)}`,
  )
}

/** Nobody waits longer: a host, or a recording, may tell any number. */
const MOST_DAYS = 10_000

function long(seconds: number, minutes: (seconds: number) => string): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return minutes(seconds)
  const hours = Math.floor(seconds / 3_600)
  if (hours < 24) return `${hours} h ${padded(Math.floor((seconds % 3_600) / 60))} min`
  const days = Math.floor(hours / 24)
  return days < MOST_DAYS ? `${days} d ${hours % 24} h` : `more than ${MOST_DAYS.toLocaleString('en')} d`
}

function padded(number: number): string {
  return String(number).padStart(2, '0')
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** The time on a wall, as `14:03:22`. Unix milliseconds. */
export function timeOf(instant: number): string {
  return readable(instant) ? time.format(instant) : '–'
}

/** The day, as `24 Oct 2025`. Unix milliseconds. */
export function dayOf(instant: number): string {
  return readable(instant) ? day.format(instant) : '–'
}

/** A recording may hold any number, and a date beyond this one cannot be written. */
function readable(instant: number): boolean {
  return Math.abs(instant) <= 8.64e15
}

/** A number of things, as `1 line`, `2,041 lines`. */
export function counted(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
