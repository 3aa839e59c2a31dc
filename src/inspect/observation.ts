import type { FailureCode } from '../failure.ts'
import type { Requested } from '../recall.ts'

/**
 * What an inspector tells, and all that it tells: every member is a number, or a word that stands in a chart, in this
 * package, or that the host chose as a connection's name. Plain data, for JSON.
 */
export type Observation = Appearance | TransitionTaken | Disappearance

interface Common {
  /** When, in Unix milliseconds of the inspected host. */
  readonly at: number
  /** Which running machine: `1`, `2`, … in the order of appearance. A connection that begins anew is another one. */
  readonly actor: string
  /** The connection's name; for a machine of the host's, the machine's id. */
  readonly name: string
}

/** A machine is seen for the first time. */
export interface Appearance extends Common {
  readonly type: 'actor'
  /** The id of its chart: `deviceCode`, `authorizationCode`, `clientCredentials`, or one of the host's. */
  readonly machine: string
  /** Where it is; nested and parallel states read `other, outer.inner`. */
  readonly state: string
  readonly tags: readonly string[]
}

/** A machine has taken an arrow. */
export interface TransitionTaken extends Common {
  readonly type: 'transition'
  readonly from: string
  /** The same as `from` where only actions happened. */
  readonly to: string
  /** What the chart calls the event; an actor's answer is `xstate.done.actor.` and its id. */
  readonly event: string
  /** `from|event|to` of each arrow taken, as the pictures mark them. */
  readonly arrows: readonly string[]
  readonly tags: readonly string[]
  readonly deadlines: Deadlines
  /** The request that was answered, or not. */
  readonly request?: Requested
  /** Why it is where it is, if something is wrong. */
  readonly failure?: FailureCode
}

/** A machine has stopped; what the vault holds of it stays. */
export interface Disappearance extends Common {
  readonly type: 'stopped'
}

/** The instants that a machine knows of, in Unix milliseconds; absent where there is none. */
export interface Deadlines {
  /** The next poll. @see RFC 8628 §3.5 */
  readonly poll?: number
  /** The next try after trouble. */
  readonly retry?: number
  /** The end of the time that a person has. */
  readonly prompt?: number
  /** When the token will be renewed. */
  readonly refresh?: number
  /** The end of the access token. */
  readonly token?: number
}

/** In the order in which a person would ask for them. */
export const deadlineNames = ['poll', 'retry', 'prompt', 'refresh', 'token'] as const satisfies (keyof Deadlines)[]

/** What whoever reads observations takes at most: the length of a word, and how many words a list has. */
export const LONGEST_WORD = 500
export const MOST_WORDS = 100
