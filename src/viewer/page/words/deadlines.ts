import { type Deadlines, deadlineNames } from '../../../inspect/observation.ts'
import { left } from './durations.ts'

export interface Deadline {
  readonly name: keyof Deadlines
  /** Unix milliseconds of the host. */
  readonly at: number
  /** What happens then: `next poll`. */
  readonly label: string
  /** The same in a sentence: `the next poll is due in 4 s`. */
  readonly told: string
}

/** What a machine waits for, the next one first, and what is past at the end: a poll or a try may be late. */
export function deadlinesOf(deadlines: Deadlines, isRedirect: boolean, now: number): readonly Deadline[] {
  const found = deadlineNames.flatMap((name): Deadline[] => {
    const at = deadlines[name]
    // While tries fail, it is the renewal that they are for.
    if (at === undefined || (name === 'refresh' && deadlines.retry !== undefined)) return []
    const what = name === 'prompt' && isRedirect ? 'link' : name
    return [{ name, at, label: labels[what], told: at > now ? told[what](left(at - now)) : over[what] }]
  })
  const isPast = ({ at }: Deadline) => at <= now
  return found.sort((one, other) => Number(isPast(one)) - Number(isPast(other)) || one.at - other.at)
}

type What = keyof Deadlines | 'link'

const labels: Readonly<Record<What, string>> = {
  poll: 'next poll',
  retry: 'next try',
  prompt: 'code ends',
  link: 'link ends',
  refresh: 'token renewal',
  token: 'token ends',
}

const told: Readonly<Record<What, (time: string) => string>> = {
  poll: (time) => `the next poll is due in ${time}`,
  retry: (time) => `the next try is in ${time}`,
  prompt: (time) => `the code ends in ${time}`,
  link: (time) => `the link ends in ${time}`,
  refresh: (time) => `the token is renewed in ${time}`,
  token: (time) => `the token ends in ${time}`,
}

const over: Readonly<Record<What, string>> = {
  poll: 'the poll is due now',
  retry: 'the next try is due now',
  prompt: 'the code has ended',
  link: 'the link has ended',
  refresh: 'the renewal is due now',
  token: 'the token has ended',
}
