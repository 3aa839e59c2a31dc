import { type Environment, sleep } from '../environment.ts'
import { ask } from './trouble.ts'
import type { Lease, Vault } from './vault.ts'

/** How long a lease lasts without being renewed, in milliseconds. */
const LEASE = 10_000
/** How long to wait before looking again at a lease that somebody else holds, in milliseconds. */
export const LOOK_AGAIN = 200
/** How long the first time, in milliseconds: most are held for no longer. Then twice as long each time. */
const FIRST_LOOK = 20

/** One at a time: who sends requests with what a record holds, works under its lease. */
export function createLeasing(vault: Vault, about: string, environment: Environment) {
  /** Works under the lease of a connection; until then it obeys the signal. */
  async function withLease<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const lease = await acquire(name, signal)
    const stopRenewing = keepRenewing(lease)
    try {
      return await work()
    } finally {
      stopRenewing()
      await release(lease)
    }
  }

  async function acquire(name: string, signal: AbortSignal): Promise<Lease> {
    for (let wait = FIRST_LOOK; ; wait = Math.min(2 * wait, LOOK_AGAIN)) {
      signal.throwIfAborted()
      const lease = await ask(about, 'lease', async () => vault.lease(name, LEASE))
      if (lease && !signal.aborted) return lease
      if (lease) await release(lease)
      // Those who began to wait together must not look together, since only one of them would get it.
      await sleep(environment, wait * (0.5 + environment.random() / 2), signal)
    }
  }

  /** A lost lease is no reason to drop an answer: the store compares. */
  function keepRenewing(lease: Lease): () => void {
    let cancel = () => {}
    const next = () => {
      cancel = environment.after(LEASE / 3, () => {
        next()
        Promise.resolve()
          .then(() => lease.renew())
          .catch(() => {})
      })
    }
    next()
    return () => cancel()
  }

  const isLeased = (name: string) => ask(about, 'lease', async () => vault.isLeased(name))

  return { withLease, isLeased }
}

/** A lease that cannot be released ends by itself. */
async function release(lease: Lease): Promise<void> {
  try {
    await lease.release()
  } catch {}
}
