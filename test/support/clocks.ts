import { vi } from 'vitest'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import {
  type Connection,
  createClient,
  createEnvironment,
  type FlowActor,
  memoryVault,
  mypos,
  type Provider,
} from '../../src/index.ts'
import { sameTest } from './same-test.ts'
import { settle, tillOnStage } from './stage.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const YEAR = 365 * DAY

/** A clock that can be set, while time goes on as it does. */
function settableClock() {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    /** Sets the clock forward, or back, by so many milliseconds. */
    jump: (span: number) => {
      ahead += span
    },
    set: (instant: number) => {
      ahead = instant - Date.now()
    },
    correct: () => {
      ahead = 0
    },
  }
}

/** A machine sleeps: its clock is ahead when it wakes, and its timers have stood still. */
export function sleepFor(span: number): void {
  vi.setSystemTime(Date.now() + span)
}

/** As where the name of a host is not resolved: nothing was sent. */
function unreachable(): Error {
  return Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) })
}

/** A till at Tyro whose clock can be set and whose network can be taken away; the server's clock is always right. */
export function tillWithClock(options: EmulatorOptions = {}) {
  const stage = tillOnStage(options)
  const clock = settableClock()
  const network = { up: true, tries: 0 }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    network.tries++
    if (!network.up) throw unreachable()
    return stage.environment.fetch(input, init)
  }
  const environment = createEnvironment({ now: clock.now, fetch, random: () => 0.5 })
  const newTill = () => stage.newClient({ environment }).connect('till')
  const refreshes = () => stage.requests('refresh_token').map(({ at }) => at)
  return { ...stage, clock, network, newTill, refreshes }
}

/** A service whose server says what a test wants, and remembers when each token is dead by the service's own clock. */
export function serviceWithClock(answer: () => unknown, lifetimes: Provider['lifetimes'] = {}) {
  const clock = settableClock()
  const network = { up: true, delay: 0 }
  const asked: number[] = []
  const deadAt = new Map<string, number>()
  const fetch: typeof globalThis.fetch = async () => {
    asked.push(Date.now())
    if (!network.up) throw unreachable()
    const token = `token-${asked.length}`
    const expiresIn = answer()
    const known = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : lifetimes.accessToken
    deadAt.set(token, clock.now() + (known ?? Infinity) * 1000)
    if (network.delay > 0) await new Promise((resolve) => setTimeout(resolve, network.delay))
    return Response.json({ access_token: token, token_type: 'Bearer', expires_in: expiresIn })
  }
  const environment = createEnvironment({ now: clock.now, fetch, random: () => 0.5 })
  const vault = memoryVault()
  const registration = { clientId: 'ServiceClient', clientSecret: 'ServiceSecret' }
  const newService = () =>
    createClient({ ...mypos, lifetimes }, registration, { environment, vault }).connect('payouts')
  return { clock, network, asked, deadAt, newService, vault }
}

/** Asks for a token, and lets time pass, second by second, until there is one, or not; tells what the clock said then. */
export async function ask(connection: Connection<FlowActor>, now: () => number, patience = 60) {
  let outcome: { token?: string; error?: unknown; at: number } | undefined
  connection.accessToken({ timeout: (patience - 1) * 1000 }).then(
    (token) => (outcome = { token, at: now() }),
    (error: unknown) => (outcome = { error, at: now() }),
  )
  const check = sameTest()
  for (let second = 0; second <= patience; second++) {
    await settle()
    if (outcome) return outcome
    check()
    await vi.advanceTimersByTimeAsync(1000)
  }
  throw new Error('no answer in time')
}

/** Chance that is the same each time. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
