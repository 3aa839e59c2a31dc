import { onTestFinished } from 'vitest'
import { type BackendClientOptions, createBackendClient } from '../../../src/backend/client/index.ts'
import { type BackendOptions, backend } from '../../../src/backend/index.ts'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/emulator/index.ts'
import {
  type Client,
  type ClientOptions,
  createClient,
  createEnvironment,
  type Grant,
  memoryVault,
  mypos,
  type Provider,
  sumupPosPro,
  tyro,
  type Vault,
} from '../../../src/index.ts'

export const origin = 'https://pos.example.com'
export const redirectUri = `${origin}/oauth/callback`
export const clientSecret = 'the vendor-wide secret of all merchants'

/** Everything that went between devices and the server, in both directions. */
export interface Exchange {
  readonly path: string
  readonly session: string
  readonly asked: string
  status?: number
  told?: string
}

export interface PairOptions {
  readonly emulator?: EmulatorOptions
  readonly client?: ClientOptions
  readonly backend?: Partial<BackendOptions>
  readonly vault?: Vault
  /** What becomes of a question on its way; without one it arrives, and so does the answer. */
  readonly way?: (question: Request, arrive: (question: Request) => Promise<Response>) => Promise<Response>
}

/** A server with its handler, and the provider behind it; all in memory, but for the time that is asked for. */
export async function serverOf<G extends Grant>(
  make: (options: ClientOptions) => Client<G>,
  { emulator: emulatorOptions, client: clientOptions, backend: options, vault = memoryVault(), way }: PairOptions = {},
) {
  await import('ky')
  const emulator = createEmulator(emulatorOptions)
  const environment = createEnvironment({ fetch: emulator.fetch, random: () => 0 })
  const client = make({ environment, vault, ...clientOptions })
  const handle = backend(client, {
    origins: [origin],
    session: (request) => /session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1],
    allows: () => true,
    ...options,
  })
  onTestFinished(async () => {
    // First what hangs there.
    await emulator.close()
    // How it ends is the test's own question.
    await handle.stop().catch(() => {})
  })
  const traffic: Exchange[] = []

  /** A device with a browser's cookie: what it asks passes by here. */
  function fetchIn(session: string): typeof globalThis.fetch {
    return async (input, init) => {
      const request = new Request(new URL(String(input), origin), init)
      request.headers.set('cookie', `session=${session}`)
      request.headers.set('origin', origin)
      const entry: Exchange = { path: new URL(request.url).pathname, session, asked: await request.clone().text() }
      traffic.push(entry)
      const gone = new Promise<never>((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true }),
      )
      // Whoever gives up hears no more of it; the server may go on.
      const response = await Promise.race([way ? way(request, handle) : handle(request), gone])
      entry.status = response.status
      entry.told = await response.clone().text()
      return response
    }
  }

  return { emulator, environment, client, handle, vault, traffic, fetchIn }
}

interface Across {
  readonly fetchIn: (session: string) => typeof globalThis.fetch
}

/** A device in one session of the server's. */
export function deviceOf<P extends Provider>(
  { fetchIn }: Across,
  provider: P,
  session = 'browser-1',
  {
    environment = {},
    ...options
  }: Omit<BackendClientOptions, 'environment'> & {
    readonly environment?: Parameters<typeof createEnvironment>[0]
  } = {},
) {
  const around = createEnvironment({ fetch: fetchIn(session), random: () => 0, ...environment })
  return createBackendClient(`${origin}/oauth`, provider, { environment: around, ...options })
}

export const sumupClient = (options: ClientOptions) =>
  createClient(sumupPosPro, { clientId: 'vendor', clientSecret, redirectUri }, options)
export const tyroClient = (options: ClientOptions) => createClient(tyro, { clientId: 'vendor' }, options)
export const myposClient = (options: ClientOptions) =>
  createClient(mypos, { clientId: 'vendor', clientSecret }, options)

/** What the browser of a session gets from the server's callback route. */
export async function callBack(
  { handle }: { handle: (request: Request) => Promise<Response> },
  url: string,
  session: string | undefined,
): Promise<Response> {
  const headers = session === undefined ? {} : { cookie: `session=${session}` }
  return handle(new Request(url, { headers }))
}

export type { Emulator }
