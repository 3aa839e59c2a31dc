import type { ConnectionEvent, InFlight, Provider, Registration } from './product.ts'

/** Where a process is killed, in the order of one request: what is stored and what the server knows differs. */
export type Place =
  | 'before the read'
  | 'before the intent'
  | 'before the request'
  /** It has left, and the server has not acted yet. */
  | 'on its way'
  /** The server has acted. */
  | 'before the reply'
  | 'after the reply'
  | 'storing fails'
  | 'before the store'
  | 'after the store'
  /** It is killed in a state of its own. */
  | 'nowhere'

/** The request that is cut off; `nothing`: what is stored without one. */
export type Step = InFlight['step'] | 'revoke' | 'nothing'

/** The server itself holds a request that is on its way; at all other places it is the process that stops. */
export interface KillPoint {
  readonly step: Step
  readonly place: Place
  /** Polls once ahead of the product, so that the product's own poll is too fast. */
  readonly impatient?: true
}

/** All that a process is told at its start. */
export interface Plan {
  readonly provider: Provider
  readonly registration: Registration
  readonly directory: string
  /** Of the file vault, in hex. */
  readonly key: string
  readonly point?: KillPoint
}

/** What a process is asked to do. */
export type Command =
  | { readonly do: 'send'; readonly event: ConnectionEvent }
  | { readonly do: 'adopt'; readonly refreshToken: string }
  | { readonly do: 'token' }

/** What a process says of itself; instants are Unix milliseconds. */
export type Word =
  /** It has come to where it is to die, and goes no further. */
  | { readonly kind: 'here' }
  /** A disconnect that was asked for is stored. */
  | { readonly kind: 'wish stored' }
  | { readonly kind: 'token'; readonly accessToken?: string }
  | State

/** A state that was entered, with what a screen would show. */
export interface State {
  readonly kind: 'state'
  readonly at: number
  readonly state: string
  readonly endedBecause?: string | undefined
  readonly userCode?: string | undefined
  readonly loginUrl?: string | undefined
  readonly expiresAt?: number | undefined
  readonly retryAt?: number | undefined
  readonly refreshAt?: number | undefined
  readonly tokenExpiresAt?: number | undefined
}

/** Marks the poll of somebody who is not the product. */
export const IMPATIENT = 'x-impatient'
