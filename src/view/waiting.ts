import type { Scene } from './scene.ts'
import type { Waiting } from './shown.ts'
import { isWork, type Words } from './words.ts'

/** Why nothing more happens now, and until when. */
export function waitingOf(scene: Scene, words: Words): Waiting | undefined {
  const { state, machine, retryAt } = scene
  const { waiting, working } = words
  if (scene.isLate) return { why: waiting.timeIsUp }
  if (scene.isAtRest) return { why: machine === 'clientCredentials' ? waiting.untilAsked : waiting.atRest }
  switch (state) {
    case 'recalling':
    case 'polling':
      return { why: waiting[state] }
    case 'awaitingUser':
    case 'slowDown':
      return forPerson(scene, words)
    case 'authorized':
      return forEnd(scene, waiting)
    case 'backingOff':
      return until(waiting.again(wrongIn(scene, words)), retryAt)
    default:
      return isWork(state, working) ? { why: working[state].why } : undefined
  }
}

/** Somebody is awaited: what is heard of it, and when. */
function forPerson(scene: Scene, words: Words): Waiting {
  const { state, machine, prompt, nextPollAt, failure, pollIntervalSeconds } = scene
  const { waiting } = words
  if (state === 'slowDown') return until(waiting.slowDown(pollIntervalSeconds), nextPollAt)
  if (nextPollAt !== undefined && failure) return until(waiting.again(wrongIn(scene, words)), nextPollAt)
  if (machine === 'authorizationCode' || prompt?.kind === 'redirect') return until(waiting.redirect, prompt?.expiresAt)
  return until(waiting.nextPoll, nextPollAt)
}

/** A token is at hand: what becomes of it. */
function forEnd({ token }: Scene, waiting: Words['waiting']): Waiting {
  if (token?.refreshAt !== undefined) return until(waiting.renewal, token.refreshAt)
  return token?.expiresAt === undefined ? { why: waiting.noEnd } : until(waiting.end, token.expiresAt)
}

function wrongIn({ failure }: Scene, { failures }: Words): string | undefined {
  return failure && failures[failure.code].text
}

function until(why: string, instant: number | undefined): Waiting {
  return { why, ...(instant !== undefined && { until: instant }) }
}
