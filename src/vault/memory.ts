import { defaultEnvironment } from '../environment.ts'
import type { Entry, Vault } from './vault.ts'

/**
 * A vault that lasts as long as the process: for tests, and for hosts whose merchants may connect again at each start.
 *
 * @param now the clock that ends leases, in Unix milliseconds. Default: the host's.
 */
export function memoryVault(now: () => number = defaultEnvironment().now): Vault {
  const entries = new Map<string, Entry>()
  const leases = new Map<string, { until: number }>()
  let revisions = 0
  const held = (name: string) => (leases.get(name)?.until ?? 0) > now()

  return {
    async read(name) {
      const entry = entries.get(name)
      return entry && structuredClone(entry)
    },

    async write(name, record, expected) {
      if (entries.get(name)?.revision !== expected) return undefined
      const revision = String(++revisions)
      entries.set(name, { record: structuredClone(record), revision })
      return revision
    },

    async erase(name, expected) {
      return entries.get(name)?.revision === expected && entries.delete(name)
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
  }
}
