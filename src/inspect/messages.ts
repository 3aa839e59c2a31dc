import type { FlowEvent } from '../dialogue.ts'
import type { Observation } from './observation.ts'

/** What hosts, the viewer's server and its pages say to each other: one JSON object a message, over a WebSocket. */

/** The version of these messages, in every greeting. */
export const PROTOCOL = 1

/**
 * What only the person in front of the viewer may see, of a flow as it is now. It is kept for as long as the host is
 * connected, and goes into no recording and no report.
 */
export interface Screen {
  readonly prompt?: ScreenPrompt
  /** The failure's message, which names provider, step and remedy. */
  readonly message?: string
  /** A disconnect was asked for, and is not done. */
  readonly wantsRevoke?: true
  /** Seconds between polls, as the server wants them at present. */
  readonly pollInterval?: number
  /** The events that the present state accepts; empty where the host does not take any. */
  readonly accepts: readonly Wish[]
}

export type ScreenPrompt =
  | {
      readonly kind: 'device'
      readonly userCode: string
      readonly verificationUri: string
      readonly verificationUriComplete?: string
      /** Unix milliseconds. */
      readonly expiresAt: number
    }
  | { readonly kind: 'redirect'; readonly url: string; readonly expiresAt: number }

/** The events that a button can send: those that need nothing else. */
export const wishes = [
  'authorization.start',
  'authorization.cancel',
  'token.refresh',
  'token.revoke',
  'token.forget',
] as const satisfies readonly FlowEvent['type'][]
export type Wish = (typeof wishes)[number]

/** Something else that a host lets the viewer ask for, such as the playground's faults. */
export interface Deed {
  readonly id: string
  /** What the button says. */
  readonly label: string
  /** What happens then, in a sentence. */
  readonly description: string
  /** Under which heading it stands. */
  readonly group: string
  /** The connection that it is for, by name; absent where it is for all. */
  readonly connection?: string
}

export type FromHost =
  | {
      readonly type: 'hello'
      readonly as: 'host'
      readonly version: number
      readonly key: string
      /** For instance the name of the program. */
      readonly name: string
      readonly deeds: readonly Deed[]
      /** The host's clock at this moment, in Unix milliseconds. */
      readonly now: number
    }
  | { readonly type: 'observed'; readonly observation: Observation }
  /** `now` is the host's clock at this moment, in Unix milliseconds. */
  | { readonly type: 'screen'; readonly actor: string; readonly screen: Screen; readonly now: number }
  /** What became of a wish or a deed, where it did not do as asked. */
  | { readonly type: 'refused'; readonly reason: string }
  /** A deed was done, and what that means is not to be seen yet. */
  | { readonly type: 'done'; readonly words: string }

export type ToHost =
  | { readonly type: 'welcome' }
  | { readonly type: 'send'; readonly actor: string; readonly event: Wish }
  | { readonly type: 'do'; readonly deed: string }

export type FromPage =
  /** With the token of the link, which is good once; or with the session that it was exchanged for. */
  | { readonly type: 'hello'; readonly as: 'page'; readonly version: number; readonly token: string }
  | { readonly type: 'hello'; readonly as: 'page'; readonly version: number; readonly session: string }
  | { readonly type: 'send'; readonly host: string; readonly actor: string; readonly event: Wish }
  | { readonly type: 'do'; readonly host: string; readonly deed: string }

export type ToPage =
  /** Everything known so far follows. */
  | { readonly type: 'welcome'; readonly session: string }
  | {
      readonly type: 'host'
      readonly host: string
      readonly name: string
      readonly deeds: readonly Deed[]
      /** By how many milliseconds the host's clock is ahead of the viewer's; negative where it is behind. */
      readonly ahead: number
    }
  /** The host's clock is ahead by another time now. */
  | { readonly type: 'clock'; readonly host: string; readonly ahead: number }
  | { readonly type: 'observed'; readonly host: string; readonly observation: Observation }
  | { readonly type: 'screen'; readonly host: string; readonly actor: string; readonly screen: Screen }
  | { readonly type: 'refused'; readonly host: string; readonly reason: string }
  | { readonly type: 'done'; readonly host: string; readonly words: string }
  /** Its connections are still to be seen, as they were; its screens are gone. */
  | { readonly type: 'left'; readonly host: string }

/** How a socket is closed, and why; WebSocket codes for applications. @see RFC 6455 §7.4.2 */
export const closing = {
  /** The key, the token or the session is none, or the token was used before. */
  unknown: 4401,
  /** Not a message of this version. */
  misunderstood: 4400,
  /** Nothing was said in time; another try may do. */
  late: 4408,
} as const
