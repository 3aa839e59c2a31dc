import type { IncomingHttpHeaders } from 'node:http'
import { onTestFinished } from 'vitest'
import { createEnvironment } from '../../src/environment.ts'
import { type ResourceParts, resourceFetch } from '../../src/resource/resource-fetch.ts'
import { localServer } from '../support/local-server.ts'

/** A request as it arrived. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
}

/** A real API on a port of its own, which closes when the test is over. */
export async function api(answer: (request: Arrived, count: number) => Reply | Promise<Reply> = () => ({})) {
  const arrived: Arrived[] = []
  const server = await localServer(async ({ method = '', url = '', headers }, response, body) => {
    const request = { method, path: url, headers, body }
    arrived.push(request)
    const reply = await answer(request, arrived.length)
    response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? 'fine')
  })
  onTestFinished(() => server.close())
  return { origin: new URL(server.url).origin, arrived }
}

export const invalidToken: Reply = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
}

/** The credentials of each request, in order. */
export const shown = (arrived: readonly Arrived[]) => arrived.map(({ headers }) => headers.authorization)

/** An API that refuses these tokens as no longer valid. */
export const refusing =
  (...dead: string[]) =>
  ({ headers }: Arrived): Reply =>
    dead.some((token) => headers.authorization === `Bearer ${token}`) ? invalidToken : {}

/** A connection that is no machine: a row of tokens, the next of which comes when one is rejected. */
export function tokenRow(origins: readonly string[], more: Partial<ResourceParts> = {}) {
  const events: string[] = []
  let at = 1
  const name = (generation: number) => `access-token-${generation}`
  const parts: ResourceParts = {
    origins: new Set(origins),
    headers: {},
    environment: createEnvironment(),
    about: 'A provider',
    known: () => name(at),
    secrets: () => [name(at), 'refresh-token-1'],
    token: async () => ({ accessToken: name(at), generation: at }),
    send: (event) => {
      events.push('generation' in event ? `${event.type} ${event.generation}` : event.type)
      if (event.type === 'token.rejected' && event.generation === at) at++
      return undefined
    },
    settled: async () => {},
    ...more,
  }
  return { fetch: resourceFetch(parts), events, parts }
}

/** The error that a promise rejects with, as far as it is told to hosts. */
export const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no rejection',
    (error: unknown) => error,
  )
