import type { Lease, Vault } from '../../vault.ts'
import { BrokenPromise, expectRevision, expectSame, expectSome } from '../broken.ts'
import type { Cases } from '../case.ts'
import { LONG } from '../jobs.ts'
import { blank, freshName } from '../samples.ts'
import { eventually, GRAIN, now, pause, SLACK } from '../time.ts'

/** The right to send requests: for one at a time. */
export const leases: Cases = {
  'a lease is for one at a time, in each vault object that shares the storage': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    expectSame('isLeased of a name that was never leased', await one.isLeased(name), false)
    const lease = await had(one, name)
    await isHeld('a lease that was taken', [one, other], name)
    await lease.release()
    await isFree('a lease that was released', [one, other], name)
    await (await had(other, name)).release()
  },

  'a lease is for one name': async ({ open }) => {
    const [one, other, name, neighbour] = [await open(), await open(), freshName(), freshName()]
    const lease = await had(one, name)
    await isFree('the lease of another name', [one, other], neighbour)
    const second = await had(other, neighbour)
    await lease.release()
    await isHeld('a lease, while that of another name is released', [one, other], neighbour)
    await second.release()
  },

  'a lease holds up no reader and no writer': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const revision = expectRevision('write', await one.write(name, blank(1), undefined))
    const lease = await had(one, name)
    expectSame('a lease leaves the revision', (await other.read(name))?.revision === revision, true)
    const next = expectRevision('write by another than the leaseholder', await other.write(name, blank(2), revision))
    expectSame('erase by another than the leaseholder', await other.erase(name, next), true)
    await isHeld('a lease, while its record changes', [one, other], name)
    expectSame('renew of a lease whose record has changed', await lease.renew(), true)
    await lease.release()
  },

  'a lease that was released is not prolonged, and its second release harms nobody': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const old = await had(one, name)
    await old.release()
    await old.release()
    expectSame('renew of a released lease', await old.renew(), false)
    await isFree('a lease that was released and then renewed', [one, other], name)
    const next = await had(other, name)
    await harmless(old, next, [one, other], name)
  },
}

/** What a lease promises that has a duration. */
export const leasesByTime: Cases = {
  'a lease that is not renewed ends after its duration and not before': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    const isFreed = async (name: string) => !(await other.isLeased(name))
    const isHad = async (name: string) => (await other.lease(name, LONG)) !== undefined
    for (const [how, look] of [['isLeased', isFreed] as const, ['lease', isHad] as const]) {
      const [name, began, duration] = [freshName(), now(), 400]
      await had(one, name, duration)
      const promise = `a lease of ${duration} ms that is not renewed has ended, as ${how} tells`
      const lasted = await eventually(promise, duration + SLACK, async () =>
        (await look(name)) ? now() - began : undefined,
      )
      if (lasted < duration - GRAIN)
        throw new BrokenPromise(`${promise}: expected it not before its end, saw it after ${lasted} ms`)
    }
  },

  'a lease that is renewed lasts beyond its duration': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    for (const duration of [400, 1_500, 5_000]) if (await lastsByRenewing(one, other, duration)) return undefined
    throw new BrokenPromise('a lease that is renewed lasts: expected a host fast enough to tell, saw one too busy')
  },

  'a lease that was lost is not prolonged, and its release harms nobody': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const lost = await had(one, name, 200)
    const promise = 'a lease that has ended is free for another'
    const next = await eventually(promise, 200 + SLACK, () => other.lease(name, LONG))
    await harmless(lost, next, [one, other], name)
    expectSame('renew of a lease that was lost and is free by now', await lost.renew(), false)
    await isFree('a lease that was lost, renewed in vain and released', [one, other], name)
  },
}

/** What a lease promises that only its owner's end ends. */
export const leasesWithTheirOwner: Cases = {
  'a lease is kept while its owner lives, renewed or not': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const lease = await had(one, name, 200)
    await pause(1_000)
    await isHeld('a lease beyond its duration', [one, other], name)
    expectSame('renew of a lease beyond its duration', await lease.renew(), true)
    await lease.release()
    await isFree('a lease that was released', [one, other], name)
  },
}

/** Takes what must be free. */
export async function had(vault: Vault, name: string, duration = LONG): Promise<Lease> {
  return expectSome('a lease that nobody holds is had', await vault.lease(name, duration), 'a lease')
}

export async function isHeld(what: string, vaults: readonly Vault[], name: string): Promise<void> {
  for (const vault of vaults) {
    expectSame(`isLeased of ${what}`, await vault.isLeased(name), true)
    expectSame(`another lease in place of ${what}`, await vault.lease(name, LONG), undefined)
  }
}

export async function isFree(what: string, vaults: readonly Vault[], name: string): Promise<void> {
  for (const vault of vaults) expectSame(`isLeased of ${what}`, await vault.isLeased(name), false)
}

/** Whoever has lost a lease can do nothing to the one who holds it now. Releases that one in the end. */
async function harmless(old: Lease, next: Lease, vaults: readonly Vault[], name: string): Promise<void> {
  expectSame('renew of a lease that another holds by now', await old.renew(), false)
  await old.release()
  await isHeld('a lease whose former holder releases', vaults, name)
  expectSame('renew of a lease whose former holder has released', await next.renew(), true)
  await next.release()
  await isFree('a lease that was released', vaults, name)
}

/**
 * Renews a lease in time for two durations while another asks for it. Resolves with false where this host was too slow to
 * renew in time, so that nothing can be said.
 */
async function lastsByRenewing(one: Vault, other: Vault, duration: number): Promise<boolean> {
  const name = freshName()
  let renewed = now()
  const lease = await had(one, name, duration)
  const inTime = () => now() - renewed < duration - GRAIN
  for (let round = 0; round < 8; round++) {
    await pause(duration / 4)
    const foreign = await other.lease(name, LONG)
    if (foreign && inTime())
      throw new BrokenPromise('a lease that is renewed is held: expected no other, saw another have it')
    const before = now()
    const kept = !foreign && (await lease.renew())
    if (!foreign && !kept && inTime()) expectSame('renew of a lease before its end', kept, true)
    if (!kept) return false
    renewed = before
  }
  await lease.release()
  await isFree('a lease that was released', [one, other], name)
  return true
}
