import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor, setup, spawnChild } from 'xstate'
import { type Grant, mypos, type Provider, sumupPosPro, tyro } from '../../src/index.ts'
import { viewOf } from '../../src/view/index.ts'
import { question } from './support/asking.ts'
import { deviceOf, myposClient, type PairOptions, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import {
  type Anyone,
  comeBack,
  contextOf,
  fakeTime,
  pass,
  soon,
  stateOf,
  until,
  userCode,
  visited,
} from './support/story.ts'

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

type Way = NonNullable<PairOptions['way']>

/** A way on which the next questions of a kind are lost: before the server hears them, or after it has acted. */
function badWay() {
  const losses: { verb: string; when: 'before' | 'after' }[] = []
  const way: Way = async (question, arrive) => {
    const at = losses.findIndex(({ verb }) => question.url.endsWith(`/${verb}`))
    const [loss] = at < 0 ? [] : losses.splice(at, 1)
    if (loss?.when === 'before') throw new TypeError('Failed to fetch')
    const response = await arrive(question)
    if (loss) throw new TypeError('Failed to fetch')
    return response
  }
  return { way, lose: (verb: string, when: 'before' | 'after') => losses.push({ verb, when }), losses }
}

async function deviceAt(provider: Provider, way: Way) {
  const make = provider.id === 'tyro' ? tyroClient : provider.id === 'mypos' ? myposClient : sumupClient
  const server = await serverOf<Grant>(make, { way, backend: { tokens: true } })
  const connection = deviceOf(server, provider).connect('store-17')
  const sent = (endpoint: string, grant?: string) =>
    server.emulator.journal.filter(
      (entry) => entry.endpoint === endpoint && (!grant || entry.form.get('grant_type') === grant),
    )
  return { ...server, connection, states: visited(connection), sent }
}

type There = Awaited<ReturnType<typeof deviceAt>>

async function logIn({ connection, emulator }: There): Promise<void> {
  connection.send({ type: 'authorization.start' })
  await until(connection, 'awaitingUser')
  // Where the answer is lost, it says so, and is tried again.
  await connection.respond(await comeBack(emulator, connection)).catch(() => {})
  await until(connection, 'authorized')
}

async function pair({ connection, emulator }: There): Promise<void> {
  connection.send({ type: 'authorization.start' })
  await until(connection, 'awaitingUser')
  emulator.approve(userCode(connection))
  await until(connection, 'authorized')
}

async function asked(connection: Anyone, event: Parameters<Anyone['send']>[0], state: string): Promise<void> {
  connection.send(event)
  await until(connection, state)
}

interface Loss {
  readonly verb: string
  readonly provider: Provider
  /** What is done until the loss. */
  readonly before?: (there: There) => Promise<void>
  readonly live: (there: There) => Promise<void>
  /** How many requests of which kind the provider has seen in the end. */
  readonly sent: readonly (readonly [endpoint: string, grant: string | undefined, times: number])[]
}

const twice = async ({ connection }: There) => asked(connection, { type: 'token.refresh' }, 'authorized')

const table: readonly Loss[] = [
  { verb: 'recall', provider: sumupPosPro, live: logIn, sent: [['token', 'authorization_code', 1]] },
  { verb: 'prepareAuthorization', provider: sumupPosPro, live: logIn, sent: [['token', 'authorization_code', 1]] },
  { verb: 'exchangeCode', provider: sumupPosPro, live: logIn, sent: [['token', 'authorization_code', 1]] },
  {
    verb: 'refreshToken',
    provider: sumupPosPro,
    before: logIn,
    async live(there) {
      await twice(there)
      expect(contextOf(there.connection).token?.generation).toBe(2)
    },
    sent: [['token', 'refresh_token', 1]],
  },
  {
    verb: 'revokeToken',
    provider: tyro,
    before: pair,
    live: ({ connection }) => asked(connection, { type: 'token.revoke' }, 'revoked'),
    sent: [['revocation', undefined, 1]],
  },
  {
    verb: 'recordRevoke',
    provider: tyro,
    before: pair,
    async live({ connection }) {
      connection.send({ type: 'token.refresh' })
      connection.send({ type: 'token.revoke' })
      await until(connection, 'revoked')
    },
    sent: [['revocation', undefined, 1]],
  },
  {
    verb: 'forget',
    provider: tyro,
    before: pair,
    async live({ connection, vault }) {
      await asked(connection, { type: 'token.forget' }, 'idle')
      expect(await vault.list()).toEqual([])
    },
    sent: [['revocation', undefined, 0]],
  },
  { verb: 'requestCode', provider: tyro, live: pair, sent: [['deviceAuthorization', undefined, 1]] },
  { verb: 'pollToken', provider: tyro, live: pair, sent: [['deviceAuthorization', undefined, 1]] },
  {
    verb: 'requestToken',
    provider: mypos,
    live: ({ connection }) => asked(connection, { type: 'authorization.start' }, 'authorized'),
    sent: [['token', 'client_credentials', 1]],
  },
]

describe.each(['before', 'after'] as const)('a question that is lost %s the server has acted', (when) => {
  it.each(table)('is made good: $verb', async ({ verb, provider, before, live, sent }) => {
    const { way, lose, losses } = badWay()
    const there = await deviceAt(provider, way)
    await before?.(there)
    there.states.length = 0
    lose(verb, when)
    await live(there)
    expect(losses).toEqual([])
    for (const [endpoint, grant, times] of sent)
      expect([endpoint, there.sent(endpoint, grant).length]).toEqual([endpoint, times])
    // The one that only writes down what the machine knows anyway is not waited for.
    expect(there.states.includes('backingOff')).toBe(verb !== 'recordRevoke')
    await there.connection.stop()
  })
})

/** What stands in the way, and what the device says of it. */
const obstacles: readonly (readonly [string, () => Response | Promise<Response>, object, number])[] = [
  [
    'a gateway that finds no server',
    () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
    { code: 'server_unavailable', status: 502, retryable: true },
    1,
  ],
  ['a captive portal', () => new Response('<h1>Welcome</h1>'), { code: 'invalid_response', retryable: true }, 1],
  [
    'JSON of something else',
    () => Response.json({ at: 1, summary: { standing: 'happy' } }),
    { code: 'invalid_response' },
    1,
  ],
  ['an answer that is too long', () => new Response(' '.repeat(70_000)), { code: 'invalid_response' }, 1],
  [
    'a page to log in',
    () => new Response(null, { status: 302, headers: { location: '/login' } }),
    { code: 'unexpected_redirect', status: 302 },
    1,
  ],
  [
    'a limit that says how long',
    () => new Response('', { status: 429, headers: { 'retry-after': '90' } }),
    { code: 'rate_limited' },
    90,
  ],
  [
    'a server that goes down and says until when',
    () => new Response('', { status: 503, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } }),
    { code: 'server_unavailable' },
    60,
  ],
  [
    'a server that goes down and says how long',
    () => new Response('', { status: 503, headers: { 'retry-after': '20' } }),
    { code: 'server_unavailable' },
    20,
  ],
  [
    'a door that lets nobody in',
    () => new Response('no', { status: 403 }),
    { code: 'app_not_allowed', status: 403, retryable: false },
    3_600,
  ],
  [
    'a firewall',
    () => new Response('no', { status: 418 }),
    { code: 'invalid_response', status: 418, retryable: true },
    1,
  ],
]

describe('a device whose server is not reached', () => {
  it.each(obstacles)('backs off from %s, and goes on from the truth', async (_, obstacle, failure, seconds) => {
    let isThere = true
    const there = await deviceAt(sumupPosPro, async (question, arrive) => (isThere ? obstacle() : arrive(question)))
    const { connection } = there
    connection.send({ type: 'authorization.start' })
    await soon(() => stateOf(connection) === 'backingOff')
    expect(contextOf(connection).failure).toMatchObject(failure)
    const wait = ((contextOf(connection).retryAt ?? 0) - Date.now()) / 1000
    expect(wait).toBeGreaterThan(seconds * 0.74)
    expect(wait).toBeLessThanOrEqual(seconds)
    isThere = false
    await until(connection, 'awaitingUser')
    expect([contextOf(connection).failure, contextOf(connection).unread]).toEqual([undefined, undefined])
    await connection.stop()
  })

  it('says so in its own words, names where, and waits twice as long each time', async () => {
    const asks: number[] = []
    const { connection } = await deviceAt(sumupPosPro, () => {
      asks.push(Date.now())
      return Promise.reject(new TypeError('Failed to fetch'))
    })
    await soon(() => stateOf(connection) === 'backingOff')
    expect(contextOf(connection).failure).toMatchObject({ code: 'network', retryable: true })
    expect(contextOf(connection).failure?.message).toBe(
      'SumUp POS Pro, backend, recall: the server was not reached. Check the network; it is tried again.',
    )
    await pass(1_000, 10)
    const waits = asks.slice(1).map((at, index) => (at - (asks[index] ?? 0)) / 750)
    expect(waits.map(Math.round)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    await connection.stop()
  })

  it('gives up an answer that does not come, and one that does not end', async () => {
    const endless = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))
    for (const silence of [() => new Promise<Response>(() => {}), async () => endless()]) {
      const { connection } = await deviceAt(sumupPosPro, silence)
      await pass(44)
      expect(stateOf(connection)).toBe('recalling')
      await pass(2)
      expect(contextOf(connection).failure).toMatchObject({ code: 'timeout', retryable: true })
      await connection.stop()
    }
  })

  it('shows what it knew: the prompt, and that there is a token', async () => {
    const { way, lose } = badWay()
    const there = await deviceAt(sumupPosPro, way)
    there.connection.send({ type: 'authorization.start' })
    await until(there.connection, 'awaitingUser')
    const { prompt } = contextOf(there.connection)
    lose('recall', 'before')
    there.connection.send({ type: 'record.changed' })
    await soon(() => stateOf(there.connection) === 'backingOff')
    expect(contextOf(there.connection).prompt).toEqual(prompt)
    await until(there.connection, 'awaitingUser')
    await there.connection.respond(await comeBack(there.emulator, there.connection))
    const { token } = contextOf(there.connection)
    const lent = await there.connection.token()
    lose('refreshToken', 'before')
    lose('recall', 'before')
    there.connection.send({ type: 'token.refresh' })
    await until(there.connection, 'backingOff')
    expect(contextOf(there.connection).token).toEqual(token)
    expect(await there.connection.token()).toBe(lent)
    await there.connection.stop()
  })

  it('shows a disconnect as one until the server has heard of it, and then it is done', async () => {
    const { way, lose } = badWay()
    const there = await deviceAt(sumupPosPro, way)
    await logIn(there)
    for (const verb of ['revokeToken', 'recall', 'recall'] as const) lose(verb, 'before')
    there.connection.send({ type: 'token.revoke' })
    await until(there.connection, 'backingOff')
    expect(contextOf(there.connection)).toMatchObject({ token: undefined, wantsRevoke: true, unread: true })
    expect(viewOf(there.connection.actor.getSnapshot(), Date.now()).title).toBe('Disconnecting')
    // The server would lend it: it has not heard of the wish.
    await expect(there.connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await until(there.connection, 'revoked')
    expect(contextOf(there.connection).wantsRevoke).toBe(undefined)
    await expect(there.connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await there.connection.stop()
  })

  it('brings no token back where a disconnect that was not heard of is followed by a forget', async () => {
    const { way, lose } = badWay()
    const there = await deviceAt(sumupPosPro, way)
    await logIn(there)
    for (const verb of ['revokeToken', 'recall', 'forget', 'recall'] as const) lose(verb, 'before')
    const known: unknown[] = []
    there.connection.actor.subscribe(({ context }) => known.push(context.token?.generation))
    there.connection.send({ type: 'token.revoke' })
    await until(there.connection, 'backingOff')
    known.length = 0
    there.connection.send({ type: 'token.forget' })
    await until(there.connection, 'idle')
    expect(new Set(known)).toEqual(new Set([undefined]))
    await there.connection.stop()
  })

  it('waits a second again after it was reached', async () => {
    let isReached = false
    const { connection } = await deviceAt(sumupPosPro, (question, arrive) =>
      isReached ? arrive(question) : Promise.reject(new TypeError('Failed to fetch')),
    )
    await pass(20)
    isReached = true
    await until(connection, 'idle')
    isReached = false
    connection.send({ type: 'record.changed' })
    await soon(() => stateOf(connection) === 'backingOff')
    expect((contextOf(connection).retryAt ?? 0) - Date.now()).toBeLessThanOrEqual(1_000)
    await connection.stop()
  })

  it('renews a token again when that is wished again, although the first answer was lost', async () => {
    const { way, lose } = badWay()
    const there = await deviceAt(sumupPosPro, way)
    await logIn(there)
    lose('refreshToken', 'after')
    for (const generation of [2, 3]) {
      there.connection.send({ type: 'token.refresh' })
      await pass(2, 1, there.connection)
      expect([stateOf(there.connection), contextOf(there.connection).token?.generation]).toEqual([
        'authorized',
        generation,
      ])
    }
    expect(there.sent('token', 'refresh_token').length).toBe(2)
    await there.connection.stop()
  })

  it('uses no token that has ended meanwhile', async () => {
    let isReached = true
    const there = await deviceAt(sumupPosPro, (question, arrive) =>
      isReached ? arrive(question) : Promise.reject(new TypeError('Failed to fetch')),
    )
    await logIn(there)
    const lent = await there.connection.accessToken()
    isReached = false
    await pass(3_300, 60)
    expect(stateOf(there.connection)).toBe('backingOff')
    expect(await there.connection.accessToken()).toBe(lent)
    await pass(300, 60)
    await expect(there.connection.accessToken()).rejects.toMatchObject({ code: 'network' })
    await there.connection.stop()
  })

  it('forgets no wish: the last one that counts is carried out once the server is there', async () => {
    for (const [event, state] of [
      ['token.revoke', 'revoked'],
      ['token.forget', 'idle'],
    ] as const) {
      let isReached = true
      const there = await deviceAt(tyro, (question, arrive) =>
        isReached ? arrive(question) : Promise.reject(new TypeError('Failed to fetch')),
      )
      await pair(there)
      isReached = false
      there.connection.send({ type: event })
      await until(there.connection, 'backingOff')
      await pass(60, 5)
      isReached = true
      await until(there.connection, state)
      expect(there.sent('revocation').length).toBe(event === 'token.revoke' ? 1 : 0)
      await there.connection.stop()
    }
  })

  it('knows nothing of another merchant whose machine is of the same parent', async () => {
    const { losses, lose, way } = badWay()
    const server = await serverOf(myposClient, { way })
    const { machine } = deviceOf(server, mypos)
    await server.handle(question({ connection: 'merchant-A' }, { verb: 'requestToken' }))
    const host = createActor(
      setup({ actors: { machine } }).createMachine({
        entry: spawnChild('machine', { id: 'A', input: { connection: 'merchant-A' } }),
        on: { more: { actions: spawnChild('machine', { id: 'B', input: { connection: 'merchant-B' } }) } },
      }),
    ).start()
    const standing = (id: string) => host.getSnapshot().children[id]?.getSnapshot()
    await soon(() => standing('A')?.value === 'authorized')
    lose('recall', 'before')
    host.send({ type: 'more' })
    await soon(() => standing('B')?.value === 'backingOff')
    expect(losses).toEqual([])
    expect([standing('A')?.context.token?.generation, standing('B')?.context.token]).toEqual([1, undefined])
    host.stop()
  })

  it('hands out no token once a disconnect was asked for, reached or not', async () => {
    let isReached = true
    const there = await deviceAt(tyro, (question, arrive) =>
      isReached ? arrive(question) : Promise.reject(new TypeError('Failed to fetch')),
    )
    await pair(there)
    await there.connection.accessToken()
    isReached = false
    there.connection.send({ type: 'token.revoke' })
    await expect(there.connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    isReached = true
    await until(there.connection, 'revoked')
    await expect(there.connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await there.connection.stop()
  })

  it('waits longer where the server’s own vault is in trouble, and keeps the wish', async () => {
    const there = await deviceAt(sumupPosPro, (question, arrive) => arrive(question))
    const { read } = there.vault
    there.vault.read = () => Promise.reject(new Error('the disk is gone'))
    there.connection.send({ type: 'authorization.start' })
    await until(there.connection, 'backingOff')
    expect(contextOf(there.connection).failure?.code).toBe('vault_unavailable')
    await pass(12)
    // At 0, 1, 3, 7 and 15 times 0.75 seconds; the first read of all may have been before the disk was gone.
    expect(there.traffic.length).toBeGreaterThanOrEqual(5)
    expect(there.traffic.length).toBeLessThanOrEqual(6)
    there.vault.read = read
    await until(there.connection, 'awaitingUser')
    await there.connection.stop()
  })
})
