import type { Emulator } from '../../../src/emulator/index.ts'
import { type Member, pause } from './member.ts'

/** The server's interval, in milliseconds, and what the client adds to be safe. */
export const INTERVAL = 1_000
export const PAUSE = INTERVAL + 500

export interface Polling {
  readonly callers: number
  /** How many device codes were asked for. */
  readonly codes: number
  readonly polls: number
  /** Polls that the server called too early. */
  readonly slowedDown: number
  /** Between two polls, in milliseconds of the server's clock. */
  readonly shortest: number
  readonly longest: number
  /** The different tokens, or refusals, that all were given in the end. */
  readonly tokens: number
}

/** All press the button at once; the merchant approves after so many intervals. */
export async function poll(members: readonly Member[], emulator: Emulator, intervals: number): Promise<Polling> {
  const before = emulator.journal.length
  await Promise.all(members.map((member) => member.start()))
  const userCodes = new Set(await Promise.all(members.map((member) => member.userCode())))
  await pause(intervals * PAUSE)
  for (const userCode of userCodes) emulator.approve(userCode)
  await Promise.all(members.map((member) => member.rest('authorized', 1)))
  const tokens = new Set((await Promise.all(members.map((member) => member.ask([0])))).flat())

  const requests = emulator.journal.slice(before)
  const polls = requests.filter(({ form }) => form.has('device_code'))
  const gaps = polls.flatMap(({ at }, index) => (index === 0 ? [] : at - (polls[index - 1]?.at ?? 0)))
  return {
    callers: members.length,
    codes: requests.filter(({ endpoint }) => endpoint === 'deviceAuthorization').length,
    polls: polls.length,
    slowedDown: polls.filter(({ body }) => body?.includes('slow_down')).length,
    shortest: Math.min(...gaps),
    longest: Math.max(...gaps),
    tokens: tokens.size,
  }
}
