import type { Answer } from '../../protocol/http.ts'
import type { Settings } from '../../registration.ts'
import type { Tokens } from '../../vault/record.ts'
import type { Redirected } from './redirects.ts'
import type { Wire } from './wire.ts'

/** What came of a question. */
export interface Finding {
  /** How it was asked. */
  readonly asked: string
  readonly seen: readonly string[]
  /** What it means for the data of the provider. */
  readonly means: string
}

/** A session of the probe's own. */
export interface Login {
  readonly tokens: Tokens
  /** The answer that brought the tokens. */
  readonly answer: Answer
}

/** A finding and its question. */
export interface Told extends Finding {
  readonly id: string
  readonly question: string
}

/** What a question has to work with. */
export interface Means {
  readonly settings: Settings
  readonly wire: Wire
  /** The session of the probe, which a person is asked for where there is none that lives. */
  session(): Promise<Login>
  /** A second one. */
  another(): Promise<Login>
  /** A login in a browser, as far as its code: no session yet. */
  redirected(): Promise<Redirected>
  /** The session has other tokens now, or none that can be used. */
  replace(tokens: Tokens | undefined): void
  /** A session has begun beside those. */
  began(): void
  /** A session is known to have ended at the provider. */
  ended(): void
}

export interface Question {
  readonly id: string
  readonly question: string
  /** How many requests it sends at the most. */
  readonly requests: number
  /** Whether it needs no session: such are asked first, while nothing can have failed yet. Default false. */
  readonly isAlone?: boolean
  /** What it costs, where that is more than a request. */
  readonly cost?: string
  ask(means: Means): Promise<Finding>
}
