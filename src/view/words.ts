import type { FailureCode } from '../failure.ts'

/**
 * Who can do something: the merchant, whoever looks after the device and its network, or who made the software; `nobody`
 * where it passes by itself.
 */
export type Who = 'merchant' | 'operator' | 'developer' | 'nobody'

/** What went wrong, and what the merchant does about it, in whole sentences. */
export interface FailureWords {
  readonly text: string
  readonly remedy: string
}

/** The states in which something is done, and nobody is needed. */
type Work =
  | 'requestingCode'
  | 'preparing'
  | 'requestingToken'
  | 'adopting'
  | 'exchangingCode'
  | 'refreshing'
  | 'revoking'
  | 'forgetting'

export function isWork(state: string, working: Words['working']): state is Work {
  return Object.hasOwn(working, state)
}

/**
 * All texts of a view in one language, for shopkeepers. A translation is a constant of this type: one that forgets a text
 * does not compile. Texts are plain text, and no markup. To change a few of the English ones, spread `english`.
 */
export interface Words {
  /** A few words each, without a full stop. */
  readonly titles: Readonly<
    Record<
      /** It is being looked up how things stand. */
      | 'oneMoment'
      | 'notConnected'
      /** A code is shown, to be typed elsewhere. */
      | 'approve'
      /** A link to the login page is shown. */
      | 'logIn'
      /** Somebody is awaited, and what they were shown is not known here. */
      | 'awaiting'
      /** Nobody approved in time. */
      | 'timeIsUp'
      | 'connected'
      /** Something is in trouble, and the access is good until its end. */
      | 'connectedForNow'
      /** The access has run out while something is in trouble; it comes back by itself. */
      | 'interrupted'
      /** The first request is in trouble, and is tried again. */
      | 'notConnectedYet'
      /** What is stored on this device cannot be read. */
      | 'unreadable'
      | 'disconnected'
      /** The provider has ended the session. */
      | 'ended'
      /** The login was refused, or could not be finished. */
      | 'failed'
      /** The program has stopped the connection. */
      | 'stopped',
      string
    >
  >
  readonly instructions: {
    /** `address` is a web address to be typed, such as `example.com/activate`, where there is one. The code stands below. */
    readonly typeCode: (address: string | undefined) => string
    readonly logIn: string
    /** Somebody is awaited, and what they were shown is not known here. */
    readonly approve: string
    readonly connect: string
  }
  readonly links: {
    /** A click opens the page for the code, at a host such as `example.com`. */
    readonly openPage: (host: string) => string
    readonly openLogin: string
    /** Of a QR code that opens the page; the code must be typed. */
    readonly scan: string
    /** Of a QR code that brings the code along. */
    readonly scanWithCode: string
  }
  /** By state: a request, or work on this device, is under way. */
  readonly working: Readonly<Record<Work, { readonly title: string; readonly why: string }>>
  /** Why nothing more happens now. A screen may write a countdown beside it. */
  readonly waiting: {
    /** What is stored is being read. */
    readonly recalling: string
    /** The provider is being asked whether somebody has approved. */
    readonly polling: string
    /** Nobody has approved yet; the provider is asked again at a time. */
    readonly nextPoll: string
    /** The provider wants to be asked less often: once in so many seconds, where that is known. */
    readonly slowDown: (seconds: number | undefined) => string
    /** The browser was sent to the login page. */
    readonly redirect: string
    readonly timeIsUp: string
    /** It is tried again at a time. `wrong` is the `text` of the failure, where it is known. */
    readonly again: (wrong: string | undefined) => string
    /** Connected: it is renewed at a time. */
    readonly renewal: string
    /** Connected: it ends at a time, and cannot be renewed. */
    readonly end: string
    /** Connected: the provider has not said for how long. */
    readonly noEnd: string
    readonly atRest: string
    /** A service that needs nobody connects when a program asks for access. */
    readonly untilAsked: string
    readonly stopped: string
  }
  readonly buttons: Readonly<
    Record<
      | 'connect'
      | 'connectAgain'
      | 'newCode'
      | 'tryAgain'
      | 'cancel'
      /** Do not wait for the next try. */
      | 'tryNow'
      /** Renew the access before it is time. */
      | 'renew'
      /** Read again what is stored. */
      | 'lookAgain'
      | 'disconnect'
      /** Erase what is stored here; the provider is not told. */
      | 'forget',
      string
    >
  >
  readonly failures: Readonly<Record<FailureCode, FailureWords>>
  /** In place of the remedy of a failure that would pass by itself, where nothing is tried again by itself. */
  readonly tryLater: string
  /** In place of the remedy of a failure that ended the session, while the access at hand is good until its own end. */
  readonly lastToken: string
  /** Disconnected here, while the provider was not told, or refused. */
  readonly stillListed: FailureWords
}
