import { vi } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import {
  type ClientOptions,
  type Connection,
  createClient,
  createEnvironment,
  memoryVault,
  mypos,
  sumupPosPro,
  tyro,
} from '../../src/index.ts'
import { askInto, indiscreetVault, inspectInto, sendInto, type VaultStep, watchCarelessly } from './careless-host.ts'
import { createEvidence, type Evidence, overhear } from './evidence.ts'
import { type Sabotage, sabotaged, type Target } from './saboteur.ts'
import { sameTest } from './same-test.ts'

export const clientSecret = 'marker-client-secret-0123456789'
const binding = 'marker-session-binding'

/** A provider, how it is connected, and which of its requests can be sabotaged. */
export interface Cast {
  readonly name: string
  readonly targets: readonly Target[]
  readonly connect: (options: ClientOptions) => ReturnType<typeof connected>
}

const connected = (client: Parameters<typeof watchCarelessly>[1], connection: Connection) => ({ client, connection })

export const casts: readonly Cast[] = [
  {
    name: 'Tyro Connect',
    targets: [
      { path: '/oauth/device/code', grant: '' },
      { path: '/oauth/token', grant: 'device_code' },
      { path: '/oauth/token', grant: 'refresh_token' },
      { path: '/oauth/revoke', grant: '' },
    ],
    connect(options) {
      const client = createClient(tyro, { clientId: 'app' }, options)
      return connected(client, client.connect('store-17/till-3'))
    },
  },
  {
    name: 'SumUp POS Pro',
    targets: [
      { path: '/oauth2/token', grant: 'authorization_code' },
      { path: '/oauth2/token', grant: 'refresh_token' },
    ],
    connect(options) {
      const registration = { clientId: 'app', clientSecret, redirectUri: 'https://pos.example/callback' }
      const client = createClient(sumupPosPro, registration, options)
      return connected(client, client.connect('store-17'))
    },
  },
  {
    name: 'myPOS',
    targets: [
      { path: '/oauth/token', grant: '' },
      { path: '/oauth/revoke', grant: '' },
    ],
    connect(options) {
      const client = createClient(mypos, { clientId: 'app', clientSecret }, options)
      return connected(client, client.connect('payouts'))
    },
  },
]

export interface Trouble {
  readonly target?: Target
  readonly how?: Sabotage
  readonly times?: number
  /** Nobody comes before the prompt has expired. */
  readonly absent?: boolean
  readonly breaks?: { step: VaultStep; at: number }
}

/** Lives a whole life in fake time, with one kind of trouble, before a careless host. */
export async function liveCarelessly(cast: Cast, { target, how, times = 1, breaks, absent = false }: Trouble = {}) {
  const thorough = !absent && target === undefined && breaks === undefined
  await import('ky')
  const evidence = createEvidence()
  const endHearing = overhear(evidence)
  const emulator = createEmulator()
  const network = sabotaged(emulator.fetch, target, how, times)
  const environment = createEnvironment({ fetch: network.fetch, random: () => 0 })
  const { vault, records } = indiscreetVault(memoryVault(environment.now), breaks)
  const { client, connection } = cast.connect({ environment, vault, inspect: inspectInto(evidence) })
  const callbacks: string[] = []
  try {
    watchCarelessly(connection, client, evidence, { thorough })
    if (absent) await wait(connection, evidence)
    else actAsMerchant(emulator, connection, evidence, callbacks)
    await live(connection, evidence, !absent)
  } finally {
    await connection.stop().catch(() => {})
    await emulator.close()
    endHearing()
  }
  const secrets = new Set([...secretsOf(emulator, records), ...callbacks, clientSecret, binding, adopted])
  return { evidence, secrets, states: records, screen: screenOf(records), played: network.played(), emulator }
}

function actAsMerchant(emulator: Emulator, connection: Connection, evidence: Evidence, callbacks: string[]): void {
  connection.on('prompt.changed', async ({ prompt }) => {
    if (prompt?.kind === 'device') emulator.approve(prompt.userCode)
    if (prompt?.kind !== 'redirect') return
    const url = await emulator.login(prompt.url.open())
    callbacks.push(url, prompt.url.open())
    sendInto(evidence, connection, { type: 'authorization.responded', url, binding })
  })
}

// The real one, taken before timers are faked.
const { setTimeout: realTimeout } = globalThis

/** Starts, and waits for longer than any prompt lives. */
async function wait(connection: Connection, evidence: Evidence): Promise<void> {
  sendInto(evidence, connection, { type: 'authorization.start', binding })
  // Hashes take real time.
  const isPreparing = () => /recalling|preparing/.test(String(connection.actor.getSnapshot().value))
  for (let turn = 0; turn < 2_000 && isPreparing(); turn++) await new Promise((resolve) => realTimeout(resolve, 1))
  await pass(1_000)
}

const adopted = 'marker-adopted-refresh-token'
/** Of all three, and one that nobody knows: none can be reached. */
const apis = [
  'https://api.tyro.com/',
  'https://api.tiller.systems/',
  'https://devices-api.mypos.com/',
  'https://a.example/',
]

/** Everything a host can ask for, with time in between. */
async function live(connection: Connection, evidence: Evidence, attended: boolean): Promise<void> {
  const ask = () => Promise.all([askInto(evidence, () => connection.accessToken({ timeout: 2_000 })), pass(3)])
  const { generation = 1 } = connection.actor.getSnapshot().context.token ?? {}
  await ask()
  sendInto(evidence, connection, { type: 'authorization.start', binding })
  if (attended) await connectedOrNot(connection)
  // Whether they answer in time is not the question here.
  await Promise.race([Promise.all(apis.map((url) => askInto(evidence, () => connection.fetch(url)))), pass(3)])
  sendInto(evidence, connection, { type: 'token.refresh' })
  await ask()
  sendInto(evidence, connection, { type: 'token.rejected', generation: generation + 1 })
  await ask()
  sendInto(evidence, connection, { type: 'token.revoke' })
  await pass(8)
  await ask()
  sendInto(evidence, connection, { type: 'authorization.start', binding })
  await pass(1)
  sendInto(evidence, connection, { type: 'authorization.cancel' })
  await pass(3)
  await Promise.all([askInto(evidence, () => Promise.race([connection.forget(), pass(4)])), pass(5)])
  await Promise.race([askInto(evidence, () => connection.adopt({ refreshToken: adopted })), pass(5)])
  await askInto(evidence, () => connection.stop())
  await askInto(evidence, () => connection.accessToken())
  sendInto(evidence, connection, { type: 'authorization.start' })
}

/** Gives hashes real time and polls fake time, until the connection lives or something went wrong. */
async function connectedOrNot({ actor }: Connection): Promise<void> {
  const check = sameTest()
  for (let turn = 0; turn < 500; turn++) {
    check()
    const snapshot = actor.getSnapshot()
    if (snapshot.hasTag('connected') || snapshot.context.failure) return
    await new Promise((resolve) => realTimeout(resolve, 1))
    if (turn % 5 === 4) await vi.advanceTimersByTimeAsync(1_000)
  }
  throw new Error(`still ${String(actor.getSnapshot().value)}`)
}

/** Lets fake time pass; hashes and streams get real turns of the event loop. */
export async function pass(seconds: number): Promise<void> {
  const check = sameTest()
  for (let second = 0; second < seconds; second++) {
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve))
    check()
    await vi.advanceTimersByTimeAsync(1_000)
  }
}

const secretMembers = ['deviceCode', 'accessToken', 'refreshToken', 'url', 'state', 'verifier', 'binding']
const secretParameters = [
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'refresh_token',
  'token',
  'access_token',
]

/** All that was secret: from the records and from both directions of the wire. */
function secretsOf({ journal }: Emulator, records: readonly unknown[]): string[] {
  const wire = journal.flatMap(({ form, query, headers, body = '' }) => {
    const answer: Record<string, unknown> = body.startsWith('{') ? JSON.parse(body) : {}
    const said = secretParameters.map((name) => form.get(name) ?? query.get(name) ?? answer[name])
    return [...said, answer.refresh_token, headers.get('authorization')?.replace('Basic ', '')]
  })
  return [...wire, ...secretMembers.flatMap((name) => membersNamed(records, name))].filter(isText)
}

/** What the merchant sees: it may be on the screen, and nowhere else. */
function screenOf(records: readonly unknown[]): string[] {
  const members = ['userCode', 'verificationUri', 'verificationUriComplete', 'url', 'state']
  return members.flatMap((name) => membersNamed(records, name)).filter(isText)
}

function membersNamed(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === name ? [inner] : membersNamed(inner, name)))
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
