import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OAuthError } from '../src/index.ts'
import {
  ask,
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  seeded,
  serviceWithClock,
  sleepFor,
  tillWithClock,
  YEAR,
} from './support/clocks.ts'
import { generationOf, stride } from './support/several.ts'
import { deviceGrant, pass, settle, stateOf } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers({ now: 1_900_000_000_000 })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.clearAllTimers()
  vi.useRealTimers()
})

/** A till that has just been connected. */
async function connected(seconds = 86_400, more: object = {}) {
  const stage = tillWithClock({ tyro: { accessTokenLifetime: seconds, ...more } })
  const till = stage.newTill()
  await stage.authorize(till)
  expect(stateOf(till)).toBe('authorized')
  const since = Date.now()
  const context = () => till.actor.getSnapshot().context
  return { ...stage, till, since, context }
}

/** A till that shows a code. */
async function waiting() {
  const stage = tillWithClock()
  const till = stage.newTill()
  till.send({ type: 'authorization.start' })
  await pass(12)
  expect(stateOf(till)).toBe('awaitingUser')
  const approve = () => {
    const { prompt } = till.actor.getSnapshot().context
    stage.emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
  }
  const polls = () => stage.requests(deviceGrant).map(({ at }) => at)
  return { ...stage, till, approve, polls }
}

describe('a clock that is set back by a year', () => {
  it('while authorized: the token is renewed when its span is over all the same, and once', async () => {
    const { clock, till, refreshes, since } = await connected()
    await stride(3_600)
    clock.jump(-YEAR)
    await stride(22 * 3_600)
    expect(refreshes()).toEqual([])
    await stride(2 * 3_600)
    expect(refreshes()).toHaveLength(1)
    const [at = 0] = refreshes()
    // Before its real end, and no sooner than was planned.
    expect(at - since).toBeLessThan(86_400 * SECOND)
    expect(at - since).toBeGreaterThan(86_400 * SECOND - 6 * MINUTE)
    expect([stateOf(till), generationOf(till)]).toEqual(['authorized', 2])
  })

  it('by ten hours, since it was ahead: the token is renewed when its span is over', async () => {
    const stage = tillWithClock()
    const till = stage.newTill()
    stage.clock.jump(10 * HOUR)
    await stage.authorize(till)
    const since = Date.now()
    await pass(120)
    stage.clock.correct()
    await stride(86_400)
    expect(stage.refreshes()).toHaveLength(1)
    expect((stage.refreshes()[0] ?? 0) - since).toBeGreaterThan(DAY - 6 * MINUTE)
    expect((stage.refreshes()[0] ?? 0) - since).toBeLessThan(DAY)
  })

  it('by ten hours, while the token was on its way: its time counts from what the clock says then', async () => {
    const stage = tillWithClock()
    const till = stage.newTill()
    await stage.authorize(till)
    stage.clock.jump(10 * HOUR)
    const release = stage.hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await pass(5)
    stage.clock.correct()
    release()
    await pass(1)
    const { expiresAt = 0 } = till.actor.getSnapshot().context.token ?? {}
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(DAY)
    expect(expiresAt - Date.now()).toBeGreaterThan(DAY - MINUTE)
  })

  it('while authorized: each later token is renewed in its time', async () => {
    const { clock, refreshes } = await connected(3_600)
    clock.jump(-YEAR)
    await stride(86_400)
    expect(refreshes().length).toBeGreaterThanOrEqual(24)
    expect(refreshes().length).toBeLessThanOrEqual(27)
  })

  it('while authorized, and corrected later: it is renewed within a minute, and then in its time', async () => {
    const { clock, refreshes } = await connected(3_600)
    clock.jump(-YEAR)
    await stride(3_600)
    expect(refreshes()).toHaveLength(1)
    clock.correct()
    await stride(120)
    expect(refreshes()).toHaveLength(2)
    await stride(3_000)
    expect(refreshes()).toHaveLength(2)
  })

  it('before a restart: a new token is asked for at once, since nobody knows how old this one is', async () => {
    const { clock, till, newTill, refreshes } = await connected()
    await till.stop()
    clock.jump(-YEAR)
    const again = newTill()
    await pass(1)
    expect([stateOf(again), generationOf(again), refreshes().length]).toEqual(['authorized', 2, 1])
    await stride(3_600)
    expect(refreshes()).toHaveLength(1)
  })

  it('while a code is on the screen: it is polled for at the same pace, and the login succeeds', async () => {
    const { clock, till, approve, polls } = await waiting()
    const before = polls().length
    clock.jump(-YEAR)
    await pass(60)
    const [count, instants] = [polls().length - before, polls()]
    expect(count).toBeGreaterThanOrEqual(9)
    expect(count).toBeLessThanOrEqual(11)
    for (const [index, at] of instants.entries())
      expect(at - (instants[index - 1] ?? 0)).toBeGreaterThanOrEqual(5 * SECOND)
    approve()
    await pass(7)
    expect(stateOf(till)).toBe('authorized')
  })

  it('while a code is on the screen, and nobody comes: the server ends it', async () => {
    const { clock, till } = await waiting()
    clock.jump(-YEAR)
    await pass(910)
    expect(stateOf(till)).toBe('expired')
    expect(till.actor.getSnapshot().context.endedBecause).toBe('grant_expired')
  })

  it('while backing off: it is tried again when the span is over', async () => {
    const { clock, till, network, refreshes } = await connected()
    network.up = false
    till.send({ type: 'token.refresh' })
    await pass(100)
    expect(stateOf(till)).toBe('backingOff')
    clock.jump(-YEAR)
    network.up = true
    await pass(130)
    expect([stateOf(till), refreshes().length]).toEqual(['authorized', 1])
  })

  it('before a restart, while backing off: it is tried at once', async () => {
    const { clock, till, network, newTill } = await connected()
    network.up = false
    till.send({ type: 'token.refresh' })
    await pass(100)
    await till.stop()
    clock.jump(-YEAR)
    network.up = true
    const again = newTill()
    await pass(1)
    expect(stateOf(again)).toBe('authorized')
  })
})

describe('a clock that is set back by half a minute', () => {
  it('has nothing asked for, neither now nor after a restart', async () => {
    const { clock, till, newTill, refreshes } = await connected()
    clock.jump(-30 * SECOND)
    await stride(600)
    clock.jump(-(10 * MINUTE))
    await till.stop()
    const again = newTill()
    await pass(2)
    expect([stateOf(again), refreshes()]).toEqual(['authorized', []])
  })
})

describe('a clock that is set forward', () => {
  it('by eight hours, with a token of a day: it is renewed when that is due by the clock', async () => {
    const { clock, till, refreshes, since } = await connected()
    const token = await till.accessToken()
    clock.jump(8 * HOUR)
    await stride(15 * 3_600)
    expect(await till.accessToken()).toBe(token)
    expect(refreshes()).toEqual([])
    await stride(3_600)
    const [at = 0] = refreshes()
    expect(refreshes()).toHaveLength(1)
    expect(at - since).toBeGreaterThan(16 * HOUR - 6 * MINUTE)
  })

  it('by two days, while authorized: it is renewed within a minute, and a caller gets the new token', async () => {
    const { clock, till, refreshes } = await connected()
    const token = await till.accessToken()
    clock.jump(2 * DAY)
    const { token: next } = await ask(till, clock.now)
    expect(next).toEqual(expect.any(String))
    expect(next).not.toBe(token)
    expect(refreshes()).toHaveLength(1)

    clock.jump(2 * DAY)
    await pass(61)
    expect(refreshes()).toHaveLength(2)
    await stride(3_600)
    expect(refreshes()).toHaveLength(2)
  })

  it('by eight days and back again: no request but those that each clock asks for', async () => {
    const { clock, till, newTill, refreshes } = await connected()
    clock.jump(8 * DAY)
    await stride(600)
    expect(refreshes()).toHaveLength(1)
    clock.jump(-8 * DAY)
    await stride(3_600)
    expect(refreshes()).toHaveLength(1)
    await stride(86_400)
    expect(refreshes()).toHaveLength(2)
    await till.stop()
    await stride(3_600)
    const again = newTill()
    await pass(2)
    expect([stateOf(again), refreshes().length]).toEqual(['authorized', 2])
  })

  it('by eight hours, while a code is on the screen: it has expired by the clock, nothing more is polled, start again', async () => {
    const { clock, till, polls, approve } = await waiting()
    clock.jump(8 * HOUR)
    const before = polls().length
    await pass(61)
    expect(stateOf(till)).toBe('expired')
    expect(till.actor.getSnapshot().context).toMatchObject({ endedBecause: 'grant_expired', prompt: undefined })
    expect(polls().length).toBe(before)
    till.send({ type: 'authorization.start' })
    await pass(1)
    approve()
    await pass(7)
    expect(stateOf(till)).toBe('authorized')
  })

  it('by eight hours, while backing off: it is tried again within a minute', async () => {
    const { clock, emulator, till, refreshes } = await connected()
    const busy = { kind: 'status', status: 503, headers: { 'retry-after': '7200' } } as const
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, busy)
    till.send({ type: 'token.refresh' })
    await pass(120)
    expect([stateOf(till), refreshes().length]).toEqual(['backingOff', 1])
    clock.jump(8 * HOUR)
    await pass(61)
    expect([stateOf(till), refreshes().length]).toEqual(['authorized', 2])
  })

  it('by two days, while an answer is on the way: its token, dead by the clock, is not handed out', async () => {
    const { clock, till, hold, refreshes } = await connected()
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    clock.jump(2 * DAY)
    release()
    await settle()
    expect([stateOf(till), generationOf(till)]).toEqual(['authorized', 2])
    const { expiresAt = 0 } = till.actor.getSnapshot().context.token ?? {}
    expect(expiresAt).toBeLessThan(clock.now())
    const { token } = await ask(till, clock.now)
    expect(token).toEqual(expect.any(String))
    expect(generationOf(till)).toBe(3)
    await stride(3_600)
    expect(refreshes()).toHaveLength(2)
  })
})

describe('a boot in 1970', () => {
  /** Stopped in 2030, and started again with a clock that lost its battery. */
  async function rebooted(up: boolean) {
    const stage = await connected()
    await stage.till.stop()
    await stride(7_200)
    stage.network.up = up
    stage.clock.set(90 * SECOND)
    const till = stage.newTill()
    await pass(2)
    const refreshToken = async () =>
      JSON.parse(JSON.stringify((await stage.vault.read('till'))?.record)).tokens?.refreshToken
    return { ...stage, till, refreshToken }
  }

  it('with a good refresh token: it is used, and the session lives', async () => {
    const { till, clock, refreshes } = await rebooted(true)
    expect([stateOf(till), generationOf(till), refreshes().length]).toEqual(['authorized', 2, 1])
    expect((await ask(till, clock.now)).token).toEqual(expect.any(String))
    await stride(3_600)
    expect(refreshes()).toHaveLength(1)
  })

  it('that is corrected: a new token is asked for within a minute, and once', async () => {
    const { till, clock, refreshes } = await rebooted(true)
    clock.correct()
    await pass(61)
    expect([stateOf(till), refreshes().length]).toEqual(['authorized', 2])
    await stride(3_600)
    expect(refreshes()).toHaveLength(2)
  })

  it('where no server is reached, since their certificates are of the future: nothing is thrown away', async () => {
    const { till, clock, network, refreshToken } = await rebooted(false)
    const kept = await refreshToken()
    expect(kept).toMatch(/^emulated-refresh-/)
    await stride(86_400)
    expect(stateOf(till)).toBe('backingOff')
    expect(await refreshToken()).toBe(kept)
    network.up = true
    clock.correct()
    await pass(61)
    expect(stateOf(till)).toBe('authorized')
    expect(await refreshToken()).not.toBe(kept)
  })

  it('with a code on the screen: it is still good', async () => {
    const { clock, till, newTill, polls } = await waiting()
    const { prompt } = till.actor.getSnapshot().context
    await till.stop()
    await pass(6)
    clock.set(90 * SECOND)
    const again = newTill()
    const before = polls().length
    await pass(30)
    expect(again.actor.getSnapshot().context.prompt).toEqual(prompt)
    expect(polls().length - before).toBeGreaterThanOrEqual(4)
    expect(polls().length - before).toBeLessThanOrEqual(6)
  })
})

describe('a sleep of eight hours', () => {
  it('outlives the token: the first caller after it waits for a new one, which a hundred share', async () => {
    const { till, refreshes } = await connected(3_600)
    const dead = await till.accessToken()
    sleepFor(8 * HOUR)
    const calls = Array.from({ length: 100 }, () => till.accessToken())
    await settle()
    const tokens = new Set(await Promise.all(calls))
    expect(tokens.size).toBe(1)
    expect(tokens).not.toContain(dead)
    expect(refreshes()).toHaveLength(1)
  })

  it('is noticed within a minute where nobody asks', async () => {
    const { till, refreshes } = await connected(3_600)
    sleepFor(8 * HOUR)
    await pass(61)
    expect([stateOf(till), generationOf(till), refreshes().length]).toEqual(['authorized', 2, 1])
  })

  it('ends before the token does: it is handed out, and nothing is sent', async () => {
    const { till, refreshes } = await connected(86_400)
    const token = await till.accessToken()
    sleepFor(8 * HOUR)
    expect(await till.accessToken()).toBe(token)
    await pass(120)
    expect(refreshes()).toEqual([])
  })

  it('into the time of renewal: the token is handed out while a new one is asked for', async () => {
    const { till, refreshes, context } = await connected(86_400)
    const token = await till.accessToken()
    const { refreshAt = 0 } = context().token ?? {}
    sleepFor(refreshAt - Date.now() + MINUTE)
    expect(await till.accessToken()).toBe(token)
    await settle()
    expect(refreshes()).toHaveLength(1)
    expect(await till.accessToken()).not.toBe(token)
  })

  it('while a code is on the screen: it has expired, and that is noticed within a minute', async () => {
    const { till, polls } = await waiting()
    const before = polls().length
    sleepFor(8 * HOUR)
    await pass(61)
    expect(stateOf(till)).toBe('expired')
    expect(polls().length).toBeLessThanOrEqual(before + 1)
  })

  it('while an answer was on the way: what comes late is judged by the clock', async () => {
    const { till, hold } = await connected(3_600)
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    sleepFor(8 * HOUR)
    release()
    await settle()
    const { expiresAt = 0 } = till.actor.getSnapshot().context.token ?? {}
    expect(expiresAt).toBeLessThan(Date.now())
    expect((await ask(till, Date.now)).token).toEqual(expect.any(String))
    expect(generationOf(till)).toBe(3)
  })
})

describe('a machine that wakes without network', () => {
  it('backs off, says until when, and recovers by itself', async () => {
    const { till, network, clock, context } = await connected(3_600)
    const dead = await till.accessToken()
    sleepFor(8 * HOUR)
    network.up = false
    const { error, token } = await ask(till, clock.now)
    expect(token).toBeUndefined()
    expect(error).toMatchObject({ code: 'network', retryable: true, retryAt: context().retryAt })
    expect(context().retryAt).toBeGreaterThan(Date.now())

    network.tries = 0
    await stride(3_600)
    expect(stateOf(till)).toBe('backingOff')
    // It doubles up to five minutes.
    expect(network.tries).toBeGreaterThan(10)
    expect(network.tries).toBeLessThan(30)
    await expect(till.accessToken()).rejects.toMatchObject({ code: 'network' })

    network.up = true
    await stride(301)
    expect(stateOf(till)).toBe('authorized')
    expect(await till.accessToken()).not.toBe(dead)
  })

  it('hands out a token that has not ended yet', async () => {
    const { till, network } = await connected(86_400)
    const token = await till.accessToken()
    network.up = false
    sleepFor(23 * HOUR + 58 * MINUTE)
    expect(await till.accessToken()).toBe(token)
    await pass(30)
    expect(stateOf(till)).toBe('backingOff')
    expect(await till.accessToken()).toBe(token)
    await pass(120)
    await expect(till.accessToken()).rejects.toMatchObject({ code: 'network', retryAt: expect.any(Number) })
  })
})

describe('sixty days', () => {
  it('of a token: nothing is sent before it is due, and no timer is longer than timers can be', async () => {
    const { till, refreshes, since } = await connected(60 * 86_400)
    const native = vi.spyOn(globalThis, 'setTimeout')
    await stride(59 * 86_400, 21_600)
    expect(refreshes()).toEqual([])
    expect([stateOf(till), generationOf(till)]).toEqual(['authorized', 1])
    await stride(86_400, 600)
    expect(refreshes()).toHaveLength(1)
    expect((refreshes()[0] ?? 0) - since).toBeGreaterThan(60 * DAY - 6 * MINUTE)
    const spans = native.mock.calls.map(([, span = 0]) => span)
    expect(spans.length).toBeGreaterThan(1_000)
    expect(Math.max(...spans)).toBeLessThan(2 ** 31)
  })

  it('of a refresh token: a session lives to their end, and the server ends it, not the clock', async () => {
    const { till, refreshes } = await connected(86_400, { refreshTokenLifetime: 60 * 86_400 })
    await stride(59 * 86_400 + 43_200, 3_600)
    expect(stateOf(till)).toBe('authorized')
    expect(refreshes()).toHaveLength(59)
    await stride(86_400, 600)
    expect([stateOf(till), refreshes().length]).toEqual(['authorized', 60])
    expect((await ask(till, Date.now)).token).toEqual(expect.any(String))
    await stride(86_400, 600)
    expect(stateOf(till)).toBe('expired')
    expect(till.actor.getSnapshot().context.endedBecause).toBe('session_expired')
  })
})

describe('a lifetime', () => {
  const odd: unknown[] = [
    'NaN',
    Number.NaN,
    -1,
    -3_600,
    '-5',
    0,
    '0',
    1e12,
    Number.MAX_VALUE,
    '99999999999999999999',
    null,
    undefined,
    '',
    'soon',
    {},
    [3_600],
    true,
  ]

  it.each(odd)(
    'that is nonsense is not known: the token is handed out, and one is asked for in a day: %j',
    async (said) => {
      const { asked, newService } = serviceWithClock(() => said)
      const service = newService()
      const token = await service.accessToken()
      const { token: known } = service.actor.getSnapshot().context
      expect([known?.expiresAt, known?.refreshAt]).toEqual([undefined, undefined])
      await stride(86_400, 3_600)
      expect(await service.accessToken()).toBe(token)
      expect(asked).toHaveLength(1)
    },
  )

  it.each(odd)("that is nonsense is the provider's own, where that is known: %j", async (said) => {
    const { asked, newService } = serviceWithClock(() => said, { accessToken: 7_200 })
    const began = Date.now()
    const service = newService()
    await service.accessToken()
    const { token: known } = service.actor.getSnapshot().context
    expect(known?.expiresAt).toBe(began + 7_200 * SECOND)
    expect(known?.refreshAt).toBe(began + 7_200 * SECOND - 5 * MINUTE - 15 * SECOND)
    await stride(86_400, 60)
    expect(asked.length).toBeGreaterThanOrEqual(12)
    expect(asked.length).toBeLessThanOrEqual(14)
  })

  // The margin is a tenth, five minutes at the most; the jitter half of a twentieth, and of half a minute at the most.
  it.each([
    [20, 17.5],
    [60, 52.5],
    [300, 262.5],
    [600, 525],
    [3_600, 3_285],
    [86_400, 86_085],
    [315_360_000, 315_359_685],
  ])('of %i s: margin and jitter derive from it, and it is renewed after %d s', async (seconds, planned) => {
    const { asked, newService } = serviceWithClock(() => seconds)
    const began = Date.now()
    const service = newService()
    await service.accessToken()
    const { token } = service.actor.getSnapshot().context
    expect(token).toMatchObject({ expiresAt: began + seconds * SECOND, refreshAt: began + planned * SECOND })
    const span = Math.min(10 * planned, 86_400)
    await stride(span, Math.max(1, Math.floor(span / 1_000)))
    expect(asked.length).toBeLessThanOrEqual(1 + span / planned)
    expect(asked.length).toBeGreaterThanOrEqual(Math.floor(1 + (span / planned) * 0.9))
  })

  it('of a minute, shorter than the margin of others: no storm in a day, and the token is always alive', async () => {
    const { asked, newService, clock, deadAt } = serviceWithClock(() => 60)
    const service = newService()
    await service.accessToken()
    for (let hour = 0; hour < 24; hour++) {
      const { token = '', at } = await ask(service, clock.now)
      expect(deadAt.get(token)).toBeGreaterThan(at)
      await stride(3_600, 20)
    }
    expect(asked.length).toBeLessThanOrEqual(86_400 / 52 + 24)
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(52 * SECOND)
  })

  it('shorter than the way of an answer: no storm, and no dead token', async () => {
    const { asked, network, newService } = serviceWithClock(() => 2)
    network.delay = 3_000
    const service = newService()
    service.send({ type: 'authorization.start' })
    await pass(3_600)
    expect(asked.length).toBeLessThanOrEqual(3_600 / 18 + 2)
    expect(asked.length).toBeGreaterThan(100)
    const refused = expect(service.accessToken()).rejects.toMatchObject({ code: 'invalid_response' })
    await pass(10)
    await refused
  })
})

describe('accessToken()', () => {
  const seeds = [1, 7, 42, 1_970, 2_038]

  it.each(seeds)(
    'never hands out a token that its own clock calls dead, whatever the clock does (seed %i)',
    async (seed) => {
      const chance = seeded(seed)
      const pick = <T>(...choices: readonly [T, ...T[]]): T =>
        choices[Math.floor(chance() * choices.length)] ?? choices[0]
      const lifetimes = () => pick<unknown>(1, 5, 30, 60, 600, 3_600, 86_400, 5_184_000, 0, -1, 'soon', undefined)
      const { clock, network, asked, deadAt, newService } = serviceWithClock(lifetimes, { accessToken: 900 })
      let service = newService()
      const given: string[] = []
      const refused: unknown[] = []

      for (let step = 0; step < 100; step++) {
        network.up = chance() > 0.15
        network.delay = pick(0, 0, 0, 1_500, 8_000)
        const jumps = [-YEAR, YEAR, -DAY, DAY, -HOUR, HOUR, 8 * HOUR, -61 * SECOND, 59 * SECOND, -1, 1]
        const jump = () => clock.jump(jumps[Math.floor(chance() * jumps.length)] ?? 0)
        const whatHappens = pick('jump', 'jump', 'sleep', 'wait', 'wait', 'correct', 'restart', 'refresh', 'nothing')
        if (whatHappens === 'jump') jump()
        if (whatHappens === 'sleep') sleepFor(pick(MINUTE, HOUR, 8 * HOUR))
        if (whatHappens === 'wait') await stride(pick(1, 30, 300, 4_000), 10)
        if (whatHappens === 'correct') clock.correct()
        if (whatHappens === 'refresh') service.send({ type: 'token.refresh' })
        if (whatHappens === 'restart') {
          const stopping = service.stop()
          await pass(9)
          await stopping
          service = newService()
        }
        if (chance() < 0.2) {
          await settle()
          jump()
        }
        const { token, error, at } = await ask(service, clock.now)
        if (token === undefined) refused.push(error)
        else {
          given.push(token)
          expect(deadAt.get(token), `step ${step}, after ${whatHappens}: ${token}`).toBeGreaterThan(at)
        }
      }
      // It is no art to hand out none.
      expect(given.length).toBeGreaterThan(50)
      expect(new Set(given).size).toBeGreaterThan(10)
      for (const error of refused) {
        expect(error).toBeInstanceOf(OAuthError)
        expect(['network', 'timeout', 'invalid_response', 'outcome_unknown']).toContain(
          error instanceof OAuthError ? error.code : error,
        )
      }
      // And when all is well again, it works.
      network.up = true
      network.delay = 0
      await stride(900, 10)
      expect((await ask(service, clock.now)).token).toEqual(expect.any(String))
      expect(asked.length).toBeGreaterThan(given.length / 4)
      await service.stop()
    },
  )
})

describe('two machines on one vault, whose clocks differ', () => {
  it.each([600, 3_000, 7_200, 40_000])('by %d seconds: they do not refresh against each other', async (seconds) => {
    const { clock, till, newClient, refreshes } = await connected(3_600)
    const other = newClient().connect('till')
    await pass(5)
    expect(stateOf(other)).toBe('authorized')
    clock.jump(seconds * SECOND)
    await stride(6 * 3_600)
    // One of them thinks that each token ends sooner than it does, and is right to ask by its own clock.
    expect(refreshes().length).toBeGreaterThanOrEqual(5)
    expect(refreshes().length).toBeLessThanOrEqual(15)
    expect([stateOf(till), stateOf(other)]).toEqual(['authorized', 'authorized'])
    expect(await other.accessToken()).toBeTypeOf('string')
  })
})
