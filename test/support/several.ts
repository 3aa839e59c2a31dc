import { vi } from 'vitest'
import type { Connection, FlowActor, Vault } from '../../src/index.ts'
import { sameTest } from './same-test.ts'
import { settle } from './stage.ts'

/** Lets fake time pass in strides, in seconds: for stories of days, in which seconds do not matter. */
export async function stride(seconds: number, step = 60): Promise<void> {
  const check = sameTest()
  for (let passed = 0; passed < seconds; passed += step) {
    check()
    await vi.advanceTimersByTimeAsync(Math.min(step, seconds - passed) * 1000)
    await settle()
  }
}

/** The same storage for another process: what it tells of changes can be counted, delayed and silenced. */
export function watchedVault(vault: Vault) {
  const watchers = new Set<() => void>()
  const calls = { reads: 0, watching: () => watchers.size, ring: () => [...watchers].map((changed) => changed()) }
  const watched: Vault = {
    read: (name) => {
      calls.reads++
      return vault.read(name)
    },
    write: (...change) => vault.write(...change),
    erase: (...change) => vault.erase(...change),
    find: (state) => vault.find(state),
    list: () => vault.list(),
    lease: (...wish) => vault.lease(...wish),
    isLeased: (name) => vault.isLeased(name),
    watch: (_, changed) => {
      const watcher = () => changed()
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }
  return { vault: watched, calls }
}

/** The same storage, for a process that cannot be told of changes. */
export function unwatchedVault({ watch: _, ...vault }: Vault): Vault {
  return vault
}

/** What a connection shows from now on: whether it ever was not connected, and how often it changed. */
export function appearance(connection: Connection<FlowActor>) {
  const seen = { states: [] as string[], disconnected: 0, told: [] as string[] }
  connection.on('transition', ({ to }) => seen.states.push(to))
  connection.actor.subscribe((snapshot) => {
    if (!snapshot.hasTag('connected')) seen.disconnected++
  })
  for (const type of ['prompt.changed', 'token.changed', 'ended'] as const)
    connection.on(type, ({ type: told }) => seen.told.push(told))
  return seen
}

export const generationOf = (connection: Connection<FlowActor>) =>
  connection.actor.getSnapshot().context.token?.generation
