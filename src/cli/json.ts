import type { FailureCode } from '../failure.ts'
import type { Observation } from '../inspect/observation.ts'
import type { Grant, Provider } from '../providers/provider.ts'

/**
 * What `--json` prints: one of these objects a line. Instants are Unix milliseconds; what is not known is left out. New
 * members and new types may come; what is here keeps its meaning as long as `version` is 1.
 */
export type JsonLine =
  | PromptLine
  | WaitingLine
  | ConnectedLine
  | TokenLine
  | DisconnectedLine
  | VaultLine
  | StatusLine
  | ObservationLine
  | ProviderLine
  | EmulatorLine
  | PlanLine
  | AnswerLine
  | ReportLine
  | FailureLine
  | ViewerLine

/** Which connection a line is about. */
export interface Whose {
  /** The id of the provider. */
  readonly provider: string
  readonly connection: string
}

/** `login`, `probe`: what the merchant must see. A new one replaces the one before. */
export type PromptLine = Whose & { readonly type: 'prompt'; readonly expiresAt: number } & (
    | {
        readonly kind: 'device'
        /** Exactly as received. */
        readonly userCode: string
        readonly verificationUri: string
        readonly verificationUriComplete?: string
      }
    | {
        readonly kind: 'redirect'
        /** To be opened in a browser of this machine. */
        readonly url: string
        /** Where the browser comes back to. */
        readonly redirectUri: string
        /** Whether nobody listens there: then write the URL that the browser came to, as a line, to standard input. */
        readonly paste: boolean
      }
  )

/** `login`: why nothing more happens now, when that changes. */
export interface WaitingLine extends Whose {
  readonly type: 'waiting'
  /** The state of the machine. */
  readonly state: string
  /** In English, for people. */
  readonly why: string
  readonly until?: number
  readonly failure?: FailureCode
}

/** `login`, `import`, `refresh`: there is a session. */
export interface ConnectedLine extends Whose {
  readonly type: 'connected'
  /** Whether it was there before. */
  readonly already: boolean
  /** As granted, space-separated. */
  readonly scope: string
  /** The end of the access token. */
  readonly expiresAt?: number
  /** When it is renewed by whoever runs then. */
  readonly refreshAt?: number
  /** Whether a new token can be had without a person. */
  readonly renewable: boolean
}

/** `token`. The only line that holds a secret. */
export interface TokenLine extends Whose {
  readonly type: 'token'
  readonly accessToken: string
  readonly tokenType: string
  readonly scope: string
  readonly expiresAt?: number
}

/** `logout`: nothing is stored here any more. */
export interface DisconnectedLine extends Whose {
  readonly type: 'disconnected'
  /** Whether the provider has ended the session. Where it has not, `failure` says why and what to do. */
  readonly revoked: boolean
  readonly failure?: ToldFailure
}

/** `status`: where everything is kept; the first line. */
export interface VaultLine {
  readonly type: 'vault'
  readonly folder: string
  /** Where the key of the vault is. */
  readonly key: 'file' | 'environment' | 'keyring'
}

/** `status`: one connection, as its record says; nobody was asked. */
export interface StatusLine extends Whose {
  readonly type: 'status'
  readonly providerName: string
  readonly clientId: string
  readonly sandbox: boolean
  /** A state of the machine; absent where the record cannot be read. */
  readonly state?: string
  /** Whether there is a session. */
  readonly connected: boolean
  /** A logout has not reached the provider: it is finished by another one, and until then no token is handed out. */
  readonly logoutPending?: true
  /** Whether only a person can move this on. */
  readonly needsPerson: boolean
  readonly scope?: string
  readonly expiresAt?: number
  readonly refreshAt?: number
  readonly retryAt?: number
  readonly failure?: ToldFailure
}

/** `watch`: what happened; see docs/inspection.md. */
export interface ObservationLine {
  readonly type: 'observation'
  readonly observation: Observation
}

/** `providers list`, and with `data` `providers show` and `providers check`. */
export interface ProviderLine {
  readonly type: 'provider'
  readonly id: string
  readonly name: string
  readonly grant: Grant
  /** Whether it comes with this package, from a login before, or from the file that was named. */
  readonly from: 'preset' | 'login' | 'file'
  readonly data?: Provider
}

/** `emulator`: it listens. */
export interface EmulatorLine {
  readonly type: 'emulator'
  readonly origin: string
  /** Files that other commands take as PROVIDER. */
  readonly providers: readonly { readonly id: string; readonly file: string }[]
  /** A folder for `--vault` that goes when the emulator ends. */
  readonly vault: string
}

/** `probe`: what will be done, before it is. */
export interface PlanLine {
  readonly type: 'plan'
  readonly provider: string
  /** At the most, beside the polls of a device login. */
  readonly requests: number
  /** How often a person is needed. */
  readonly logins: number
  readonly costs: readonly string[]
}

/** `probe`: one question. */
export interface AnswerLine {
  readonly type: 'answer'
  readonly provider: string
  readonly id: string
  readonly question: string
  readonly asked: string
  readonly seen: readonly string[]
  readonly means: string
}

/** `probe`: its end. */
export interface ReportLine {
  readonly type: 'report'
  readonly provider: string
  readonly requests: number
  readonly polls: number
  readonly left: string
  /** The ids of questions that were planned and not reached. */
  readonly notAsked: readonly string[]
}

/** Any command: it failed. The last line. */
export interface FailureLine extends ToldFailure {
  readonly type: 'failure'
  /** What the process ends with. */
  readonly exitCode: number
}

export interface ToldFailure {
  /** A failure code of this package, `wrong_use`, `interrupted` or `defect`. */
  readonly code: FailureCode | 'wrong_use' | 'interrupted' | 'defect'
  /** In English, free of secrets. */
  readonly message: string
  readonly retryable?: boolean
  readonly retryAt?: number
  /** The server's own word. */
  readonly error?: string
}

/** `inspect`: it listens. With another `link` for each line on standard input. */
export interface ViewerLine {
  readonly type: 'viewer'
  /** For a browser; opens once. Whoever has it sees all that the page shows. */
  readonly link: string
  /** For programs: what `connectViewer` takes. */
  readonly hostLink: string
  /** On 127.0.0.1. */
  readonly port: number
}
