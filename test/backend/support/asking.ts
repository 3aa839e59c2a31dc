import { origin } from './pair.ts'

export interface Question {
  readonly verb?: string
  readonly method?: string
  readonly session?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: BodyInit | null
}

/** What a browser on a page of the server sends, unless more is said. */
export function question(
  asked: object,
  { verb = 'recall', method = 'POST', session = 'browser-1', ...more }: Question = {},
) {
  const headers = {
    origin,
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
    ...(session !== '' && { cookie: `session=${session}` }),
    ...more.headers,
  }
  const kept = Object.entries(headers).filter(([, value]) => value !== '')
  const body = method === 'GET' || method === 'HEAD' ? null : (more.body ?? JSON.stringify(asked))
  const streamed = body instanceof ReadableStream && { duplex: 'half' }
  return new Request(`${origin}/oauth/${verb}`, { method, headers: Object.fromEntries(kept), body, ...streamed })
}
