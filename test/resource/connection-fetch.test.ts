import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createClient,
  createEnvironment,
  memoryVault,
  OAuthError,
  type TokenDetails,
  tyro,
  type Vault,
} from '../../src/index.ts'
import { pass, settle, stateOf, tillOnStage } from '../support/stage.ts'
import { office, onSocket, opened, type Stage, sent, service, till, userCode } from '../support/stories.ts'
import { arrival } from '../support/watch.ts'
import { type Arrived, api, invalidToken, type Reply, rejection, shown } from './stand.ts'

/** An API that takes what the emulator calls good, but for what it has been told to refuse. */
async function emulatedApi({ emulator }: Stage, provider: string) {
  const dead = new Set<string>()
  const answer = ({ headers: { authorization = '' } }: Arrived): Reply => {
    const token = authorization.replace('Bearer ', '')
    return emulator.accepts(provider, token) && !dead.has(token) ? {} : invalidToken
  }
  return { ...(await api(answer)), dead }
}

const refreshes = ({ emulator }: Stage) =>
  sent(emulator).filter(({ form }) => form.grant_type === 'refresh_token').length

async function connectedTill(stage: Stage, resourceOrigins: string[]) {
  const { connection } = till(stage, { resourceOrigins })
  connection.send({ type: 'authorization.start' })
  await arrival(connection, 'awaitingUser')
  stage.emulator.approve(userCode(connection))
  await arrival(connection, 'authorized')
  return connection
}

describe('connection.fetch at Tyro', () => {
  it('calls an API; 100 calls that are refused share one refresh, and each is retried once', async () => {
    await using stage = await onSocket({ tyro: { interval: 1 } })
    const { origin, arrived, dead } = await emulatedApi(stage, 'tyro')
    const connection = await connectedTill(stage, [origin])
    const { fetch } = connection
    expect(await (await fetch(`${origin}/orders`)).text()).toBe('fine')
    const first = await connection.token()
    expect(shown(arrived)).toEqual([`Bearer ${first.accessToken}`])

    dead.add(first.accessToken)
    const calls = Array.from({ length: 100 }, (_, call) =>
      fetch(`${origin}/${call}`, { method: 'POST', body: `body ${call}` }),
    )
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(100).fill(200))
    expect(refreshes(stage)).toBe(1)
    const second = await connection.token()
    expect(second.generation).toBe(first.generation + 1)
    const taken = arrived.filter(({ headers }) => headers.authorization === `Bearer ${second.accessToken}`)
    expect(new Set(taken.map(({ path, body }) => `${path} ${body}`)).size).toBe(100)
    expect(taken).toHaveLength(100)
  })

  it('retries a call that comes back late with the new token, without another refresh', async () => {
    await using stage = await onSocket({ tyro: { interval: 1 } })
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const good: string[] = []
    const { origin, arrived } = await api(async ({ path, headers }) => {
      if (path === '/slow' && !good.includes(headers.authorization ?? '')) await held
      return good.includes(headers.authorization ?? '') ? {} : invalidToken
    })
    const connection = await connectedTill(stage, [origin])
    const { generation } = await connection.token()
    const slow = connection.fetch(`${origin}/slow`)
    await expect.poll(() => arrived).toHaveLength(1)
    connection.send({ type: 'token.rejected', generation })
    good.push(`Bearer ${await connection.accessToken()}`)
    expect(refreshes(stage)).toBe(1)
    release()
    expect((await slow).status).toBe(200)
    expect([refreshes(stage), arrived.length]).toEqual([1, 2])
  })

  it('rejects with what to do when the session has ended, and once it is stopped', async () => {
    await using stage = await onSocket({ tyro: { interval: 1 } })
    const { origin, arrived, dead } = await emulatedApi(stage, 'tyro')
    const connection = await connectedTill(stage, [origin])
    dead.add(await connection.accessToken())
    stage.emulator.revokeAll('tyro')
    const error = await rejection(connection.fetch(origin))
    expect(error).toBeInstanceOf(OAuthError)
    expect(error).toMatchObject({ code: 'authorization_required', retryable: false })
    expect(arrived).toHaveLength(1)
    expect(await rejection(connection.fetch(origin))).toMatchObject({ code: 'authorization_required' })
    await connection.stop()
    expect(await rejection(connection.fetch(origin))).toMatchObject({ code: 'stopped' })
    expect(arrived).toHaveLength(1)
    expect((await connection.fetch((await api()).origin)).status).toBe(200)
  })
})

describe('connection.fetch at SumUp POS Pro', () => {
  it('renews a token that the server has ended', async () => {
    await using stage = await onSocket()
    const { origin, arrived, dead } = await emulatedApi(stage, 'sumup-pos-pro')
    const { connection } = office(stage, {}, { resourceOrigins: [origin] })
    connection.send({ type: 'authorization.start' })
    await arrival(connection, 'awaitingUser')
    const { prompt } = connection.actor.getSnapshot().context
    if (prompt?.kind !== 'redirect') throw new Error('no URL to open')
    connection.send({ type: 'authorization.responded', url: await stage.emulator.login(prompt.url.open()) })
    await arrival(connection, 'authorized')
    expect(opened(stage.emulator)).toHaveProperty('state')
    dead.add(await connection.accessToken())
    expect((await connection.fetch(`${origin}/stores`)).status).toBe(200)
    expect(new Set(shown(arrived)).size).toBe(2)
    expect(refreshes(stage)).toBe(1)
  })
})

describe('connection.fetch at myPOS', () => {
  it('sends its headers, and replaces a token that the server has ended', async () => {
    await using stage = await onSocket()
    const { origin, arrived } = await emulatedApi(stage, 'mypos')
    const { connection } = service(stage, {}, { resourceOrigins: [origin] })
    expect((await connection.fetch(`${origin}/payouts`)).status).toBe(200)
    stage.emulator.revokeAll('mypos')
    expect((await connection.fetch(`${origin}/payouts`)).status).toBe(200)
    expect(new Set(shown(arrived)).size).toBe(2)
    expect(arrived.map(({ headers }) => headers['api-key'])).toEqual(Array(3).fill('ServiceClient'))
    expect(new Set(arrived.map(({ headers }) => headers['x-request-id'])).size).toBe(3)
  })

  it('sends neither to any other server', async () => {
    await using stage = await onSocket()
    const { origin, arrived } = await api()
    const { connection } = service(stage)
    await connection.fetch(origin)
    expect(Object.keys(arrived[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['authorization']))
    expect(arrived[0]?.headers).not.toHaveProperty('api-key')
  })
})

describe('a token that an API refuses', () => {
  beforeEach(async () => {
    await import('ky')
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const home = 'https://api.tyro.com'

  /** A till in memory, and an API in memory that refuses what it is told. */
  async function setup(vault: Vault = memoryVault()) {
    const stage = tillOnStage({ tyro: { accessTokenLifetime: 3600 } }, vault)
    const dead = new Set<string>()
    const calls: string[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (new URL(request.url).origin !== home) return stage.environment.fetch(request)
      const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
      calls.push(token)
      const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
      return dead.has(token) ? new Response(null, { status: 401, headers: challenge }) : new Response('fine')
    }
    const environment = createEnvironment({ fetch, random: () => 0.5 })
    const client = createClient(tyro, { clientId: 'pos' }, { environment, vault: stage.vault })
    const connection = client.connect('till')
    const { watch: _, ...unwatched } = stage.vault
    const elsewhere = createClient(tyro, { clientId: 'pos' }, { environment, vault: unwatched })
    await stage.authorize(connection)
    return {
      ...stage,
      connection,
      connect: client.connect,
      elsewhere,
      dead,
      calls,
      count: () => stage.requests('refresh_token').length,
    }
  }

  it('while a refresh is under way is replaced by what that brings', async () => {
    const { connection, hold, dead, calls, count } = await setup()
    const old = await connection.accessToken()
    const release = hold('refresh_token')
    connection.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(connection)).toBe('refreshing')
    dead.add(old)
    const call = connection.fetch(home)
    await settle()
    expect(calls).toEqual([old])
    release()
    await settle()
    expect((await call).status).toBe(200)
    expect([calls.length, count()]).toEqual([2, 1])
  })

  it('is renewed even when the refresh under way has failed', async () => {
    const { connection, emulator, hold, dead, calls, count } = await setup()
    const old = await connection.accessToken()
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503 })
    const release = hold('refresh_token')
    connection.send({ type: 'token.refresh' })
    await settle()
    dead.add(old)
    const call = connection.fetch(home)
    await settle()
    release()
    await settle()
    await pass(1)
    expect((await call).status).toBe(200)
    expect(calls).toHaveLength(2)
    expect(count()).toBe(2)
  })

  it('in an outage leads to the failure, with the time of the next try', async () => {
    const { connection, emulator, dead, calls, count } = await setup()
    dead.add(await connection.accessToken())
    emulator.fault({ provider: 'tyro', endpoint: 'token', times: 20 }, { kind: 'status', status: 503 })
    const call = rejection(connection.fetch(home))
    await settle()
    const failure = { code: 'server_unavailable', retryable: true, retryAt: expect.any(Number) }
    expect(await call).toMatchObject(failure)
    const others = Array.from({ length: 20 }, () => rejection(connection.fetch(home)))
    expect(await Promise.all(others)).toEqual(Array(20).fill(expect.objectContaining({ code: 'server_unavailable' })))
    expect([calls.length, count()]).toEqual([1, 1])
  })

  it('after the session has ended leads to a person, although it had not run out', async () => {
    const { connection, emulator, dead, calls } = await setup()
    const old = await connection.accessToken()
    emulator.revokeAll('tyro')
    connection.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(connection)).toBe('authorized')
    expect((await connection.fetch(home)).status).toBe(200)
    dead.add(old)
    expect(await rejection(connection.fetch(home))).toMatchObject({ code: 'authorization_required' })
    expect(calls).toEqual([old, old])
  })

  it('is replaced by what another client has stored, without a request', async () => {
    const { connection, elsewhere, dead, calls, count } = await setup()
    const other = elsewhere.connect('till')
    await settle()
    connection.send({ type: 'token.refresh' })
    await settle()
    // Its vault does not tell it of changes.
    const old = await other.accessToken()
    expect(old).not.toBe(await connection.accessToken())
    dead.add(old)
    const call = other.fetch(home)
    await settle()
    expect((await call).status).toBe(200)
    expect([calls.at(-1), count()]).toEqual([await connection.accessToken(), 1])
  })

  it('is renewed by either of two connections of one name', async () => {
    const { connection, connect, dead, calls, count } = await setup()
    const twin = connect(connection.name)
    await settle()
    for (const [caller, expected] of [
      [twin, 1],
      [connection, 2],
      [connection, 3],
      [twin, 4],
    ] as const) {
      dead.add(await caller.accessToken())
      const call = caller.fetch(home)
      // Both take the lease, one after the other.
      await pass(2)
      expect((await call).status).toBe(200)
      expect(count()).toBe(expected)
    }
    expect(calls).toHaveLength(8)
  })

  it('is told apart from its successor at every instant: token and generation belong together', async () => {
    const { environment, vault, authorize } = tillOnStage()
    const told: Promise<TokenDetails>[] = []
    const ask = async () => {
      for (let turn = 0; turn < 40; turn++) await told[told.push(connection.token()) - 1]
    }
    const noisy: Vault = {
      ...vault,
      async write(name, record, expected) {
        const revision = await vault.write(name, record, expected)
        // What was written is taken over within the next few turns.
        if (record.generation === 2) for (let start = 0; start < 40; start++) queueMicrotask(() => void ask())
        return revision
      },
    }
    const connection = createClient(tyro, { clientId: 'pos' }, { environment, vault: noisy }).connect('till')
    await authorize(connection)
    connection.send({ type: 'token.refresh' })
    await settle()
    const pairs = new Map(
      (await Promise.all(told)).map(({ accessToken, generation }) => [`${generation} ${accessToken}`, generation]),
    )
    expect([...pairs.values()].sort()).toEqual([1, 2])
  })

  it('is replaced by one that the vault does not take yet', async () => {
    const inner = memoryVault()
    let broken = false
    const vault: Vault = {
      ...inner,
      write: async (name, record, expected) => {
        if (broken && record.generation === 2) throw new Error('the disk is full')
        return inner.write(name, record, expected)
      },
    }
    const { connection, dead, count } = await setup(vault)
    dead.add(await connection.accessToken())
    broken = true
    const call = connection.fetch(home)
    await settle()
    expect(stateOf(connection)).toBe('refreshing')
    expect((await call).status).toBe(200)
    expect(stateOf(connection)).toBe('refreshing')
    broken = false
    await pass(60)
    expect([stateOf(connection), count()]).toEqual(['authorized', 1])
  })

  it('is waited for no longer than the caller wants', async () => {
    const { connection, hold, dead, calls } = await setup()
    dead.add(await connection.accessToken())
    const release = hold('refresh_token')
    const controller = new AbortController()
    const waiting = rejection(connection.fetch(home, { signal: controller.signal }))
    const patient = connection.fetch(home)
    await settle()
    controller.abort(new Error('enough'))
    expect(await waiting).toMatchObject({ message: 'enough' })
    expect(calls).toHaveLength(2)
    release()
    await settle()
    expect((await patient).status).toBe(200)
  })
})
