import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createShifts } from '../../src/backend/client/clocks.ts'
import { sumupPosPro, tyro } from '../../src/index.ts'
import { callBack, deviceOf, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import { comeBack, contextOf, fakeTime, pass, soon, stateOf, until, userCode, visited } from './support/story.ts'

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

const HOUR = 3_600_000
const clock = (ahead: number) => ({ now: () => Date.now() + ahead })

describe.each([
  ['as the server', 0],
  ['five hours ahead', 5 * HOUR],
  ['five hours behind', -5 * HOUR],
  ['years behind, as after a flat battery', -20 * 365 * 24 * HOUR],
])('a device whose clock goes %s', { timeout: 20_000 }, (_, ahead) => {
  it('shows a login, and renews the token, when the server’s clock says so', async () => {
    const server = await serverOf(sumupClient, { emulator: { sumupPosPro: { accessTokenLifetime: 3_600 } } })
    const device = deviceOf(server, sumupPosPro, 'browser-1', { environment: clock(ahead) })
    const connection = device.connect('store-17')
    const states = visited(connection)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const { prompt } = contextOf(connection)
    expect((prompt?.expiresAt ?? 0) - Date.now() - ahead).toBe(601_000)
    await callBack(server, await comeBack(server.emulator, connection), 'browser-1')
    await until(connection, 'authorized')
    const { token } = contextOf(connection)
    expect((token?.expiresAt ?? 0) - Date.now() - ahead).toBeCloseTo(3_600_000, -4)
    states.length = 0
    const due = (token?.refreshAt ?? 0) - ahead
    await pass(Math.floor((due - Date.now()) / 1000) - 2, 60)
    expect([stateOf(connection), states]).toEqual(['authorized', []])
    await pass(10)
    expect(states).toEqual(['refreshing', 'authorized'])
    expect(contextOf(connection).token?.generation).toBe(2)
    await connection.stop()
  })

  it('polls as often as the server’s clock allows, and no more', async () => {
    const server = await serverOf(tyroClient)
    const device = deviceOf(server, tyro, 'browser-1', { environment: clock(ahead) })
    const connection = device.connect('till-3')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    await pass(60)
    const polls = server.emulator.journal.filter(({ endpoint }) => endpoint === 'token')
    expect(polls.map(({ status }) => status).filter((status) => status !== 403 && status !== 400)).toEqual([])
    expect(polls.length).toBeGreaterThanOrEqual(6)
    const asked = server.traffic.filter(({ path }) => path === '/oauth/pollToken').length
    expect(asked).toBeLessThanOrEqual(polls.length + 1)
    server.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    await connection.stop()
  })
})

describe('two devices of one store, whose clocks are hours apart', { timeout: 20_000 }, () => {
  it('share one session: each token is renewed once, and both know of it', async () => {
    const server = await serverOf(sumupClient, { emulator: { sumupPosPro: { accessTokenLifetime: 1_800 } } })
    const early = deviceOf(server, sumupPosPro, 'browser-1', { environment: clock(-5 * HOUR) }).connect('store-17')
    const late = deviceOf(server, sumupPosPro, 'browser-2', { environment: clock(7 * HOUR) }).connect('store-17')
    early.send({ type: 'authorization.start' })
    await until(early, 'awaitingUser')
    await early.respond(await comeBack(server.emulator, early))
    await until(late, 'authorized')
    await pass(3 * 3_600, 20)
    const refreshes = server.emulator.journal.filter(({ form }) => form.get('grant_type') === 'refresh_token').length
    expect(refreshes).toBeGreaterThanOrEqual(6)
    expect(refreshes).toBeLessThanOrEqual(8)
    for (const connection of [early, late]) {
      expect(stateOf(connection)).toBe('authorized')
      expect(contextOf(connection).token?.generation).toBe(1 + refreshes)
    }
    const [one, other] = [early, late].map((connection) => contextOf(connection).token?.expiresAt ?? 0)
    expect((other ?? 0) - (one ?? 0)).toBe(12 * HOUR)
    await Promise.all([early.stop(), late.stop()])
  })
})

describe('the difference between two clocks', { timeout: 20_000 }, () => {
  it('is told once while it stays the same, however long answers take', async () => {
    let delay = 0
    const server = await serverOf(sumupClient, {
      way: async (question, arrive) => {
        delay = (delay + 90) % 700
        await new Promise((resolve) => setTimeout(resolve, delay))
        return arrive(question)
      },
    })
    const connection = deviceOf(server, sumupPosPro, 'browser-1', { environment: clock(2 * HOUR) }).connect('store-17')
    const told: unknown[] = []
    connection.on('prompt.changed', ({ prompt }) => told.push(prompt?.expiresAt))
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    await pass(120)
    for (let again = 0; again < 5; again++) {
      connection.send({ type: 'record.changed' })
      await until(connection, 'awaitingUser')
    }
    expect(told.length).toBe(1)
    expect(server.traffic.length).toBeGreaterThan(20)
    await connection.stop()
  })

  it('is measured anew where a clock was set', async () => {
    const server = await serverOf(sumupClient)
    let ahead = 0
    const environment = { now: () => Date.now() + ahead }
    const connection = deviceOf(server, sumupPosPro, 'browser-1', { environment }).connect('store-17')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const end = contextOf(connection).prompt?.expiresAt ?? 0
    // Forth and back and a little forth.
    for (const jump of [3 * HOUR, -HOUR, 60_000]) {
      ahead = jump
      await pass(4)
      await soon(() => contextOf(connection).prompt?.expiresAt === end + jump)
    }
    await connection.stop()
  })

  it.each([
    ['stays, and is a second more, while questions take as long', [5_000, 5_000, 5_000], [6_000, 6_000, 6_000]],
    ['stays where a question took longer', [5_000, 4_300, -8_000, 5_000], [6_000, 6_000, 6_000, 6_000]],
    ['stays where a question was a little faster', [5_000, 5_900, 5_000], [6_000, 6_000, 6_000]],
    ['is another where a question was much faster', [5_000, 6_100, 5_500], [6_000, 7_100, 7_100]],
    ['is another where a clock was set back', [5_000, -15_000, -15_500], [6_000, -14_000, -14_000]],
  ])('%s', (_, measured, expected) => {
    const shiftOf = createShifts()
    const shifts = measured.map((shift) => shiftOf(1_000_000 + shift, 1_000_000))
    expect(shifts.map(({ steady }) => steady)).toEqual(expected)
    expect(shifts.map((shift) => shift.measured)).toEqual(measured)
  })

  it('does not make a device ask again and again where its first question was slow', async () => {
    let isFirst = true
    const server = await serverOf(tyroClient, {
      emulator: { tyro: { codeLifetime: 60 } },
      way: async (question, arrive) => {
        const delay = isFirst ? 900 : 10
        isFirst = false
        await new Promise((resolve) => setTimeout(resolve, delay))
        return arrive(question)
      },
    })
    const connection = deviceOf(server, tyro).connect('till-3')
    connection.send({ type: 'authorization.start' })
    await until(connection, 'expired')
    const polls = server.emulator.journal.filter(({ form }) => form.has('device_code')).length
    const asked = (verb: string) => server.traffic.filter(({ path }) => path === `/oauth/${verb}`).length
    expect(polls).toBeGreaterThanOrEqual(6)
    expect(asked('pollToken')).toBeLessThanOrEqual(polls + 2)
    expect(asked('recall')).toBeLessThanOrEqual(4)
    await connection.stop()
  })
})
