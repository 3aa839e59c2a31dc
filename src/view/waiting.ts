import { secondsUntil } from './countdown.ts'
import { LONGEST_LOGIN } from './prompt.ts'
import type { Scene } from './scene.ts'
import type { Waiting } from './shown.ts'
import { isWork, type Words } from './words.ts'

/**
 * The longest waits that are counted, in milliseconds: between polls, between tries, for a token. What is longer was asked
 * for by a server, or is due to a clock that was set back.
 */
const MINUTE = 60_000
const HOUR = 3_600_000
const YEAR = 31_536_000_000

/** Why nothing more happens now, and until when. */
export function waitingOf(scene: Scene, { waiting, working }: Words): Waiting | undefined {
  const { state, machine, retryAt } = scene
  if (scene.isLate) return { why: waiting.timeIsUp }
  if (scene.isAtRest) return { why: machine === 'clientCredentials' ? waiting.untilAsked : waiting.atRest }
  switch (state) {
    case 'recalling':
    case 'polling':
      return { why: waiting[state] }
    case 'awaitingUser':
    case 'slowDown':
      return forPerson(scene, waiting)
    case 'authorized':
      return forEnd(scene, waiting)
    case 'backingOff':
      return until(scene, waiting.again, retryAt, HOUR)
    default:
      return isWork(state, working) ? { why: working[state].why } : undefined
  }
}

/** Somebody is awaited: what is heard of it, and when. */
function forPerson(scene: Scene, waiting: Words['waiting']): Waiting {
  const { state, machine, prompt, nextPollAt, failure, pollIntervalSeconds } = scene
  // With what is added to an interval, and what a poll may take.
  const longest = Math.max(MINUTE, (pollIntervalSeconds ?? 0) * 1000 + 3_000)
  const poll = (why: string) => until(scene, why, nextPollAt, longest)
  if (state === 'slowDown') return poll(waiting.slowDown(pollIntervalSeconds))
  if (nextPollAt !== undefined && failure) return poll(waiting.again)
  if (machine === 'authorizationCode' || prompt?.kind === 'redirect')
    return until(scene, waiting.redirect, prompt?.expiresAt, LONGEST_LOGIN)
  return poll(waiting.nextPoll)
}

/** A token is at hand: what becomes of it. */
function forEnd(scene: Scene, waiting: Words['waiting']): Waiting {
  const { refreshAt, expiresAt } = scene.token ?? {}
  if (refreshAt !== undefined) return until(scene, waiting.renewal, refreshAt, YEAR)
  return expiresAt === undefined ? { why: waiting.noEnd } : until(scene, waiting.end, expiresAt, YEAR)
}

/** An instant goes with its seconds, or not at all. */
function until({ now }: Scene, why: string, instant: number | undefined, longest: number): Waiting {
  const secondsLeft = secondsUntil(instant, now, longest)
  return instant === undefined || secondsLeft === undefined ? { why } : { why, until: instant, secondsLeft }
}
