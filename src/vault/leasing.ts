import { type Environment, sleep, steady } from '../environment.ts'
import { fail } from '../failure.ts'
import { patiently } from '../waiting.ts'
import type { Guarded } from './guarded.ts'
import type { Lease } from './vault.ts'

/** How long a lease lasts without being renewed, in milliseconds. */
const LEASE = 10_000
/** How long to wait before looking again at a lease that somebody else holds, in milliseconds. */
export const LOOK_AGAIN = 200
/** How long the first time, in milliseconds: most are held for no longer. Then twice as long each time. */
const FIRST_LOOK = 20

/** How long to wait for a lease to be given back, in milliseconds. */
const RELEASE = 1_000

/** Whether the lease is still one's own; asks where that is not certain, as after a process was frozen. */
export type IsHeld = () => Promise<boolean>

/** One at a time: who sends requests with what a record holds, works under its lease. */
export function createLeasing(vault: Guarded, environment: Environment) {
  /** Works under the lease of a connection; until then it obeys the signal. */
  async function withLease<T>(name: string, signal: AbortSignal, work: (isHeld: IsHeld) => Promise<T>): Promise<T> {
    const { stop, isHeld } = keepRenewing(await acquire(name, signal))
    try {
      return await work(isHeld)
    } finally {
      await stop()
    }
  }

  async function acquire(name: string, signal: AbortSignal): Promise<Lease> {
    for (let wait = FIRST_LOOK; ; wait = Math.min(2 * wait, LOOK_AGAIN)) {
      signal.throwIfAborted()
      const lease = await vault.lease(name, LEASE)
      if (lease && !signal.aborted) return lease
      if (lease) await release(lease)
      // Those who began to wait together must not look together, since only one of them would get it.
      await sleep(environment, wait * (0.5 + environment.random() / 2), signal)
    }
  }

  /** A lost lease is no reason to drop an answer, since the store compares; but nothing is sent without one. */
  function keepRenewing(lease: Lease) {
    let cancel = () => {}
    let renewedAt = steady()
    const renew = async () => {
      const began = steady()
      const renewed = await lease.renew()
      if (renewed) renewedAt = began
      return renewed
    }
    const next = () => {
      cancel = environment.after(LEASE / 3, () => {
        next()
        // It may work the next time; whoever is about to send asks.
        renew().catch(() => {})
      })
    }
    next()
    const stop = async () => {
      cancel()
      await release(lease)
    }
    const isHeld = async () => steady() - renewedAt < LEASE / 2 || (await renew().catch(() => false))
    return { stop, isHeld }
  }

  /** A lease that cannot be released ends by itself; nobody waits for it for long. */
  async function release(lease: Lease): Promise<void> {
    const released = (async () => lease.release())()
    await patiently(released, { timeout: RELEASE }, environment, () => fail('timeout', { about: 'lease' })).catch(
      () => {},
    )
  }

  return { withLease, isLeased: vault.isLeased }
}
