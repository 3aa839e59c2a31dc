import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBackendClient } from '../../src/backend/client/index.ts'
import { listenOn } from '../../src/emulator/socket.ts'
import { createEnvironment, mypos, sumupPosPro, tyro } from '../../src/index.ts'
import { deviceOf, myposClient, type PairOptions, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import { comeBack, contextOf, fakeTime, pass, soon, stateOf, until, userCode } from './support/story.ts'

beforeEach(fakeTime)
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function connected({ backend = { tokens: true }, ...options }: PairOptions = {}) {
  const server = await serverOf(sumupClient, { backend, ...options })
  const connection = deviceOf(server, sumupPosPro).connect('store-17')
  connection.send({ type: 'authorization.start' })
  await until(connection, 'awaitingUser')
  await connection.respond(await comeBack(server.emulator, connection))
  const questions = () => server.traffic.filter(({ path }) => path === '/oauth/accessToken').length
  return { ...server, server, connection, questions }
}

describe('the access token of a device', () => {
  it('is on the server and nowhere else, unless the host allows it', async () => {
    for (const backend of [{}, { tokens: false }]) {
      const { connection, traffic } = await connected({ backend })
      await expect(connection.accessToken()).rejects.toMatchObject({
        code: 'not_supported',
        failure: { status: 403, message: expect.stringContaining("give its handler the option 'tokens'") },
      })
      expect(traffic.some(({ told }) => told?.includes('emulated-access'))).toBe(false)
      await connection.stop()
    }
  })

  it('is one that the provider accepts, asked for once by all who want it, and kept until it ends', async () => {
    const { connection, emulator, questions } = await connected({
      emulator: { sumupPosPro: { accessTokenLifetime: 600 } },
    })
    const all = await Promise.all([1, 2, 3].map(() => connection.accessToken()))
    expect(emulator.accepts('sumup-pos-pro', all[0] ?? '')).toBe(true)
    expect(new Set(all).size).toBe(1)
    await pass(60, 10)
    expect(await connection.accessToken()).toBe(all[0])
    expect(questions()).toBe(1)
    await pass(600, 10)
    const next = await connection.accessToken()
    expect(next).not.toBe(all[0])
    expect(emulator.accepts('sumup-pos-pro', next)).toBe(true)
    await connection.stop()
  })

  it('says what is needed to use it, and nothing else of the answer', async () => {
    const { connection, traffic } = await connected()
    const { expiresAt } = contextOf(connection).token ?? {}
    expect(await connection.token()).toEqual({
      accessToken: expect.stringMatching(/^emulated-access-/),
      type: 'Bearer',
      scope: 'order/write order/read purchase-request/write',
      expiresAt,
      generation: 1,
    })
    const { token } = JSON.parse(traffic.at(-1)?.told ?? '{}')
    expect(Object.keys(token)).toEqual(['accessToken', 'type', 'scope', 'expiresAt', 'generation'])
    await connection.stop()
  })

  it('that an API refused is not handed out again, here or on the server', async () => {
    const { connection, client, emulator } = await connected()
    const onServer = client.connect('store-17')
    await until(onServer, 'authorized')
    const { accessToken, generation } = await connection.token()
    expect(await onServer.accessToken()).toBe(accessToken)
    emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, { kind: 'hang' })
    connection.send({ type: 'token.rejected', generation })
    const next = connection.accessToken()
    await soon(() => emulator.journal.at(-1)?.form.get('grant_type') === 'refresh_token')
    const meanwhile = expect(onServer.accessToken({ timeout: 1_000 })).rejects.toMatchObject({ code: 'timeout' })
    await pass(2)
    await meanwhile
    await emulator.close()
    await expect(next).rejects.toMatchObject({ code: 'network', retryable: true })
    await until(connection, 'authorized')
    const renewed = await connection.token()
    expect([renewed.generation, renewed.accessToken === accessToken]).toEqual([2, false])
    expect(await onServer.accessToken()).toBe(renewed.accessToken)
    await Promise.all([connection.stop(), onServer.stop()])
  })

  it('is replaced once the server speaks of another, which other devices may have asked for', async () => {
    const { server, connection } = await connected()
    const before = await connection.accessToken()
    const other = deviceOf(server, sumupPosPro, 'browser-2').connect('store-17')
    await until(other, 'authorized')
    other.send({ type: 'token.refresh' })
    await pass(70, 5, connection)
    expect(contextOf(connection).token?.generation).toBe(2)
    expect(await connection.accessToken()).not.toBe(before)
    await Promise.all([connection.stop(), other.stop()])
  })

  it('that the machine has not heard of yet is news to it', async () => {
    const { connection, client } = await connected()
    const onServer = client.connect('store-17')
    await until(onServer, 'authorized')
    onServer.send({ type: 'token.refresh' })
    await until(onServer, () => contextOf(onServer).token?.generation === 2)
    expect(contextOf(connection).token?.generation).toBe(1)
    expect((await connection.token()).generation).toBe(2)
    await soon(() => contextOf(connection).token?.generation === 2)
    await Promise.all([connection.stop(), onServer.stop()])
  })

  it('is not handed out where a disconnect was asked for while it was on its way', async () => {
    let hold: Promise<void> | undefined
    let isArrived = false
    const { connection } = await connected({
      way: async (question, arrive) => {
        const response = await arrive(question)
        if (!question.url.endsWith('/accessToken')) return response
        isArrived = true
        await hold
        return response
      },
    })
    let release = () => {}
    hold = new Promise((resolve) => (release = resolve))
    const asked = connection.accessToken()
    await soon(() => isArrived)
    connection.send({ type: 'token.revoke' })
    release()
    await expect(asked).rejects.toMatchObject({ code: 'authorization_required' })
    await until(connection, 'revoked')
    await connection.stop()
  })

  it('is not handed out once a disconnect was asked for, while another is on its way', async () => {
    const { connection, emulator } = await connected()
    await connection.accessToken()
    emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, { kind: 'hang' })
    connection.send({ type: 'token.refresh' })
    await soon(() => emulator.journal.at(-1)?.form.get('grant_type') === 'refresh_token')
    connection.send({ type: 'token.revoke' })
    const asked = expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await emulator.close()
    await until(connection, 'revoked')
    await asked
    await connection.stop()
  })

  it('ends by the clock of the device', async () => {
    const server = await serverOf(sumupClient, { backend: { tokens: true } })
    const ahead = 5 * 3_600_000
    const environment = { now: () => Date.now() + ahead }
    const connection = deviceOf(server, sumupPosPro, 'browser-1', { environment }).connect('store-17')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    await connection.respond(await comeBack(server.emulator, connection))
    expect((await connection.token()).expiresAt).toBe(contextOf(connection).token?.expiresAt)
    expect((await connection.token()).expiresAt).toBeGreaterThan(Date.now() + ahead)
    await connection.stop()
  })

  it('is refused, as on the server, where a person is needed', async () => {
    const server = await serverOf(tyroClient, { backend: { tokens: true } })
    const connection = deviceOf(server, tyro).connect('till-3')
    await until(connection, 'idle')
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    server.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    expect(server.emulator.accepts('tyro', await connection.accessToken())).toBe(true)
    await connection.stop()
  })

  it('is requested where nobody is needed', async () => {
    const server = await serverOf(myposClient, { backend: { tokens: true } })
    const connection = deviceOf(server, mypos).connect('payouts')
    await until(connection, 'idle')
    expect(server.emulator.accepts('mypos', await connection.accessToken())).toBe(true)
    await until(connection, 'authorized')
    expect(contextOf(connection).token?.generation).toBe(1)
    await connection.stop()
  })

  it('is not waited for longer than a caller wants, nor after the end', async () => {
    const { connection } = await connected({
      way: (question, arrive) => (question.url.endsWith('/accessToken') ? new Promise(() => {}) : arrive(question)),
    })
    const late = expect(connection.accessToken({ timeout: 2_000 })).rejects.toMatchObject({ code: 'timeout' })
    const given = new AbortController()
    const up = expect(connection.accessToken({ signal: given.signal })).rejects.toBe('enough')
    given.abort('enough')
    await pass(3)
    await Promise.all([late, up])
    await connection.stop({ timeout: 0 }).catch(() => {})
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'stopped' })
    expect(connection.send({ type: 'token.refresh' })?.code).toBe('stopped')
  })

  it('is not handed out where the connection was stopped while it was on its way', async () => {
    let arrive = () => {}
    const arriving = new Promise<void>((resolve) => (arrive = resolve))
    const { connection, questions } = await connected({
      way: async (question, answer) => {
        if (question.url.endsWith('/accessToken')) await arriving
        return answer(question)
      },
    })
    const asked = expect(connection.accessToken()).rejects.toMatchObject({ code: 'stopped' })
    await soon(() => questions() === 1)
    await connection.stop()
    arrive()
    await asked
  })

  it('that failed once is asked for again', async () => {
    let isReached = false
    const { connection, questions } = await connected({
      way: (question, arrive) =>
        isReached || !question.url.endsWith('/accessToken')
          ? arrive(question)
          : Promise.reject(new TypeError('Failed to fetch')),
    })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'network' })
    isReached = true
    expect(await connection.accessToken()).toMatch(/^emulated-access/)
    expect([questions(), stateOf(connection)]).toEqual([2, 'authorized'])
    await connection.stop()
  })
})

describe('a client whose secrets are elsewhere', () => {
  it.each([
    ['backend', ['', tyro]],
    ['backend', ['https://', tyro]],
    ['without a query', ['https://pos.example.com/oauth?x=1', tyro]],
    ['without a query', ['/oauth#x', tyro]],
    ['backend (absolute, where there is no page)', ['/oauth', tyro]],
    ['provider', ['https://pos.example.com/oauth', { ...tyro, grant: 'password' }]],
    ['provider', ['https://pos.example.com/oauth', undefined]],
    ['connection name', ['https://pos.example.com/oauth', tyro], ''],
    ['option timeout', ['https://pos.example.com/oauth', tyro, { timeout: 1 }]],
    ['option requestTimeout', ['https://pos.example.com/oauth', tyro, { requestTimeout: 0 }]],
    ['option environment', ['https://pos.example.com/oauth', tyro, { environment: {} }]],
    ['option inspect', ['https://pos.example.com/oauth', tyro, { inspect: true }]],
  ])('says that %s is wrong', (what, [base, provider, options], name = 'till-3') => {
    const make = () => Reflect.apply(createBackendClient, undefined, [base, provider, options]).connect(name)
    expect(make).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', message: expect.stringContaining(what) }),
    )
  })

  it('is made where a page is rendered on a server, too', () => {
    expect(() => createBackendClient('/oauth', tyro)).not.toThrow()
    vi.stubGlobal('location', { href: 'https://pos.example.com/settings' })
    expect(() => createBackendClient('/oauth', tyro).connect('till-3').stop()).not.toThrow()
    vi.stubGlobal('location', { href: 'http://pos.example.com/settings' })
    expect(() => createBackendClient('/oauth', tyro)).toThrow(expect.objectContaining({ code: 'insecure_endpoint' }))
  })

  it('speaks to nobody without encryption, but to this machine', () => {
    expect(() => createBackendClient('http://pos.example.com/oauth', tyro)).toThrow(
      expect.objectContaining({ code: 'insecure_endpoint' }),
    )
    expect(() => createBackendClient('http://localhost:3000/oauth', tyro)).not.toThrow()
  })

  it('follows no redirect: a page to log in is no answer, whatever it says', async () => {
    vi.useRealTimers()
    const summary = { standing: 'authorized' }
    const server = await listenOn(0, async ({ url }) =>
      url.endsWith('/login')
        ? Response.json({ at: Date.now(), summary })
        : new Response(null, { status: 302, headers: { location: '/login' } }),
    )
    const connection = createBackendClient(`${server.origin}/oauth`, tyro).connect('till-3')
    await soon(() => stateOf(connection) === 'backingOff')
    expect(contextOf(connection).failure?.code).toBe('unexpected_redirect')
    await connection.stop()
    await server.close()
  })

  it('needs no more of a provider than its grant and its name', async () => {
    const asked: string[] = []
    const environment = createEnvironment({
      fetch: async (input) => {
        asked.push(String(input))
        return Response.json({ at: Date.now(), summary: { standing: 'idle' } })
      },
    })
    const ours = { grant: 'device_code', name: 'Our server' } as const
    const connection = createBackendClient('https://pos.example.com/oauth/', ours, { environment }).connect('till-3')
    await until(connection, 'idle')
    expect(asked).toEqual(['https://pos.example.com/oauth/recall'])
    await connection.stop()
  })
})
