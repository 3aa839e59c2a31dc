import { isFunction } from '../check-options.ts'
import { misconfigured } from '../failure.ts'
import { plain } from '../plain-text.ts'
import { causeOf } from './cause.ts'
import type { Sink } from './inspector.ts'
import { type Deadlines, deadlineNames, type Observation } from './observation.ts'

/**
 * Prints a line for each transition: when, in this machine's time zone; which connection; from where to where; what led
 * there, with the request and the failure where there was one; and what is due next. No colours, so that it reads the
 * same in a page's console, in a terminal and in a log.
 *
 *     09:30:05  store-17/till-3  polling → slowDown  pollToken answered · token 400 · poll in 10.5 s
 *
 * @param print takes a line, without its end. Default: `console.log`
 * @throws OAuthError `invalid_configuration` where it is no function
 */
export function consoleReporter(print: (line: string) => void = (line) => console.log(line)): Sink {
  if (!isFunction(print)) throw misconfigured('consoleReporter, print', 'a function')
  const names = createColumn()
  const moves = createColumn()
  return (observation) => {
    const { at, name } = observation
    return print(
      [timeOf(at), names(plain(name)), moves(plain(moveOf(observation))), plain(reasonOf(observation))]
        .join('  ')
        .trimEnd(),
    )
  }
}

/** Wider than this, a column is no longer kept straight. */
const WIDEST = 40

/** Pads to the widest so far. */
function createColumn(): (text: string) => string {
  let width = 0
  return (text) => {
    if (text.length <= WIDEST) width = Math.max(width, text.length)
    return text.padEnd(width)
  }
}

function moveOf(observation: Observation): string {
  if (observation.type === 'actor') return `begins in ${observation.state}`
  if (observation.type === 'stopped') return 'stopped'
  const { from, to } = observation
  return from === to ? `stays in ${to}` : `${from} → ${to}`
}

function reasonOf(observation: Observation): string {
  if (observation.type === 'actor') return observation.machine
  if (observation.type === 'stopped') return ''
  const { event, request, failure, deadlines, at } = observation
  const asked = request && `${request.endpoint} ${request.status ?? 'without an answer'}`
  return [causeOf(event), asked, failure, nextOf(deadlines, at)].filter((part) => part !== undefined).join(' · ')
}

const words: { readonly [Name in keyof Required<Deadlines>]: string } = {
  poll: 'poll in',
  retry: 'next try in',
  prompt: 'prompt ends in',
  refresh: 'refresh in',
  token: 'token ends in',
}

/** What is due first of all that is still to come. */
function nextOf(deadlines: Deadlines, now: number): string | undefined {
  const coming = deadlineNames.flatMap((name) => {
    const span = (deadlines[name] ?? now) - now
    return span > 0 ? [{ name, span }] : []
  })
  const [next] = coming.sort((one, other) => one.span - other.span)
  return next && `${words[next.name]} ${spanOf(next.span)}`
}

/**
 * For reading: `5.5 s`, `14 min 59 s`, `2 h 10 min`, `59 d 23 h`; never nothing while something is left. In
 * milliseconds.
 */
function spanOf(milliseconds: number): string {
  const tenths = Math.ceil(milliseconds / 100)
  if (tenths < 600) return `${tenths / 10} s`
  const seconds = Math.ceil(milliseconds / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** The time on a wall. Unix milliseconds. */
function timeOf(instant: number): string {
  const date = new Date(instant)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
