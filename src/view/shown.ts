import type { FailureCode } from '../failure.ts'
import type { Wish } from '../inspect/messages.ts'
import type { Who } from './words.ts'

/**
 * What a screen shows, from top to bottom; what is absent is not shown. No sentence holds a countdown, so it changes only
 * when something happens, and can be announced. Write the seconds beside it, with `countdown` or as the language wants.
 */
export interface View {
  readonly title: string
  /** Which connection at which provider, where both were given: it belongs beside the title, so that nobody approves another. */
  readonly place?: string
  /** For a colour or a sign. */
  readonly tone: Tone
  /** What the merchant does now, in a sentence or two. */
  readonly instruction?: string
  readonly userCode?: {
    /** Exactly as received. */
    readonly text: string
    /**
     * For reading, with a gap between them: a long code without separators is cut. Joined they are the text, without
     * characters that turn, hide or pile up others. Always left to right: set `direction: ltr` on a page of another direction.
     */
    readonly groups: readonly string[]
    /** For a screen reader: character by character. */
    readonly spelled: string
  }
  /** Where the merchant goes: the page for the code, or the login page. Always http(s). `label` says what a click does. */
  readonly link?: { readonly url: string; readonly label: string }
  /** The address to be typed on another device, as short as it can be said; part of `instruction`. */
  readonly address?: string
  /** Rows of modules, dark is `true`, with the four light ones around that a QR code needs: draw them on white. */
  readonly qr?: readonly (readonly boolean[])[]
  /** What the QR code does, as a caption or its accessible name. */
  readonly qrLabel?: string
  /** How long code and link are good for, in seconds, 1 to 3,600; absent where that is not known, or longer. */
  readonly secondsLeft?: number
  /** Absent for a state that stands in none of this package's charts. */
  readonly waiting?: Waiting
  /** In the order of a good screen; only what is possible now and of use. */
  readonly buttons: readonly Button[]
  readonly failure?: {
    readonly text: string
    readonly remedy: string
    readonly code: FailureCode
    /** Who can do something about it; absent where nothing is in trouble. */
    readonly who?: Who
    /** For support: names provider, step and remedy in English, and holds no secret. */
    readonly message?: string
  }
}

/** Why nothing more happens now. */
export interface Waiting {
  readonly why: string
  /** Until when, in Unix milliseconds; absent where that is not known, as after a clock was set back. */
  readonly until?: number
  /** The same in seconds, 0 or more. */
  readonly secondsLeft?: number
}

export interface Button {
  readonly event: Wish
  readonly label: string
  /** `danger` is worth a question first. */
  readonly kind: 'primary' | 'secondary' | 'danger'
  /** Whose screen it belongs on: the merchant's, or only that of whoever looks after the till. */
  readonly audience: 'merchant' | 'operator'
}

/** The first of the tags that holds, in this order. Whether something is in trouble, `failure` tells. */
export type Tone = 'connected' | 'needsUser' | 'pending' | 'neutral'
