import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { createFaults } from './faults.ts'
import { type EndpointName, type OpenEntry, requestEntry } from './journal.ts'
import type { Env, Server } from './server.ts'

interface Parts {
  readonly servers: readonly Server[]
  readonly now: () => number
  readonly journal: OpenEntry[]
  readonly faults: ReturnType<typeof createFaults>
}

/** All servers under one roof: every request is journalled, every answer is marked, and faults come in between. */
export function createApp({ servers, now, journal, faults }: Parts): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request) => pathOf(servers, new URL(request.url)) })

  app.use(async (c, next) => {
    await next()
    c.header('x-emulated', 'oauth-machines')
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
  })

  app.use(async (c, next) => {
    const entry = await requestEntry(c.req, { at: now(), ...placeOf(servers, c.req.path) })
    journal.push(entry)
    const fault = faults.take(entry)
    if (fault) entry.fault = fault
    if (fault?.when === 'after' || !fault) await next()
    if (fault) {
      // Emptied first: hono would carry the lost answer's headers over.
      c.res = undefined
      c.res = await faults.play(fault, c.env.signal)
    }
    entry.status = c.res.status
    if (fault?.kind !== 'trickle' && fault?.kind !== 'huge') entry.body = await c.res.clone().text()
  })

  for (const server of servers) app.route(`/${server.name}`, server.app)
  app.notFound((c) => c.text('Emulated by oauth-machines. There is nothing at this address.', 404))
  // Anything but an answer is a broken connection or a bug, and rejects.
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    throw error
  })
  return app
}

/** The server whose real origin this is. */
export function serverAt(servers: readonly Server[], { origin }: URL): Server | undefined {
  return servers.find(({ endpoints }) => new URL(endpoints.token).origin === origin)
}

function pathOf(servers: readonly Server[], url: URL): string {
  const server = serverAt(servers, url)
  return server ? `/${server.name}${url.pathname}` : url.pathname
}

function placeOf(servers: readonly Server[], path: string): { provider: string; endpoint: EndpointName } {
  const [, provider = '', ...rest] = path.split('/')
  const endpoints = servers.find(({ name }) => name === provider)?.endpoints
  const named = endpointNames.find((name) => {
    const url = endpoints?.[name]
    return url !== undefined && new URL(url).pathname === `/${rest.join('/')}`
  })
  return { provider, endpoint: named ?? 'page' }
}

const endpointNames = ['deviceAuthorization', 'authorization', 'token', 'revocation'] as const
