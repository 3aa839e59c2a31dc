import type { FailureCode } from '../failure.ts'
import type { Wish } from '../inspect/messages.ts'

/** What is known of a connection, as plain data. Instants are Unix milliseconds; what is not known is left out. */
export interface Seen {
  readonly state: string
  /** The tags of the state: `connected`, `pending`, `needsUser`. */
  readonly tags: readonly string[]
  /** The id of the chart: `deviceCode`, `authorizationCode` or `clientCredentials`. It makes some texts more precise. */
  readonly machine?: string | undefined
  /** Whether the connection was stopped: then nothing goes on, and nothing else counts. Default: no. */
  readonly stopped?: boolean | undefined
  readonly prompt?: SeenPrompt | undefined
  /** Seconds between polls, as the server wants them at present. */
  readonly pollIntervalSeconds?: number | undefined
  readonly nextPollAt?: number | undefined
  readonly retryAt?: number | undefined
  /** `refreshAt` is left out where a token cannot be renewed. Default of `renewable`: whether there is a `refreshAt`. */
  readonly token?:
    | {
        readonly expiresAt?: number | undefined
        readonly refreshAt?: number | undefined
        readonly renewable?: boolean | undefined
      }
    | undefined
  /** A disconnect was asked for, and is not done. Default: no. */
  readonly wantsRevoke?: boolean | undefined
  /** What the merchant calls the connection, and the provider: for instance the store's name, and `tyro.name`. */
  readonly name?: string | undefined
  readonly provider?: string | undefined
  /** A code that is not known here, as of a newer server, is told in neutral words. */
  readonly failure?: { readonly code: FailureCode; readonly message?: string | undefined } | undefined
  /** Whether the state accepts an event now. */
  can(event: Wish): boolean
}

export type SeenPrompt =
  | {
      readonly kind: 'device'
      readonly userCode: string
      readonly verificationUri: string
      readonly verificationUriComplete?: string | undefined
      readonly expiresAt: number
    }
  | { readonly kind: 'redirect'; readonly url: string; readonly expiresAt: number }
