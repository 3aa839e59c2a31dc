import type { VerbName } from '../actors/verbs.ts'
import type { FlowEvent } from '../dialogue.ts'
import type { Failure } from '../failure.ts'
import type { Prompt, Summary, TokenSummary } from '../recall.ts'

/**
 * What a device and its server say to each other: one JSON object each way, a POST to the path of what is asked. Instants are
 * Unix milliseconds by the server's clock.
 */

/** What can be asked: a verb, as a machine asks it of its actors; that a disconnect is written down; the access token. */
export type Ask = VerbName | 'recordRevoke' | 'accessToken'

/** A wish without its binding, which is the session's and none that a device can choose. */
export type PlainWish =
  | Exclude<FlowEvent, { type: 'authorization.start' | 'authorization.responded' }>
  | { readonly type: 'authorization.start' }
  | { readonly type: 'authorization.responded'; readonly url: string }

export interface Asked {
  readonly connection: string
  readonly wish?: PlainWish
  readonly generation?: number
}

/** The least that an answer says. */
export interface Heard {
  /** When the question came: what lets a device tell the server's clock from its own. */
  readonly at: number
}

export interface Told extends Heard {
  readonly summary: PlainSummary
}

/** As JSON has it: what is `undefined` is left out. */
export type AsJson<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]?: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K]
}

/** A summary whose authorization URL is on its way to the screen: it is sealed again where it arrives. */
export interface PlainSummary extends AsJson<Omit<Summary, 'prompt' | 'token' | 'unread'>> {
  readonly prompt?: PlainPrompt | undefined
  readonly token?: AsJson<TokenSummary> | undefined
}

export type PlainPrompt =
  | AsJson<Extract<Prompt, { kind: 'device' }>>
  | { readonly kind: 'redirect'; readonly url: string; readonly expiresAt: number }

/**
 * The access token that a server lends a device, and what is needed to use it; never more of the provider's answer. It is a
 * secret: use it where it is needed, and keep it nowhere.
 */
export interface LentToken {
  readonly accessToken: string
  readonly type: string
  readonly scope: string
  /** Unix milliseconds, by the device's clock; `undefined` where the provider did not say. */
  readonly expiresAt: number | undefined
  /** Names this token in `token.rejected`. */
  readonly generation: number
}

export interface ToldToken extends Heard {
  readonly token: AsJson<LentToken>
}

/** The answer to everything that was not done. */
export interface ToldFailure extends Heard {
  readonly failure: Failure
}

/** Opens what a summary keeps sealed; nothing else may do so. */
export function openSummary({ prompt, unread: _, ...rest }: Summary): PlainSummary {
  return { ...rest, prompt: prompt?.kind === 'redirect' ? { ...prompt, url: prompt.url.open() } : prompt }
}
