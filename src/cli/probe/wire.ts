import { type Environment, sleep } from '../../environment.ts'
import { fail, OAuthError } from '../../failure.ts'
import { plain } from '../../plain-text.ts'
import { clientSecrets } from '../../protocol/client-authentication.ts'
import { type Answer, post, type WireRequest } from '../../protocol/http.ts'
import { member, wordsOf } from '../../protocol/verdict.ts'
import type { Settings } from '../../registration.ts'

/** Milliseconds. */
const TIMEOUT = 30_000

/** Sends what a probe asks: one request after the other, with a pause, and no more than was announced. */
export function createWire(
  settings: Settings,
  environment: Environment,
  limits: { readonly pause: number; readonly requests: number },
  signal: AbortSignal,
) {
  // A vendor may call the client id private; a very short one would hide half of the words.
  const { clientId } = settings
  const secrets = new Set([...formsOf(settings), ...(clientId.length > 5 ? [clientId] : [])])
  const stoppable = { ...environment, fetch: stoppedBy(signal, environment.fetch) }
  let [requests, polls] = [0, 0]

  async function send(request: WireRequest): Promise<Answer> {
    if (requests >= limits.requests) {
      const remedy = `No more than ${limits.requests} requests were announced.`
      throw new OAuthError(fail('budget_exhausted', { about: `${settings.provider.name}, probe`, remedy }))
    }
    if (requests > 0) await sleep(environment, limits.pause * 1_000, signal)
    requests += 1
    return await sent(request)
  }

  /** A poll has a pace of its own. */
  async function poll(request: WireRequest): Promise<Answer> {
    polls += 1
    return await sent(request)
  }

  async function sent(request: WireRequest): Promise<Answer> {
    signal.throwIfAborted()
    const answer = await post(request, stoppable, TIMEOUT)
    signal.throwIfAborted()
    for (const name of ['access_token', 'refresh_token', 'id_token', 'device_code', 'user_code']) keep(answer, name)
    return answer
  }

  function keep(answer: Answer, name: string): void {
    const value = answer.kind === 'answered' ? member(answer.body, name) : undefined
    if (typeof value === 'string') secrets.add(value)
  }

  return {
    send,
    poll,
    /** What must not stand in a report. */
    hide: (text: string) => void secrets.add(text),
    counts: () => ({ requests, polls }),
    /** What a report may tell of an answer: its status, its kind, the server's own words, and the names of its members. */
    told(answer: Answer): string[] {
      if (answer.kind === 'unanswered') return [`no answer (${answer.code})`]
      const { status, format, body } = answer
      const { error, description } = wordsOf(body, [...secrets])
      const names = typeof body === 'object' && body !== null ? Object.keys(body).slice(0, 20) : []
      return [
        `status ${status}, ${format === 'other' ? 'not JSON' : format === 'empty' ? 'an empty body' : 'JSON'}`,
        ...(error === undefined ? [] : [`\`error\`: ${code(error)}`]),
        ...(description === undefined ? [] : [`\`error_description\`: ${code(description)}`]),
        ...(names.length === 0 ? [] : [`members: ${names.map((name) => code(name.slice(0, 40))).join(', ')}`]),
      ]
    },
  }
}

/** What proves the client, in every form in which one of the questions sends it. */
function formsOf(settings: Settings): (string | undefined)[] {
  const forms = (['form', 'raw'] as const).flatMap((basicEncoding) =>
    ([[], ['basic_semicolon']] as const).map((deviations) => ({ basicEncoding, deviations })),
  )
  return forms.flatMap(({ basicEncoding, deviations }) => {
    const provider = { ...settings.provider, clientAuthentication: 'client_secret_basic', basicEncoding } as const
    return clientSecrets({ ...settings, provider, deviations })
  })
}

/** Nothing that comes is kept, so no answer is waited for where nobody waits for the report. */
function stoppedBy(signal: AbortSignal, fetch: Environment['fetch']): Environment['fetch'] {
  return (input, init) => {
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    return fetch(input, { ...init, signal: AbortSignal.any(own ? [own, signal] : [signal]) })
  }
}

export type Wire = ReturnType<typeof createWire>

/** Text of a server in a Markdown report. */
function code(text: string): string {
  return `\`${plain(text).replaceAll('`', "'")}\``
}

export function statusOf(answer: Answer): number | undefined {
  return answer.kind === 'answered' ? answer.status : undefined
}

/** The server's `error` word; empty where there is none. */
export function errorIn(answer: Answer): string {
  const word = answer.kind === 'answered' ? member(answer.body, 'error') : undefined
  return typeof word === 'string' ? word : ''
}
