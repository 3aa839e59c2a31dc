import type { HonoRequest } from 'hono'
import type { Fault } from './faulty-answer.ts'
import { formOf } from './server.ts'

/** Which of a server's doors; `page` is everything else, found or not. */
export type EndpointName = 'deviceAuthorization' | 'authorization' | 'token' | 'revocation' | 'page'

/** One request and its answer. Holds what was sent, secrets included: they are the test's own. */
export interface JournalEntry {
  /** When the request came, in Unix milliseconds of the emulator's clock. */
  readonly at: number
  /** The provider's id; `mypos-sandbox` for the sandbox of myPOS. */
  readonly provider: string
  readonly endpoint: EndpointName
  readonly method: string
  /** As requested. */
  readonly url: string
  readonly headers: Headers
  /** In order, repeated ones included. */
  readonly query: URLSearchParams
  /** The parameters of a form body, in order, repeated ones included; empty for another body. */
  readonly form: URLSearchParams
  /** The body of the request as it came. */
  readonly requestBody: string
  /** Of the answer. Absent until there is one, so for ever after a `reset` or a `hang`. */
  readonly status?: number
  /** Of the answer. Absent as long as `status` is, and for answers that are streamed: `trickle` and `huge`. */
  readonly body?: string
  /** The fault that was played instead of, or after, the server's own answer. */
  readonly fault?: Fault
}

/** An entry that is still being written. */
export type OpenEntry = { -readonly [K in keyof JournalEntry]: JournalEntry[K] }

/** What an entry says of the request. */
export async function requestEntry(
  request: HonoRequest,
  place: Pick<JournalEntry, 'at' | 'provider' | 'endpoint'>,
): Promise<OpenEntry> {
  const requestBody = await request.text()
  return {
    ...place,
    method: request.method,
    url: request.url,
    headers: new Headers(request.header()),
    query: new URL(request.url).searchParams,
    form: await formOf(request),
    requestBody,
  }
}
