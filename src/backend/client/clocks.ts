import type { Failure } from '../../failure.ts'
import type { Prompt, Summary } from '../../recall.ts'
import { seal } from '../../sealed.ts'
import type { AsJson, LentToken, PlainPrompt, PlainSummary } from '../wire.ts'

/** How far this device's clock is ahead of the server's, in milliseconds. */
export interface Shift {
  /**
   * As this question has it. It came after it was sent, so this is the truth or less, and an instant is the right one or
   * too early: then the server is asked once more, and that question comes in time.
   */
  readonly measured: number
  /** The same from question to question, and up to a second more than measured: a prompt whose end moves would look like news. */
  readonly steady: number
}

/** By how much the measures of questions may differ that take longer and shorter ways, in milliseconds. */
const SLACK = 1_000
/** By how much less is measured where a clock was set back, and no question just held up, in milliseconds. */
const SET_BACK = 15_000

/** Takes when a question was sent, by this device's clock, and when it came, by the server's. */
export type Shifts = (sentAt: number, cameAt: number) => Shift

export function createShifts(): Shifts {
  let steady: number | undefined
  return (sentAt, cameAt) => {
    const measured = sentAt - cameAt
    if (steady === undefined || measured > steady || measured < steady - SET_BACK) steady = measured + SLACK
    return { measured, steady }
  }
}

/** Says a summary's instants by this device's clock, and seals what must not be seen in a machine. */
export function shifted(told: PlainSummary, { measured: shift, steady }: Shift): Summary {
  const { prompt, token, failure } = told
  return {
    standing: told.standing,
    prompt: prompt && shiftedPrompt(prompt, steady),
    pollIntervalSeconds: told.pollIntervalSeconds,
    nextPollAt: later(told.nextPollAt, shift),
    retryAt: later(told.retryAt, shift),
    token: token && {
      ...token,
      expiresAt: later(token.expiresAt, shift),
      refreshAt: later(token.refreshAt, shift),
      refreshExpiresAt: later(token.refreshExpiresAt, shift),
    },
    failure: failure && shiftedFailure(failure, shift),
    wantsRevoke: told.wantsRevoke,
    endedBecause: told.endedBecause,
    request: told.request,
  }
}

export function shiftedToken(token: AsJson<LentToken>, { measured }: Shift): LentToken {
  return { ...token, expiresAt: later(token.expiresAt, measured) }
}

function later(instant: number | undefined, shift: number): number | undefined {
  return instant === undefined ? undefined : instant + shift
}

function shiftedPrompt(prompt: PlainPrompt, steady: number): Prompt {
  const expiresAt = prompt.expiresAt + steady
  if (prompt.kind === 'redirect') return { kind: 'redirect', url: seal(prompt.url), expiresAt }
  return { ...prompt, verificationUriComplete: prompt.verificationUriComplete, expiresAt }
}

export function shiftedFailure(failure: Failure, shift: number): Failure {
  return failure.retryAt === undefined ? failure : { ...failure, retryAt: failure.retryAt + shift }
}
