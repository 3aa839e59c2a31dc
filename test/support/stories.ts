import { vi } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts'
import type { EndpointName } from '../../src/emulator/journal.ts'
import {
  type ClientOptions,
  type Connection,
  createClient,
  createEnvironment,
  memoryVault,
  mypos,
  type Provider,
  type Registration,
  sumupPosPro,
  tyro,
  type Vault,
} from '../../src/index.ts'
import { sameTest } from './same-test.ts'
import { visited } from './watch.ts'

/** A server, a vault and whoever connects: the stage of one story. Disposing of it stops the connections first. */
export interface Stage extends AsyncDisposable {
  readonly emulator: Emulator
  readonly vault: Vault
  /** The provider as it is reached on this stage. */
  readonly provider: <P extends Provider>(provider: P) => P
  readonly options: ClientOptions
  readonly connections: Connection[]
}

/** Plays on a real loopback socket, in real time. */
export async function onSocket(options: EmulatorOptions = {}): Promise<Stage> {
  const emulator = createEmulator(options)
  await emulator.listen()
  const vault = memoryVault()
  return stage(emulator, vault, { vault, allowLoopbackHttp: true }, (provider) => emulator.provider(provider))
}

/** Plays in memory, for stories in which time matters more than sockets: under vitest's fake timers. */
export async function inMemory(options: EmulatorOptions = {}): Promise<Stage> {
  await import('ky')
  const emulator = createEmulator(options)
  const environment = createEnvironment({ fetch: emulator.fetch, random: () => 0 })
  const vault = memoryVault(environment.now)
  return stage(emulator, vault, { vault, environment }, (provider) => provider)
}

function stage(emulator: Emulator, vault: Vault, options: ClientOptions, provider: Stage['provider']): Stage {
  const connections: Connection[] = []
  const close = async () => {
    await Promise.all(connections.map((connection) => connection.stop()))
    await emulator.close()
  }
  return { emulator, vault, provider, options, connections, [Symbol.asyncDispose]: close }
}

/** A connection and the states that it enters. */
function joining<C extends Connection>({ connections }: Stage, connection: C) {
  connections.push(connection)
  return { connection, states: visited(connection) }
}

export const tillName = 'store-17/till-3'

/** A till at Tyro Connect. */
export function till(on: Stage, more: ClientOptions = {}) {
  const client = createClient(on.provider(tyro), { clientId: 'till-app' }, { ...on.options, ...more })
  return { client, ...joining(on, client.connect(tillName)) }
}

export const redirectUri = 'https://pos.example/callback'
export const officeSecret = 'secret of the office & its 100% own'

/** A back office at SumUp POS Pro. */
export function office(on: Stage, more: Partial<Registration<typeof sumupPosPro>> = {}, options: ClientOptions = {}) {
  const registration = { clientId: 'office-app', clientSecret: officeSecret, redirectUri, ...more }
  const client = createClient(on.provider(sumupPosPro), registration, { ...on.options, ...options })
  return { client, ...joining(on, client.connect('store-17')) }
}

export const serviceSecret = 'ServiceSecret0123456789'

/** A service at myPOS. */
export function service(on: Stage, more: Partial<Registration<typeof mypos>> = {}, options: ClientOptions = {}) {
  const registration = { clientId: 'ServiceClient', clientSecret: serviceSecret, ...more }
  const client = createClient(on.provider(mypos), registration, { ...on.options, ...options })
  return { client, ...joining(on, client.connect('payouts')) }
}

/** A request of a client, without what HTTP itself adds. */
export interface Sent {
  readonly to: string
  readonly form: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly authorization?: string
}

const spoken: readonly EndpointName[] = ['deviceAuthorization', 'token', 'revocation']

function exchanges({ journal }: Emulator) {
  return journal.filter(({ endpoint }) => spoken.includes(endpoint))
}

/** What clients have sent, the oldest first; throws for a parameter that was sent twice. */
export function sent(emulator: Emulator): Sent[] {
  return exchanges(emulator).map(({ provider, endpoint, method, form, query, headers }) => {
    const authorization = headers.get('authorization')
    return {
      to: `${method} ${provider} ${endpoint}`,
      form: once(form),
      ...(query.size > 0 && { query: once(query) }),
      ...(authorization !== null && { authorization }),
    }
  })
}

/** The JSON that the server has answered, in the order of {@link sent}; empty where it was no JSON. */
export function answered(emulator: Emulator): Record<string, unknown>[] {
  return exchanges(emulator).map(({ body = '' }) => (body.startsWith('{') ? JSON.parse(body) : {}))
}

/** The query of the last page that a browser opened at the authorization endpoint. */
export function opened({ journal }: Emulator): Record<string, string> {
  const page = journal.findLast(({ endpoint, method }) => endpoint === 'authorization' && method === 'GET')
  if (!page) throw new Error('No browser has opened the authorization endpoint.')
  return once(page.query)
}

function once(parameters: URLSearchParams): Record<string, string> {
  const names = [...parameters.keys()]
  if (new Set(names).size < names.length) throw new Error(`Sent twice: ${names.join(', ')}`)
  return Object.fromEntries(parameters)
}

/** The user code on the screen. */
export function userCode({ actor }: Connection): string {
  const { prompt } = actor.getSnapshot().context
  if (prompt?.kind !== 'device') throw new Error('There is no user code on the screen.')
  return prompt.userCode
}

/** The authorization URL for the browser. */
export function loginUrl({ actor }: Connection): string {
  const { prompt } = actor.getSnapshot().context
  if (prompt?.kind !== 'redirect') throw new Error('There is no URL to open.')
  return prompt.url.open()
}

// The real one, taken before timers are faked.
const { setTimeout: realTimeout } = globalThis

/**
 * Lets fake time pass, timer by timer, until a connection is in a state; at once when it is there already. Requests in
 * flight get real time first, since hashes are made elsewhere and a request must not time out meanwhile.
 */
export async function until({ actor }: Connection, state: string): Promise<void> {
  const check = sameTest()
  for (let step = 0; step < 500; step++) {
    for (let turn = 0; turn < 220; turn++) {
      const snapshot = actor.getSnapshot()
      if (snapshot.value === state) return
      const working = snapshot.hasTag('pending') && snapshot.value !== 'backingOff'
      if (turn >= 20 && !working) break
      await new Promise<void>((resolve) => (turn < 20 ? setImmediate(resolve) : realTimeout(resolve, 1)))
    }
    check()
    await vi.advanceTimersToNextTimerAsync()
  }
  throw new Error(`still ${String(actor.getSnapshot().value)}, not ${state}`)
}

/** A millisecond of real time, for work that is done elsewhere than in this thread. */
export const realMoment = () => new Promise<void>((resolve) => realTimeout(resolve, 1))

/** Fake clock and timers, but real turns of the event loop: hashes and streams need them. */
export function fakeTime(): void {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
}
