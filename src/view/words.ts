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

/** Whether a state is one in which something is done, and nobody is needed. */
export function isWork(state: string, working: Words['working']): state is keyof Words['working'] {
  return Object.hasOwn(working, state)
}

/**
 * All texts of a view in one language, for shopkeepers. Texts are plain text, and no markup.
 *
 * A translation is a constant of this type: one that forgets a text does not compile. To change a few of the English ones,
 * spread `english`. Do not translate that way: with a spread, a forgotten text is English, and nothing warns of it.
 */
export interface Words {
  /** How the connection stands: a few words each, without a full stop. */
  readonly titles: Readonly<
    Record<
      /** It is being looked up how things stand. */
      | 'oneMoment'
      /** Nobody has connected yet, or a login was given up. */
      | 'notConnected'
      /** A code is shown, to be typed elsewhere. */
      | 'approve'
      /** A link to the login page is shown. */
      | 'logIn'
      /** Somebody is awaited, and what they were shown is not known here. */
      | 'awaiting'
      /** Nobody approved in time. */
      | 'timeIsUp'
      /** The session lives. */
      | 'connected'
      /** Something is in trouble, or the session has ended, and the access at hand is good until its end. */
      | 'connectedForNow'
      /** The access has run out while something is in trouble; it comes back by itself. */
      | 'interrupted'
      /** The first request is in trouble, and is tried again. */
      | 'notConnectedYet'
      /** What is stored on this device cannot be read, so nobody knows whether there is a session. */
      | 'unreadable'
      /** Somebody has disconnected. */
      | 'disconnected'
      /** The provider has ended the session, or it has run out. */
      | 'ended'
      /** The login was refused, or could not be finished. */
      | 'failed'
      /** The program has stopped the connection. */
      | 'stopped',
      string
    >
  >
  /** What the merchant does now, in a sentence or two. */
  readonly instructions: {
    /** `address` is a web address to be typed, such as `example.com/activate`, where there is one. The code stands below. */
    readonly typeCode: (address: string | undefined) => string
    /** The link to the login page stands below. */
    readonly logIn: string
    /** Somebody is awaited, and what they were shown is not known here. */
    readonly approve: string
    /** There is no session, and nothing is in trouble. */
    readonly connect: string
  }
  readonly links: {
    /** A click opens the page for the code, at a host such as `example.com`. */
    readonly openPage: (host: string) => string
    /** A click opens the login page. */
    readonly openLogin: string
    /** Of a QR code that opens the page; the code must be typed. */
    readonly scan: string
    /** Of a QR code that brings the code along. */
    readonly scanWithCode: string
  }
  /**
   * By state: a request, or work on this device, is under way. `title` stands in place of one of `titles`, `why` says what is
   * being done.
   */
  readonly working: Readonly<
    Record<
      /** Before a code, a link or a session without a person: the first request. */
      | 'requestingCode'
      | 'preparing'
      | 'requestingToken'
      /** A session of an earlier program is being proved by one renewal. */
      | 'adopting'
      /** The browser has come back, and the login is being finished. */
      | 'exchangingCode'
      /** The session lives, and gets a new token. */
      | 'refreshing'
      /** Somebody disconnects: the provider is being told. */
      | 'revoking'
      /** A login was given up, or somebody wants the provider not to be told: what is stored is being erased. */
      | 'forgetting',
      { readonly title: string; readonly why: string }
    >
  >
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
    /** Under the title of the same name: nobody approved in time, and one last answer is awaited. */
    readonly timeIsUp: string
    /** Something is in trouble, which `failures` tells: it is tried again at a time. */
    readonly again: string
    /** Connected: it is renewed at a time. */
    readonly renewal: string
    /** Connected: it ends at a time, and cannot be renewed. */
    readonly end: string
    /** Connected: the provider has not said for how long. */
    readonly noEnd: string
    /** There is no session: somebody must press a button. */
    readonly atRest: string
    /** A service that needs nobody connects when a program asks for access. */
    readonly untilAsked: string
    /** The program has stopped the connection. */
    readonly stopped: string
  }
  /** What a button does, in a word or a few, without a full stop. */
  readonly buttons: Readonly<
    Record<
      /** Nobody has connected yet. */
      | 'connect'
      /** There was a session before. */
      | 'connectAgain'
      /** A code ran out. */
      | 'newCode'
      /** A login was refused, ran out, or could not be finished. */
      | 'tryAgain'
      /** Give up the login. */
      | 'cancel'
      /** Do not wait for the next try. */
      | 'tryNow'
      /** Renew the access before it is time. */
      | 'renew'
      /** Without a session: read again what is stored, which somebody may have repaired. */
      | 'lookAgain'
      /** End the session, and tell the provider. */
      | 'disconnect'
      /** Erase what is stored here; the provider is not told. */
      | 'forget',
      string
    >
  >
  /** Which connection is meant: what the merchant calls it, and the provider's name. */
  readonly place: (name: string, provider: string) => string
  /** By code: what went wrong, or who ended it. */
  readonly failures: Readonly<Record<FailureCode, FailureWords>>
  /** Of a failure whose code is not in this table, as a newer server may tell one. */
  readonly otherFailure: FailureWords
  /** In place of the remedy of a failure that passes by itself, while a code or a link is shown. */
  readonly goOn: string
  /** In place of the remedy of a failure that would pass by itself, where nothing is tried again by itself. */
  readonly tryLater: string
  /** In place of the remedy of a failure that ended the session, while the access at hand is good until its own end. */
  readonly lastToken: string
  /** Disconnected here, while the provider was not told, or refused. */
  readonly stillListed: FailureWords
}
