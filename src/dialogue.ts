import type { Sealed } from './sealed.ts'

/** What hosts, charts and actors say to each other. */

/** What a host may ask of a connection. */
export type FlowEvent =
  /** Connect. `binding` ties the answer to one browser session, RFC 9700 §2.1. */
  | { readonly type: 'authorization.start'; readonly binding?: Sealed }
  /** Give up waiting. */
  | { readonly type: 'authorization.cancel' }
  /** The browser came back to the redirect URI, in the session that `binding` names, RFC 6749 §4.1.2. */
  | { readonly type: 'authorization.responded'; readonly url: Sealed; readonly binding?: Sealed }
  /** Get a new token now. */
  | { readonly type: 'token.refresh' }
  /** An API answered 401 `invalid_token` to the token of this generation, RFC 6750 §3.1. */
  | { readonly type: 'token.rejected'; readonly generation: number }
  /** Disconnect: revoke at the provider, RFC 7009. */
  | { readonly type: 'token.revoke' }
  /** Somebody else has changed the record: look at it. Connections see to that themselves, where the vault can tell. */
  | { readonly type: 'record.changed' }
  /** Drop what is stored here; the provider is not told. */
  | { readonly type: 'token.forget' }

/** What a chart sends an actor out with. The actor answers with a summary. */
export interface Errand {
  readonly connection: string
  /** The event that is carried out, where there was one. */
  readonly wish: FlowEvent | undefined
  /** The generation of the token that the machine knows. */
  readonly generation: number | undefined
}

/** An instant to wait for, and one at which waiting ends, in Unix milliseconds; `undefined` is never. */
export interface Deadline {
  readonly at: number | undefined
  readonly until: number | undefined
  /** Whether a person waits for it: only then does it keep a process alive. */
  readonly watched: boolean
  /** Whether it is the span that counts, whatever the clock is set to meanwhile. */
  readonly steady: boolean
}
