import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Connection, createClient, type FlowActor, memoryVault, mypos, type Provider, tyro } from '../src/index.ts'
import { stride } from './support/several.ts'
import { deviceGrant, pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers({ now: 1_800_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const HOUR = 3_600
const contextOf = (connection: Connection<FlowActor>) => connection.actor.getSnapshot().context

/** A till whose contract allows so many tokens in so many seconds. */
function budgeted(requests: number, seconds = HOUR) {
  const stage = tillOnStage({ tyro: { rotation: false } })
  const provider: Provider = { ...tyro, budget: { requests, seconds } }
  const { environment, vault } = stage
  const newTill = () => createClient(provider, { clientId: 'pos' }, { environment, vault }).connect('till')
  return { ...stage, newTill, refreshes: () => stage.requests('refresh_token').map(({ at }) => at) }
}

async function refresh(till: Connection<FlowActor>, times: number) {
  for (let time = 0; time < times; time++) {
    till.send({ type: 'token.refresh' })
    await pass(1)
  }
}

/** A service whose contract allows so many tokens in so many seconds. */
function budgetedService(requests: number, seconds = HOUR) {
  const { emulator, environment, requests: all } = tillOnStage()
  const provider: Provider = { ...mypos, budget: { requests, seconds } }
  const vault = memoryVault()
  const registration = { clientId: 'ServiceClient', clientSecret: 'ServiceSecret' }
  const newService = () => createClient(provider, registration, { environment, vault }).connect('payouts')
  return { emulator, vault, newService, asked: () => all('client_credentials').map(({ at }) => at) }
}

/** The most requests in any span, in seconds. */
function densest(instants: readonly number[], seconds: number): number {
  const counts = instants.map((from) => instants.filter((at) => at >= from && at < from + seconds * 1000).length)
  return Math.max(0, ...counts)
}

describe('a budget of token requests', () => {
  it('that is used up is told before the server is asked, with the time when there is more', async () => {
    const { newTill, authorize, refreshes } = budgeted(2)
    const till = newTill()
    await authorize(till)
    await refresh(till, 3)
    const [first = 0] = refreshes()
    expect(refreshes()).toHaveLength(2)
    expect(stateOf(till)).toBe('backingOff')
    expect(contextOf(till)).toMatchObject({
      retryAt: first + HOUR * 1000,
      failure: { code: 'budget_exhausted', retryable: true, retryAt: first + HOUR * 1000 },
    })
    // The token at hand is as good as before.
    expect(await till.accessToken()).toEqual(expect.any(String))
  })

  it('is waited for, and then the token is renewed by itself', async () => {
    const { newTill, authorize, refreshes } = budgeted(2)
    const till = newTill()
    await authorize(till)
    await refresh(till, 3)
    await stride(HOUR + 60)
    const [first = 0, , third = 0] = refreshes()
    expect(refreshes()).toHaveLength(3)
    expect(third - first).toBeGreaterThanOrEqual(HOUR * 1000)
    expect(third - first).toBeLessThan((HOUR + 2) * 1000)
    expect(stateOf(till)).toBe('authorized')
    expect(contextOf(till).failure).toBeUndefined()
  })

  it('cannot be overdrawn by asking often', async () => {
    const { newTill, authorize, refreshes } = budgeted(3, 600)
    const till = newTill()
    await authorize(till)
    for (let time = 0; time < 400; time++) {
      till.send({ type: 'token.refresh' })
      await stride(10, 10)
    }
    expect(densest(refreshes(), 600)).toBe(3)
    // And it is used: 4,000 seconds are almost seven spans.
    expect(refreshes().length).toBeGreaterThanOrEqual(18)
  })

  it('cannot be overdrawn by refusals of an API', async () => {
    const { newTill, authorize, refreshes } = budgeted(2)
    const till = newTill()
    await authorize(till)
    for (let time = 0; time < 20; time++) {
      till.send({ type: 'token.rejected', generation: contextOf(till).token?.generation ?? 0 })
      await pass(1)
    }
    expect(refreshes()).toHaveLength(2)
    await expect(till.accessToken()).rejects.toMatchObject({
      code: 'budget_exhausted',
      retryAt: contextOf(till).retryAt,
    })
  })

  it('is counted with requests that fail, too', async () => {
    const { emulator, newTill, authorize, refreshes } = budgeted(3)
    const till = newTill()
    await authorize(till)
    emulator.fault({ provider: 'tyro', endpoint: 'token', times: 100 }, { kind: 'status', status: 503 })
    await refresh(till, 1)
    await pass(600)
    expect(refreshes()).toHaveLength(3)
    expect(contextOf(till).failure?.code).toBe('budget_exhausted')
  })

  it('is not used by polls, nor by the login', async () => {
    const { emulator, newTill, requests, refreshes } = budgeted(1)
    const till = newTill()
    till.send({ type: 'authorization.start' })
    await pass(60)
    expect(requests(deviceGrant).length).toBeGreaterThan(5)
    const { prompt } = contextOf(till)
    emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
    await pass(6)
    await refresh(till, 1)
    expect([stateOf(till), refreshes().length]).toEqual(['authorized', 1])
    await refresh(till, 1)
    expect([stateOf(till), refreshes().length]).toEqual(['backingOff', 1])
  })

  it('is used by the proof of an adopted session', async () => {
    const stage = budgeted(1)
    const till = stage.newTill()
    await till.adopt({ refreshToken: 'unknown-to-tyro' }).catch(() => {})
    expect(stage.refreshes()).toHaveLength(1)
    const refused = till.adopt({ refreshToken: 'another' })
    await expect(refused).rejects.toMatchObject({ code: 'budget_exhausted', retryAt: expect.any(Number) })
    expect(stage.refreshes()).toHaveLength(1)
    await stride(HOUR + 60)
    expect(stage.refreshes()).toHaveLength(2)
    expect(stateOf(till)).toBe('expired')
  })

  it('is one for all processes that share a vault', async () => {
    const { newTill, authorize, refreshes } = budgeted(2)
    const [one, other] = [newTill(), newTill()]
    await authorize(one)
    await refresh(one, 1)
    await refresh(other, 1)
    await refresh(one, 1)
    await refresh(other, 1)
    expect(refreshes()).toHaveLength(2)
    expect([stateOf(one), stateOf(other)]).toEqual(['backingOff', 'backingOff'])
  })

  it('leaves no trace where there is none, and no long one where there is', async () => {
    const free = tillOnStage()
    const till = free.newClient().connect('till')
    await free.authorize(till)
    await refresh(till, 2)
    expect((await free.vault.read('till'))?.record).not.toHaveProperty('asked')

    const { newTill, authorize, vault } = budgeted(3, 60)
    const other = newTill()
    await authorize(other)
    for (let time = 0; time < 30; time++) {
      await refresh(other, 1)
      await pass(20)
    }
    const { record } = (await vault.read('till')) ?? {}
    const { asked } = JSON.parse(JSON.stringify(record))
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.length).toBeLessThanOrEqual(3)
  })
})

describe('a used up budget', () => {
  async function usedUp() {
    const stage = budgeted(2)
    const till = stage.newTill()
    await stage.authorize(till)
    await refresh(till, 2)
    expect(stage.refreshes()).toHaveLength(2)
    return { ...stage, till }
  }

  it('is not counted as a failure by each who asks: nothing is written, and no later back-off is longer', async () => {
    const { till, vault } = await usedUp()
    await refresh(till, 1)
    const before = await vault.read('till')
    expect(before?.record).toMatchObject({ retry: { attempts: 1 } })
    await refresh(till, 5)
    expect(await vault.read('till')).toEqual(before)
  })

  it('is still used up after a restart', async () => {
    const { till, newTill, refreshes } = await usedUp()
    await till.stop()
    const again = newTill()
    await refresh(again, 1)
    expect(refreshes()).toHaveLength(2)
    expect(contextOf(again).failure?.code).toBe('budget_exhausted')
  })

  it('is still used up after a disconnect and a new login', async () => {
    const { till, authorize, refreshes } = await usedUp()
    till.send({ type: 'token.revoke' })
    await settle()
    expect(stateOf(till)).toBe('revoked')
    await authorize(till)
    expect(stateOf(till)).toBe('authorized')
    await refresh(till, 1)
    expect(refreshes()).toHaveLength(2)
    expect(contextOf(till).failure?.code).toBe('budget_exhausted')
  })

  it('is still used up after the clock was set back by a year, and is waited for once', async () => {
    const { till, refreshes } = await usedUp()
    await refresh(till, 1)
    vi.setSystemTime(Date.now() - 365 * 86_400_000)
    await refresh(till, 20)
    expect(refreshes()).toHaveLength(2)
    expect(contextOf(till).retryAt).toBeLessThanOrEqual(Date.now() + HOUR * 1000)
    await stride(HOUR + 120)
    expect(refreshes()).toHaveLength(3)
    expect(stateOf(till)).toBe('authorized')
  })

  it('is free again after the clock was set forward, and used up again after that', async () => {
    const { till, refreshes } = await usedUp()
    await refresh(till, 1)
    vi.setSystemTime(Date.now() + 2 * HOUR * 1000)
    await stride(61)
    expect([stateOf(till), refreshes().length]).toEqual(['authorized', 3])
    await refresh(till, 3)
    expect(refreshes()).toHaveLength(4)
  })

  it('keeps a dead token from being asked for at each call', async () => {
    const { till, refreshes } = await usedUp()
    await refresh(till, 1)
    // Not a renewal in time: the contract is narrower than the life of the token.
    till.send({ type: 'token.rejected', generation: contextOf(till).token?.generation ?? 0 })
    await settle()
    for (let call = 0; call < 100; call++)
      await expect(till.accessToken()).rejects.toMatchObject({ code: 'budget_exhausted', retryAt: expect.any(Number) })
    expect(refreshes()).toHaveLength(2)
  })
})

describe('a budget of client credentials', () => {
  it('counts first requests as well as refreshes', async () => {
    const { newService, asked } = budgetedService(2)
    const service = newService()
    await service.accessToken()
    await refresh(service, 1)
    expect([stateOf(service), asked().length]).toEqual(['authorized', 2])
    await refresh(service, 1)
    expect([stateOf(service), asked().length]).toEqual(['backingOff', 2])
  })

  it('that is used up by first requests backs off, and goes on by itself, after a restart too', async () => {
    const { emulator, newService, asked } = budgetedService(2)
    emulator.fault({ provider: 'mypos', endpoint: 'token', times: 2 }, { kind: 'status', status: 503 })
    const before = newService()
    await before.accessToken().catch(() => {})
    await pass(30)
    expect(asked()).toHaveLength(2)
    for (let call = 0; call < 20; call++)
      await expect(before.accessToken()).rejects.toMatchObject({
        code: 'budget_exhausted',
        retryAt: contextOf(before).retryAt,
      })
    await before.stop()
    const service = newService()
    await pass(30)
    expect([stateOf(service), asked().length]).toEqual(['backingOff', 2])
    await stride(HOUR)
    expect([stateOf(service), asked().length]).toEqual(['authorized', 3])
    expect(densest(asked(), HOUR)).toBe(2)
  })

  it('holds over disconnects', async () => {
    const { newService, asked } = budgetedService(2)
    const service = newService()
    for (let round = 0; round < 2; round++) {
      await service.accessToken()
      service.send({ type: 'token.revoke' })
      await settle()
      expect(stateOf(service)).toBe('revoked')
    }
    await expect(service.accessToken()).rejects.toMatchObject({ code: 'budget_exhausted' })
    expect(asked()).toHaveLength(2)
  })
})
