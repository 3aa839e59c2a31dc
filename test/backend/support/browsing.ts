import type { Server } from 'node:http'
import { type ServerType, serve } from '@hono/node-server'
import type { BrowserContext } from 'playwright-core'
import type { Emulator } from '../../../src/emulator/index.ts'
import { type Listening, listenOn } from '../../../src/emulator/socket.ts'
import { createClient, sumupPosPro, type Vault } from '../../../src/index.ts'
import { bundle, ENTRY } from '../../support/browser/bundle.ts'
import { createApp } from '../example/server.ts'
import { clientSecret } from './pair.ts'

/** One answer that a browser received, with all that it may read of it. */
export interface Received {
  readonly url: string
  readonly method: string
  readonly status: number
  readonly text: string
}

/** A request that came to the server. */
export interface Came {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly origin: string | null
  readonly hasCookie: boolean
}

export interface AppServer {
  readonly origin: string
  readonly port: number
  readonly came: Came[]
  /** Cuts open connections; what is in flight at the provider is finished. */
  close(): Promise<void>
}

interface Parts {
  readonly emulator: Emulator
  readonly vault: Vault
  readonly stores: Map<string, string>
  readonly script: string
  /** The origin of the provider's API. */
  readonly api: string
  readonly port?: number
}

/** The provider's API: it takes the tokens that the emulator has issued. */
export function serveApi(emulator: Emulator): Promise<Listening> {
  return listenOn(0, async (request) => {
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    if (emulator.accepts('sumup-pos-pro', token)) return Response.json([{ order: 'two coffees' }])
    return new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
  })
}

/** The example's server on a real port, under the name `localhost`: for a browser the provider is another site. */
export async function serveApp({ emulator, vault, stores, script, api, port = 0 }: Parts): Promise<AppServer> {
  let answer: (request: Request) => Response | Promise<Response> = () => new Response('', { status: 503 })
  const came: Came[] = []
  const fetch = async (request: Request) => {
    const { method, url, headers } = request
    const response = await answer(request)
    const { pathname: path } = new URL(url)
    const hasCookie = headers.get('cookie')?.includes('session=') ?? false
    came.push({ method, path, status: response.status, origin: headers.get('origin'), hasCookie })
    return response
  }
  const server = serve({ fetch, port, hostname: '127.0.0.1', overrideGlobalObjects: false })
  await new Promise<void>((resolve, reject) => server.once('error', reject).once('listening', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('There is no port.')
  // Only now is the redirect URI known.
  const origin = `http://localhost:${address.port}`
  const registration = { clientId: 'vendor', clientSecret, redirectUri: `${origin}/oauth/callback` }
  const options = { vault, allowLoopbackHttp: true, resourceOrigins: [api] }
  const client = createClient(emulator.provider(sumupPosPro), registration, options)
  const { app, stop } = createApp({ client, origin, stores, api })
  app.get('/page.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }))
  answer = (request) => app.fetch(request)
  return {
    origin,
    port: address.port,
    came,
    async close() {
      await end(server)
      await stop()
    },
  }
}

function end(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    if (isHttp(server)) server.closeAllConnections()
  })
}

function isHttp(server: ServerType): server is Server {
  return 'closeAllConnections' in server
}

/** The page of the example as one script for a browser. */
export async function pageScript(): Promise<string> {
  const files = await bundle(new URL('../example/page.ts', import.meta.url))
  const script = files.get(ENTRY)
  if (script === undefined || files.size !== 1) throw new Error('The page is not one file.')
  return script
}

/** Keeps what a browser receives from one server: status, headers, redirects and bodies. */
export function listenTo(context: BrowserContext, origin: string) {
  const received: Received[] = []
  const reading = new Set<Promise<unknown>>()
  context.on('response', (response) => {
    if (!response.url().startsWith(origin)) return
    const work = (async () => {
      const headers = await response.allHeaders()
      // Of a redirect there is no body.
      const body = await response.text().catch(() => '')
      const text = `${JSON.stringify(headers)}\n${body}`
      received.push({ url: response.url(), method: response.request().method(), status: response.status(), text })
    })()
    reading.add(work)
    work.finally(() => reading.delete(work))
  })
  return { received, all: () => Promise.all(reading) }
}
