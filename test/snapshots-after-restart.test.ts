import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../src/index.ts'
import {
  fakeTime,
  inMemory,
  loginUrl,
  office,
  realMoment,
  type Stage,
  sent,
  service,
  till,
  until,
  userCode,
} from './support/stories.ts'

const binding = 'session of this browser'
const stateOf = ({ actor }: Connection) => actor.getSnapshot().value
const contextOf = ({ actor }: Connection) => actor.getSnapshot().context
const requestTimes = ({ emulator }: Stage) => emulator.journal.map(({ at }) => at)

/** A till that shows a code. */
async function waitingTill(stage: Stage) {
  const story = till(stage)
  story.connection.send({ type: 'authorization.start' })
  await until(story.connection, 'awaitingUser')
  return story
}

async function connectedTill(stage: Stage) {
  const story = await waitingTill(stage)
  stage.emulator.approve(userCode(story.connection))
  await until(story.connection, 'authorized')
  return story
}

async function waitingOffice(stage: Stage) {
  const story = office(stage)
  story.connection.send({ type: 'authorization.start', binding })
  await until(story.connection, 'awaitingUser')
  return story
}

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

describe('a till after a restart', () => {
  it('shows the same code, and polls when the next poll was due', async () => {
    await using stage = await inMemory()
    const { connection: before } = await waitingTill(stage)
    const [began = 0] = requestTimes(stage)
    const { prompt } = contextOf(before)
    await before.stop()
    await vi.advanceTimersByTimeAsync(2_000)

    const { connection, states } = till(stage)
    await until(connection, 'awaitingUser')
    expect(contextOf(connection).prompt).toEqual(prompt)
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    expect(states).toEqual(['awaitingUser', 'polling', 'authorized'])
    expect(requestTimes(stage)).toEqual([began, began + 5_500])
  })

  it('polls at once where the next poll is overdue, and keeps the slower pace', async () => {
    await using stage = await inMemory()
    const { connection: before } = await waitingTill(stage)
    const slowDown = { kind: 'status', status: 429, body: { error: 'slow_down' } } as const
    stage.emulator.fault({ provider: 'tyro', endpoint: 'token' }, slowDown)
    await until(before, 'slowDown')
    await before.stop()
    const [began = 0] = requestTimes(stage)
    const { connection: early } = till(stage)
    await until(early, 'slowDown')
    await early.stop()
    await vi.advanceTimersByTimeAsync(60_000)

    const { connection, states } = till(stage)
    await until(connection, 'awaitingUser')
    expect(states).toEqual(['polling', 'awaitingUser'])
    expect(contextOf(connection)).toMatchObject({ pollIntervalSeconds: 10 })
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    expect(requestTimes(stage).map((at) => at - began)).toEqual([0, 5_500, 65_500, 76_000])
  })

  it('has expired where the code ended meanwhile, and can start again', async () => {
    await using stage = await inMemory({ tyro: { codeLifetime: 60 } })
    const { connection: before } = await waitingTill(stage)
    await before.stop()
    await vi.advanceTimersByTimeAsync(61_000)

    const { connection, states } = till(stage)
    await until(connection, 'expired')
    expect(contextOf(connection)).toMatchObject({ endedBecause: 'grant_expired', prompt: undefined })
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    expect(states).toEqual(['expired', 'requestingCode', 'awaitingUser'])
    expect(sent(stage.emulator)).toHaveLength(2)
  })

  it('hands out the same token while that lives, with nothing sent', async () => {
    await using stage = await inMemory()
    const { connection: before } = await connectedTill(stage)
    const token = await before.accessToken()
    await before.stop()
    const { connection, states } = till(stage)
    expect(await connection.accessToken()).toBe(token)
    expect({ states, requests: sent(stage.emulator).length }).toEqual({ states: ['authorized'], requests: 2 })
  })

  it('renews a due token at once, and callers wait for it where it is dead', async () => {
    await using stage = await inMemory({ tyro: { accessTokenLifetime: 600 } })
    const { connection: before } = await connectedTill(stage)
    const token = await before.accessToken()
    await before.stop()
    await vi.advanceTimersByTimeAsync(601_000)
    const { connection, states } = till(stage)
    expect(await connection.accessToken()).not.toBe(token)
    await until(connection, 'authorized')
    expect(states).toEqual(['refreshing', 'authorized'])
    expect(sent(stage.emulator)).toHaveLength(3)
  })

  it('goes on with a back-off, no sooner than it was due', async () => {
    await using stage = await inMemory({ tyro: { accessTokenLifetime: 600 } })
    const { connection: before } = await connectedTill(stage)
    const busy = { kind: 'status', status: 503, headers: { 'retry-after': '120' } } as const
    stage.emulator.fault({ provider: 'tyro', endpoint: 'token' }, busy)
    before.send({ type: 'token.refresh' })
    await until(before, 'backingOff')
    const { retryAt = 0 } = contextOf(before)
    await before.stop()

    const { connection, states } = till(stage)
    await until(connection, 'backingOff')
    expect(contextOf(connection)).toMatchObject({ retryAt, failure: { code: 'server_unavailable' } })
    await until(connection, 'authorized')
    expect(states).toEqual(['backingOff', 'recalling', 'refreshing', 'authorized'])
    expect(requestTimes(stage).at(-1)).toBe(retryAt)
  })

  it('disconnects where that was asked for and not done', async () => {
    await using stage = await inMemory()
    const { connection: before } = await connectedTill(stage)
    const place = { provider: 'tyro', endpoint: 'revocation' } as const
    stage.emulator.fault(place, { kind: 'status', status: 503 })
    before.send({ type: 'token.revoke' })
    await until(before, 'backingOff')
    await before.stop()
    await vi.advanceTimersByTimeAsync(60_000)

    const { connection, states } = till(stage)
    const refused = expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await until(connection, 'revoked')
    await refused
    expect(states).toEqual(['revoking', 'revoked'])
    expect(stage.emulator.journal.filter(({ endpoint }) => endpoint === 'revocation')).toHaveLength(2)
  })

  it('remembers a disconnect that was asked for while a renewal was in flight', async () => {
    await using stage = await inMemory()
    const { connection: before } = await connectedTill(stage)
    before.send({ type: 'token.refresh' })
    before.send({ type: 'token.revoke' })
    await before.stop()
    const { connection, states } = till(stage)
    await until(connection, 'revoked')
    expect(states).toEqual(['revoking', 'revoked'])
  })

  it('is expired, failed or revoked as before, with the same failure', async () => {
    const endings = {
      expired: async (stage: Stage) => {
        const story = await connectedTill(stage)
        stage.emulator.revokeAll('tyro')
        story.connection.send({ type: 'token.rejected', generation: 1 })
        return story
      },
      failed: async (stage: Stage) => {
        const story = await waitingTill(stage)
        stage.emulator.deny(userCode(story.connection))
        return story
      },
      revoked: async (stage: Stage) => {
        const story = await connectedTill(stage)
        story.connection.send({ type: 'token.revoke' })
        return story
      },
    }
    for (const [end, bring] of Object.entries(endings)) {
      await using stage = await inMemory()
      const { connection: before } = await bring(stage)
      await until(before, end)
      const { failure, endedBecause } = contextOf(before)
      await before.stop()
      const requests = sent(stage.emulator).length
      const { connection, states } = till(stage)
      await until(connection, end)
      expect(contextOf(connection)).toMatchObject({ failure, endedBecause, token: undefined, prompt: undefined })
      expect({ states, requests: sent(stage.emulator).length }).toEqual({ states: [end], requests })
    }
  })
})

describe('a back office after a restart', () => {
  it('exchanges the callback of a page that has just loaded, once', async () => {
    await using stage = await inMemory()
    const { connection: before } = await waitingOffice(stage)
    const url = await stage.emulator.login(loginUrl(before))
    await before.stop()

    const { connection, states } = office(stage)
    expect(stateOf(connection)).toBe('recalling')
    expect(connection.send({ type: 'authorization.responded', url, binding })).toBeUndefined()
    connection.send({ type: 'authorization.responded', url, binding })
    await until(connection, 'authorized')
    expect(states).toEqual(['exchangingCode', 'authorized'])
    expect(sent(stage.emulator)).toHaveLength(1)

    const { connection: reloaded } = office(stage)
    reloaded.send({ type: 'authorization.responded', url, binding })
    await until(reloaded, 'authorized')
    expect(await reloaded.accessToken()).toBe(await connection.accessToken())
    expect(sent(stage.emulator)).toHaveLength(1)
  })

  it('refuses the callback of another session', async () => {
    await using stage = await inMemory()
    const { connection: before } = await waitingOffice(stage)
    const url = await stage.emulator.login(loginUrl(before))
    await before.stop()
    const { connection } = office(stage)
    connection.send({ type: 'authorization.responded', url, binding: 'session of an attacker' })
    await expect.poll(() => contextOf(connection).failure?.code).toBe('state_mismatch')
    await until(connection, 'awaitingUser')
    expect(sent(stage.emulator)).toEqual([])
  })

  it('offers the same login again, until its time is over', async () => {
    await using stage = await inMemory()
    const { connection: before } = await waitingOffice(stage)
    const url = loginUrl(before)
    await before.stop()
    const { connection } = office(stage)
    await until(connection, 'awaitingUser')
    expect(loginUrl(connection)).toBe(url)
    await connection.stop()
    await vi.advanceTimersByTimeAsync(600_000)
    const { connection: late } = office(stage)
    await until(late, 'expired')
    expect(contextOf(late).endedBecause).toBe('grant_expired')
  })

  it('does not exchange a code again whose answer was lost in a crash', async () => {
    await using stage = await inMemory()
    const { connection: before } = await waitingOffice(stage)
    stage.emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, { kind: 'hang' })
    const url = await stage.emulator.login(loginUrl(before))
    before.send({ type: 'authorization.responded', url, binding })
    for (let turn = 0; turn < 5_000 && sent(stage.emulator).length === 0; turn++) await realMoment()
    await vi.advanceTimersByTimeAsync(100)
    // A process that dies holds no lease for long and stores nothing more: its vault is copied as it is now.
    const entry = await stage.vault.read('store-17')
    expect(JSON.stringify(entry)).toContain('"exchangeCode"')
    await using later = await inMemory()
    const { record } = entry ?? {}
    await later.vault.write('store-17', record as Parameters<typeof later.vault.write>[1], undefined)
    const { connection, states } = office(later)
    await until(connection, 'failed')
    expect(states).toEqual(['failed'])
    expect(contextOf(connection)).toMatchObject({ endedBecause: 'outcome_unknown' })
    expect(sent(later.emulator)).toEqual([])
    await stage.emulator.close()
  })
})

describe('a service after a restart', () => {
  it('uses the token at hand, and asks for the next one when that is due', async () => {
    await using stage = await inMemory({ mypos: { accessTokenLifetime: 600 } })
    const { connection: before } = service(stage)
    const token = await before.accessToken()
    await before.stop()
    const { connection } = service(stage)
    expect(await connection.accessToken()).toBe(token)
    await connection.stop()
    await vi.advanceTimersByTimeAsync(700_000)
    const { connection: late, states } = service(stage)
    expect(await late.accessToken()).not.toBe(token)
    await until(late, 'authorized')
    expect(states).toEqual(['refreshing', 'authorized'])
    expect(sent(stage.emulator)).toHaveLength(2)
  })

  it('is not handed to another client: the record is kept, and the failure says so', async () => {
    await using stage = await inMemory()
    const { connection: before } = service(stage)
    const token = await before.accessToken()
    await before.stop()
    const { connection } = service(stage, { clientId: 'AnotherClient' })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'vault_mismatch' })
    await connection.stop()
    const { connection: back } = service(stage)
    expect(await back.accessToken()).toBe(token)
  })
})
