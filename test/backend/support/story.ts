import { vi } from 'vitest'
import type { BaseConnection } from '../../../src/base-connection.ts'
import type { Emulator } from '../../../src/emulator/index.ts'
import type { FlowActor } from '../../../src/index.ts'
import { sameTest } from '../../support/same-test.ts'

/** What local and remote connections have in common, as a story uses it. */
export type Anyone = Pick<BaseConnection<FlowActor>, 'actor' | 'send' | 'on' | 'respond' | 'forget' | 'stop'>

export const contextOf = ({ actor }: Pick<Anyone, 'actor'>) => actor.getSnapshot().context
export const stateOf = ({ actor }: Pick<Anyone, 'actor'>) => actor.getSnapshot().value

/** Collects the states that a connection enters from now on. */
export function visited(connection: Pick<Anyone, 'on'>): string[] {
  const states: string[] = []
  connection.on('transition', ({ to }) => states.push(to))
  return states
}

/** The authorization URL that is on the screen. */
export function loginUrl(connection: Pick<Anyone, 'actor'>): string {
  const { prompt } = contextOf(connection)
  if (prompt?.kind !== 'redirect') throw new Error('There is no URL to open.')
  return prompt.url.open()
}

export function userCode(connection: Pick<Anyone, 'actor'>): string {
  const { prompt } = contextOf(connection)
  if (prompt?.kind !== 'device') throw new Error('There is no user code on the screen.')
  return prompt.userCode
}

// The real ones, taken before timers are faked.
const { setImmediate, setTimeout: realTimeout } = globalThis

/** Fake clock and timers, but real turns of the event loop: hashes and streams need them. */
export function fakeTime(): void {
  const now = Date.UTC(2030, 0, 1)
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
}

/** Lets what is under way come to rest, without any time passing; of no use where something must have happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    if (turn % 20 === 0) await realMoment()
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

const realMoment = () => new Promise<void>((resolve) => realTimeout(resolve, 1))

/** Waits until something holds, without any fake time passing. */
export async function soon(goal: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3_000; turn++) {
    if (goal()) return
    await realMoment()
  }
  throw new Error(`not so: ${goal}`)
}

/** Lets fake time pass, second by second, and what a machine has under way end in between, where it needs no time for that. */
export async function pass(seconds: number, step = 1, connection?: Pick<Anyone, 'actor'>): Promise<void> {
  const rest = async () => {
    await settle()
    for (let turn = 0; turn < 100 && connection && isWorking(connection); turn++) await realMoment()
  }
  const check = sameTest()
  await rest()
  for (let passed = 0; passed < seconds; passed += step) {
    check()
    await vi.advanceTimersByTimeAsync(Math.min(step, seconds - passed) * 1000)
    await rest()
  }
}

function isWorking({ actor }: Pick<Anyone, 'actor'>): boolean {
  const snapshot = actor.getSnapshot()
  return snapshot.status === 'active' && snapshot.hasTag('pending') && snapshot.value !== 'backingOff'
}

/** Lets fake time pass, timer by timer, until a connection is in a state, or something holds; at once when it does already. */
export async function until(connection: Pick<Anyone, 'actor'>, goal: string | (() => boolean)): Promise<void> {
  const isReached = typeof goal === 'string' ? () => stateOf(connection) === goal : goal
  const check = sameTest()
  for (let step = 0; step < 1_000; step++) {
    for (let turn = 0; turn < 300; turn++) {
      if (isReached()) return
      if (turn >= 30 && !isWorking(connection)) break
      await new Promise<void>((resolve) => (turn < 30 ? setImmediate(resolve) : realTimeout(resolve, 1)))
    }
    check()
    await vi.advanceTimersToNextTimerAsync()
  }
  throw new Error(`still ${String(stateOf(connection))}, not ${goal}`)
}

/** Lets fake time pass until the token has been renewed by itself. */
export async function renewed(connection: Pick<Anyone, 'actor'>): Promise<void> {
  const before = contextOf(connection).token?.generation ?? 0
  await until(connection, () => (contextOf(connection).token?.generation ?? 0) > before)
}

/** What a merchant's browser comes back with, after a login or a refusal. */
export function comeBack(emulator: Emulator, connection: Pick<Anyone, 'actor'>, deny = false): Promise<string> {
  return emulator.login(loginUrl(connection), { deny })
}
