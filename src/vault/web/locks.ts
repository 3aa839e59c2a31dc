import type { Lease } from '../vault.ts'
import { VaultError } from '../vault-error.ts'
import { checkPlatform } from './platform.ts'

/** Leases as Web Locks, which end with their tab or worker and not by time. */
export function createLocks(database: string) {
  // As JSON, so that no two pairs of names share a lock.
  const lockOf = (name: string) => `oauth-machines ${JSON.stringify([database, name])}`

  async function lease(name: string): Promise<Lease | undefined> {
    checkPlatform()
    const granted = Promise.withResolvers<Lock | undefined>()
    const released = Promise.withResolvers<void>()
    const held = navigator.locks.request(lockOf(name), { ifAvailable: true }, (lock) => {
      granted.resolve(lock ?? undefined)
      return lock ? released.promise : undefined
    })
    // Rejects where no lock can be had, and where somebody steals it later.
    held.catch(() => granted.reject(new VaultError('unsupported')))
    return (await granted.promise) && leaseOf(held, released.resolve)
  }

  async function isLeased(name: string): Promise<boolean> {
    checkPlatform()
    const { held = [] } = await navigator.locks.query().catch(() => {
      throw new VaultError('unsupported')
    })
    return held.some((lock) => lock.name === lockOf(name))
  }

  return { lease, isLeased }
}

/** @param held settles when the lock has ended, in whatever way */
function leaseOf(held: Promise<void>, release: () => void): Lease {
  let isHeld = true
  const ended = held
    .catch(() => {})
    .then(() => {
      isHeld = false
    })
  return {
    renew: async () => isHeld,
    release() {
      isHeld = false
      release()
      return ended
    },
  }
}
