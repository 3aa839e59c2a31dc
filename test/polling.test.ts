import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, createEnvironment, tyro } from '../src/index.ts'
import { approved, body, login, pass, pending, START, startClock } from './support/login.ts'
import {
  asWritten,
  brokenConnection,
  html,
  json,
  type Reply,
  refusal,
  scriptedFetch,
  silence,
} from './support/scripted-fetch.ts'

// Loading it takes real time, which fake timers do not give.
await import('ky')

const slowDown = () => refusal('slow_down', 400)
const times = (count: number, reply: () => Reply): Reply[] => Array.from({ length: count }, reply)

beforeEach(startClock)
afterEach(() => vi.useRealTimers())

describe('the first poll', () => {
  it.each([
    ['the interval and a margin', body, 5.5],
    ['five seconds where none is said', { ...body, interval: undefined }, 5.5],
    ['a longer interval', { ...body, interval: 12 }, 12.5],
    ['an interval that is a string', { ...body, interval: '7' }, 7.5],
  ])('comes after %s', async (_, device, second) => {
    const { polls, state, server } = await login([pending()], device)
    expect(state()).toBe('awaitingUser')
    await pass(second - 0.01)
    expect(polls()).toEqual([])
    await pass(0.01)
    expect(polls()).toEqual([second])
    expect(server.seen[1]?.url).toBe('https://auth.connect.tyro.com/oauth/token')
  })
})

describe('a pending answer', () => {
  it.each([400, 401, 403, 200])('as %i leads to the next poll, an interval later', async (status) => {
    const { polls, state, server } = await login([
      ...times(3, () => refusal('authorization_pending', status)),
      approved(),
    ])
    await pass(22)
    expect(polls()).toEqual([5.5, 11, 16.5, 22])
    expect(state()).toBe('authorized')
    expect(server.differences()).toEqual(asWritten)
  })

  it('counts the interval from its receipt, not from its request', async () => {
    const slowly = (reply: () => Response) => () =>
      new Promise<Response>((resolve) => setTimeout(() => resolve(reply()), 2_000))
    const { polls } = await login([slowly(pending), slowly(pending), pending()])
    await pass(25)
    expect(polls()).toEqual([5.5, 13, 20.5])
  })

  it('honours a Retry-After that is longer than the interval', async () => {
    const { polls } = await login([refusal('authorization_pending', 400, { 'retry-after': '20' }), pending()])
    await pass(30)
    expect(polls()).toEqual([5.5, 25.5])
  })
})

describe('slow_down', () => {
  it('makes all later intervals five seconds longer, and adds up', async () => {
    const { polls, context, state } = await login([slowDown(), pending(), slowDown(), pending(), approved()])
    await pass(5.5)
    expect(state()).toBe('slowDown')
    expect(context().pollIntervalSeconds).toBe(10)
    await pass(10.5)
    expect(state()).toBe('awaitingUser')
    expect(context().pollIntervalSeconds).toBe(10)
    await pass(100)
    expect(polls()).toEqual([5.5, 16, 26.5, 42, 57.5])
    expect(state()).toBe('authorized')
  })

  it.each<[string, () => Response]>([
    ['429 without a body', () => new Response(null, { status: 429 })],
    ['429 with HTML', () => html(429)],
    ['429 with access_denied', () => refusal('access_denied', 429)],
    ['429 with invalid_grant', () => refusal('invalid_grant', 429)],
    ['429 with prose', () => json({ statusCode: 429, error: 'Too Many Requests', message: 'x' }, 429)],
    ['slow_down as 403', () => refusal('slow_down', 403)],
  ])('is what %s counts as', async (_, reply) => {
    const { polls, state } = await login([reply(), pending(), reply(), approved()])
    await pass(5.5)
    expect(state()).toBe('slowDown')
    await pass(60)
    expect(polls()).toEqual([5.5, 16, 26.5, 42])
    expect(state()).toBe('authorized')
  })

  const in40s = new Date(START + 45_500).toUTCString()

  it.each([
    ['longer than the interval', { 'retry-after': '40' }, 45.5],
    ['shorter than the interval', { 'retry-after': '3' }, 16],
    ['as a date', { 'retry-after': in40s }, 45],
    ['as garbage', { 'retry-after': 'soon' }, 16],
    ['as a reset', { 'x-ratelimit-reset': String(START / 1000 + 40) }, 40],
  ])('waits for a Retry-After %s, once', async (_, headers, second) => {
    const { polls } = await login([new Response(null, { status: 429, headers }), pending(), pending()])
    await pass(second + 11)
    expect(polls()).toEqual([5.5, second, second + 10.5])
  })

  it.each([429, 503])(
    'or trouble with a Retry-After beyond all numbers leaves the record readable: %i',
    async (status) => {
      const absurd = () => new Response(null, { status, headers: { 'retry-after': '9'.repeat(400) } })
      const { state, context } = await login([absurd(), ...times(200, pending)])
      await pass(901)
      expect(state()).toBe('expired')
      expect(context().failure?.code).toBe('grant_expired')
    },
  )
})

/** What says nothing about the merchant's decision. */
const troubles: [string, () => Reply][] = [
  ['a broken connection', brokenConnection],
  ['a network error', () => new TypeError('Failed to fetch')],
  ['500', () => new Response(null, { status: 500 })],
  ['500 with access_denied', () => refusal('access_denied', 500)],
  ['502 with HTML', () => html(502)],
  ['503 with invalid_grant', () => refusal('invalid_grant', 503)],
  ['504', () => new Response(null, { status: 504 })],
  ['200 with HTML', () => html(200)],
  ['200 without a body', () => new Response(null, { status: 200 })],
  ['403 with HTML', () => html(403)],
  ['404 with HTML', () => html(404)],
  ['302', () => new Response(null, { status: 302, headers: { location: 'https://wifi.example/' } })],
]

describe('trouble while polling', () => {
  it.each(troubles)('backs off and goes on: %s', async (_, trouble) => {
    const { polls, state, server } = await login([...times(6, trouble), pending(), pending(), approved()])
    await pass(300)
    expect(polls()).toEqual([5.5, 16.5, 38.5, 82.5, 142.5, 202.5, 262.5, 268, 273.5])
    expect(state()).toBe('authorized')
    expect(server.differences()).toEqual(asWritten)
  })

  it('backs off after a timeout, counted from when it was given up', async () => {
    const { polls, state } = await login([silence, silence, approved()], body, 3_000)
    await pass(60)
    expect(polls()).toEqual([5.5, 19.5, 44.5])
    expect(state()).toBe('authorized')
  })

  it('waits for the Retry-After of a 503', async () => {
    const { polls } = await login([new Response(null, { status: 503, headers: { 'retry-after': '120' } }), pending()])
    await pass(130)
    expect(polls()).toEqual([5.5, 125.5])
  })

  it.each([
    [503, 7],
    // With the five seconds of a slow_down.
    [429, 8],
  ])('whose Retry-After outlasts the code silences nobody who approves: %i', async (status, second) => {
    const device = { ...body, interval: 0.5, expires_in: 9 }
    const late = () => new Response(null, { status, headers: { 'retry-after': '60' } })
    const { polls, state, server } = await login([late(), approved()], device)
    await pass(9)
    expect(polls()).toEqual([1, second])
    expect(state()).toBe('authorized')
    expect(server.differences()).toEqual(asWritten)
  })

  it.each([
    [10, 8],
    [3, 1.5],
  ])('is none where an interval outlasts the code of %i s: it is asked before', async (lifetime, second) => {
    const { polls, state } = await login([approved()], { ...body, interval: 600, expires_in: lifetime })
    await pass(lifetime)
    expect(polls()).toEqual([second])
    expect(state()).toBe('authorized')
  })

  it('that outlasts the code does not shorten the interval', async () => {
    const late = () => new Response(null, { status: 503, headers: { 'retry-after': '60' } })
    const { polls, state } = await login([late()], { ...body, expires_in: 10 })
    await pass(60)
    expect(polls()).toEqual([5.5])
    expect(state()).toBe('expired')
  })

  it('may itself have been a slow_down: the next one adds as much more, and then none does', async () => {
    const script = [brokenConnection(), brokenConnection(), pending(), slowDown(), slowDown(), approved()]
    const { context } = await login(script)
    const intervals = new Set<number | undefined>()
    for (let second = 0; second < 140; second++) {
      await pass(1)
      intervals.add(context().pollIntervalSeconds)
    }
    // Two were lost: 5 + 3 × 5, and then 5 more.
    expect([...intervals]).toEqual([5, 20, 25, undefined])
  })

  it('keeps what slow_down has added', async () => {
    const { polls } = await login([slowDown(), brokenConnection(), pending(), pending()])
    await pass(57)
    expect(polls()).toEqual([5.5, 16, 37, 47.5])
  })

  it.each(troubles)('that lasts ends by expiry, at the second: %s', async (_, trouble) => {
    const { state, context, server } = await login(times(40, trouble))
    await pass(899.9)
    expect(['awaitingUser', 'polling', 'slowDown']).toContain(state())
    await pass(0.1)
    expect(state()).toBe('expired')
    expect(context().endedBecause).toBe('grant_expired')
    const { length } = server.seen
    await pass(7_200)
    expect(server.seen).toHaveLength(length)
  })

  it.each([
    ['503', () => new Response(null, { status: 503, headers: { 'retry-after': '20' } })],
    ['429', () => new Response(null, { status: 429, headers: { 'retry-after': '20' } })],
    ['500 with access_denied', () => refusal('access_denied', 500, { 'retry-after': '20' })],
  ])('of the device authorization is tried again, and not sooner than it says: %s', async (_, trouble) => {
    const server = scriptedFetch(trouble(), json(body), pending())
    const environment = createEnvironment({ fetch: server.fetch, random: () => 0 })
    const connection = createClient(tyro, { clientId: 'c' }, { environment }).connect('till-3')
    connection.send({ type: 'authorization.start' })
    await pass(19.9)
    expect(connection.actor.getSnapshot().value).toBe('backingOff')
    expect(server.seen).toHaveLength(1)
    await pass(0.1)
    expect(connection.actor.getSnapshot().value).toBe('awaitingUser')
    expect(connection.actor.getSnapshot().context.prompt).toMatchObject({ userCode: 'ab cd' })
  })
})
