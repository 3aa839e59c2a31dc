import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, createEnvironment, memoryVault, tyro } from '../src/index.ts'
import { body, login, pass, pending, START, startClock, tokens } from './support/login.ts'
import {
  asWritten,
  brokenConnection,
  html,
  json,
  type Reply,
  refusal,
  scriptedFetch,
} from './support/scripted-fetch.ts'

// Loading it takes real time, which fake timers do not give.
await import('ky')

const bare429 = () => new Response(null, { status: 429 })
const later = (seconds: number, reply: () => Response) => () =>
  new Promise<Response>((resolve) => setTimeout(() => resolve(reply()), seconds * 1000))

beforeEach(startClock)
afterEach(() => vi.useRealTimers())

describe('a refusal', () => {
  it.each<[string, string, string, () => Response]>([
    ['access_denied', 'failed', 'authorization_denied', () => refusal('access_denied', 403)],
    ['expired_token', 'expired', 'grant_expired', () => refusal('expired_token', 403)],
    ['invalid_grant', 'failed', 'authorization_failed', () => refusal('invalid_grant', 403)],
    ['invalid_client', 'failed', 'server_rejected', () => refusal('invalid_client', 401)],
    ['an unknown word', 'failed', 'server_rejected', () => refusal('x_unheard_of', 400)],
    ['prose', 'failed', 'server_rejected', () => refusal('Something went wrong.', 400)],
    ['an empty 403', 'failed', 'server_rejected', () => new Response(null, { status: 403 })],
  ])('ends the login for good, without a further request: %s', async (_, state, code, reply) => {
    const { server, ...login1 } = await login([reply()])
    await pass(5.5)
    expect(login1.state()).toBe(state)
    expect(login1.context().endedBecause).toBe(code)
    expect(login1.context().prompt).toBeUndefined()
    await pass(7_200)
    expect(server.seen).toHaveLength(2)
  })
})

describe('invalid_grant', () => {
  const refused = () => refusal('invalid_grant', 403)

  it.each<[string, Reply[], string]>([
    ['a broken connection', [brokenConnection(), refused()], 'outcome_unknown'],
    ['a 200 that cannot be read', [html(200), refused()], 'outcome_unknown'],
    ['a 502', [html(502), refused()], 'outcome_unknown'],
    ['a 504', [new Response(null, { status: 504 }), refused()], 'outcome_unknown'],
    [
      'a lost answer and a 503',
      [brokenConnection(), new Response(null, { status: 503 }), refused()],
      'outcome_unknown',
    ],
    ['a lost answer and a 429 of a rate limiter', [brokenConnection(), bare429(), refused()], 'outcome_unknown'],
    ['a lost answer and HTML', [brokenConnection(), html(403), refused()], 'outcome_unknown'],
    [
      'a lost answer and proof that nothing was decided',
      [brokenConnection(), pending(), refused()],
      'authorization_failed',
    ],
    ['pending answers only', [pending(), pending(), refused()], 'authorization_failed'],
  ])('inside the lifetime is told by what came before: %s', async (_, replies, code) => {
    const { state, context, server } = await login(replies)
    await pass(200)
    expect(state()).toBe('failed')
    expect(context().endedBecause).toBe(code)
    expect(server.differences()).toEqual(asWritten)
  })

  it('that arrives after the lifetime is expiry', async () => {
    const { state, context } = await login([later(6, refused)], { ...body, expires_in: 10 })
    await pass(12)
    expect(state()).toBe('expired')
    expect(context().endedBecause).toBe('grant_expired')
  })
})

describe('expiry', () => {
  it('ends the login at the second, without a further request', async () => {
    const { state, context, server } = await login([pending(), pending()], { ...body, expires_in: 15 })
    await pass(14.99)
    expect(state()).toBe('awaitingUser')
    await pass(0.01)
    expect(state()).toBe('expired')
    expect(context().endedBecause).toBe('grant_expired')
    expect(context().prompt).toBeUndefined()
    await pass(7_200)
    expect(server.seen).toHaveLength(3)
    expect(server.differences()).toEqual(asWritten)
  })

  it('comes after the lifetime of the provider data where the answer has none', async () => {
    const { state } = await login(
      Array.from({ length: 400 }, () => pending()),
      { ...body, expires_in: undefined },
    )
    await pass(899.9)
    expect(state()).not.toBe('expired')
    await pass(0.1)
    expect(state()).toBe('expired')
  })

  it.each([
    ['a Retry-After', { 'retry-after': '86400' }],
    ['a reset', { 'x-ratelimit-reset': String(START / 1000 + 86_400) }],
  ])('caps the wait that %s asks for', async (_, headers) => {
    const replies = [new Response(null, { status: 429, headers }), pending()]
    const { state, polls } = await login(replies, { ...body, expires_in: 60 })
    await pass(60)
    expect(state()).toBe('expired')
    // Once more, while an answer can still count.
    expect(polls()).toEqual([5.5, 58])
  })

  it('does not start again by itself', async () => {
    const { server } = await login([pending()], { ...body, expires_in: 3 })
    await pass(86_400)
    expect(server.seen).toHaveLength(2)
  })

  it('keeps a token that was asked for in time', async () => {
    const { state } = await login([later(6, () => json(tokens))], { ...body, expires_in: 10 })
    await pass(12)
    expect(state()).toBe('authorized')
  })
})

describe('cancel', () => {
  it('ends the wait at once, with no later request and no timer', async () => {
    const { state, context, server, connection } = await login([pending()])
    await pass(8)
    connection.send({ type: 'authorization.cancel' })
    await pass(0)
    expect(state()).toBe('idle')
    expect(context().prompt).toBeUndefined()
    await connection.stop()
    expect(vi.getTimerCount()).toBe(0)
    await pass(7_200)
    expect(server.seen).toHaveLength(2)
  })

  it('leaves no timer even where the connection goes on', async () => {
    const { state, connection } = await login([pending()])
    await pass(8)
    connection.send({ type: 'authorization.cancel' })
    await pass(0)
    expect(state()).toBe('idle')
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['slowed down', bare429],
    ['in trouble', () => html(503)],
  ])('ends a login that is %s', async (_, reply) => {
    const { state, server, connection } = await login([reply()])
    await pass(7)
    connection.send({ type: 'authorization.cancel' })
    await pass(0)
    expect(state()).toBe('idle')
    await pass(7_200)
    expect(server.seen).toHaveLength(2)
  })

  it('shows at once while a poll is under way, whose pending answer leads nowhere', async () => {
    const { state, server, connection } = await login([later(4, pending)])
    await pass(6)
    expect(state()).toBe('polling')
    connection.send({ type: 'authorization.cancel' })
    await pass(0)
    expect(state()).toBe('idle')
    await pass(7_200)
    expect(state()).toBe('idle')
    expect(server.seen).toHaveLength(2)
  })

  it('revokes tokens that arrive afterwards, and keeps none', async () => {
    const { state, server, connection } = await login([later(4, () => json(tokens)), new Response(null)])
    await pass(6)
    connection.send({ type: 'authorization.cancel' })
    await pass(7_200)
    expect(state()).toBe('idle')
    expect(server.seen).toHaveLength(3)
    expect(server.seen[2]?.url).toBe('https://auth.connect.tyro.com/oauth/revoke')
    expect(server.seen[2]?.parameters).toContainEqual(['token', 'refresh-1'])
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
  })

  it('allows a new start, with a new code', async () => {
    const { state, context, server, connection } = await login([
      json({ ...body, device_code: 'device-2', user_code: 'second' }),
      pending(),
    ])
    connection.send({ type: 'authorization.cancel' })
    await pass(0)
    connection.send({ type: 'authorization.start' })
    await pass(0)
    expect(state()).toBe('awaitingUser')
    expect(context().prompt).toMatchObject({ userCode: 'second' })
    await pass(5.5)
    expect(server.seen[2]?.parameters).toContainEqual(['device_code', 'device-2'])
  })
})

describe('stop', () => {
  it('ends the wait, with no later request', async () => {
    const { server, connection } = await login([pending()])
    await pass(6)
    await connection.stop()
    await pass(7_200)
    expect(server.seen).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('two connections of one name', () => {
  it('poll as one: never two polls at once, never too early', async () => {
    let open = 0
    let most = 0
    const slow = () => {
      most = Math.max(most, ++open)
      return new Promise<Response>((resolve) =>
        setTimeout(() => {
          open--
          resolve(pending())
        }, 3_000),
      )
    }
    const server = scriptedFetch(json(body), ...Array.from({ length: 30 }, () => slow))
    const environment = createEnvironment({ fetch: server.fetch, random: () => 0 })
    const vault = memoryVault(environment.now)
    const connect = () => createClient(tyro, { clientId: 'c' }, { environment, vault }).connect('till-3')
    const [one, other] = [connect(), connect()]
    one.send({ type: 'authorization.start' })
    other.send({ type: 'authorization.start' })
    await pass(120)
    const polls = server.seen.slice(1).map(({ at }) => at)
    expect(server.seen.filter(({ url }) => url.endsWith('/device/code'))).toHaveLength(1)
    expect(most).toBe(1)
    expect(polls.length).toBeGreaterThan(5)
    // From the receipt of one answer, three seconds after its request, to the next poll.
    polls.slice(1).forEach((at, i) => void expect(at - (polls[i] ?? 0)).toBeGreaterThanOrEqual(8_500))
    await Promise.all([one.stop(), other.stop()])
  })
})

describe('the prompt', () => {
  it('shows the user code exactly as received, and never the device code', async () => {
    const { context, connection } = await login([pending()])
    expect(context().prompt).toMatchObject({ kind: 'device', userCode: 'ab cd', expiresAt: START + 900_000 })
    expect(JSON.stringify(connection.actor.getPersistedSnapshot())).not.toContain('device-1')
  })
})
