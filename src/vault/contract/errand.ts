import type { ConnectionRecord } from '../record.ts'

/** What a child process is asked to do. The first errand is `open`. */
export type Errand =
  | { readonly job: 'open'; readonly module: string; readonly named: string; readonly given: readonly unknown[] }
  | { readonly job: 'increment'; readonly name: string; readonly times: number }
  /** Answers with the revision. */
  | { readonly job: 'read'; readonly name: string }
  /** Answers with whether it was had. */
  | { readonly job: 'take'; readonly name: string; readonly revision: string }
  /** Answers with the spans in which the lease was held. */
  | { readonly job: 'contend'; readonly name: string; readonly rounds: number }
  /** Takes a lease and keeps it as long as it lasts; answers with whether it was had. */
  | { readonly job: 'hold'; readonly name: string; readonly duration: number }
  | { readonly job: 'replace'; readonly name: string; readonly record: ConnectionRecord }
  /** Ends with SIGKILL at the moment that write resolves, so it answers only where it was refused. */
  | { readonly job: 'write and die'; readonly name: string; readonly record: ConnectionRecord }

/** When a lease was held, in milliseconds of a clock that all processes of a host share. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** What comes back: an answer, or why there is none. */
export type Reply = { readonly answer: unknown } | { readonly problem: Problem }

export interface Problem {
  /** A sentence that may be told, where a promise was broken. */
  readonly broken?: string
  /** What kind of error it was. */
  readonly kind: string
  /** All about it, for its `cause`. */
  readonly details: string
}
