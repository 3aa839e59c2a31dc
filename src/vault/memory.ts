import { steady } from '../environment.ts'
import { stateOf } from './state.ts'
import type { Entry, Vault } from './vault.ts'

/**
 * A vault that lasts as long as the process: for tests, and for hosts whose merchants may connect again at each start.
 *
 * @param now the clock that ends leases, in milliseconds. Default: one that nobody sets.
 */
export function memoryVault(now: () => number = steady): Vault {
  const entries = new Map<string, Entry>()
  const leases = new Map<string, { until: number }>()
  const watchers = new Map<string, Set<() => void>>()
  let revisions = 0
  const held = (name: string) => (leases.get(name)?.until ?? 0) > now()
  const tell = (name: string) => {
    const watching = watchers.get(name) ?? new Set()
    for (const watcher of watching) queueMicrotask(() => watching.has(watcher) && watcher())
  }

  return {
    async read(name) {
      const entry = entries.get(name)
      return entry && structuredClone(entry)
    },

    async write(name, record, expected) {
      if (entries.get(name)?.revision !== expected) return undefined
      const revision = String(++revisions)
      entries.set(name, { record: structuredClone(record), revision })
      tell(name)
      return revision
    },

    async erase(name, expected) {
      const erased = entries.get(name)?.revision === expected && entries.delete(name)
      if (erased) tell(name)
      return erased
    },

    async find(state) {
      return [...entries].find(([, { record }]) => stateOf(record) === state)?.[0]
    },

    async list() {
      return [...entries.keys()]
    },

    async lease(name, duration) {
      if (held(name)) return undefined
      const lease = { until: now() + duration }
      leases.set(name, lease)
      return {
        async renew() {
          if (leases.get(name) !== lease) return false
          lease.until = now() + duration
          return true
        },
        async release() {
          if (leases.get(name) === lease) leases.delete(name)
        },
      }
    },

    async isLeased(name) {
      return held(name)
    },

    watch(name, changed) {
      const watching = watchers.get(name) ?? new Set()
      const watcher = () => changed()
      watchers.set(name, watching.add(watcher))
      return () => {
        watching.delete(watcher)
        if (watching.size === 0 && watchers.get(name) === watching) watchers.delete(name)
      }
    },
  }
}
