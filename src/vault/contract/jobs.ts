import type { Vault } from '../vault.ts'
import { BrokenPromise, SAME_STORAGE } from './broken.ts'
import { generationOf, taken } from './samples.ts'
import { eventually, stepAside } from './time.ts'

/** What many do at once, in one process or in several. */

/** A lease that outlasts every case, in milliseconds. */
export const LONG = 300_000
/** A change that loses this many races in a row is not let through at all. */
const RACES = 200
/** Who loses a race steps aside, longer each time up to so many milliseconds: the crowd is not what is tried. */
const ASIDE = 200

/** Reads a record, counts one up and writes it, so often; goes on after every lost race. */
export async function increment(vault: Vault, name: string, times: number): Promise<void> {
  for (let done = 0; done < times; done++) await incrementOnce(vault, name)
}

async function incrementOnce(vault: Vault, name: string): Promise<void> {
  for (let race = 0; race < RACES; race++) {
    const entry = await vault.read(name)
    if (!entry) throw new BrokenPromise(`${SAME_STORAGE}: expected an entry, saw nothing`)
    const next = taken(generationOf(entry.record) + 1)
    if ((await vault.write(name, next, entry.revision)) !== undefined) return
    await stepAside(Math.min(5 * 2 ** race, ASIDE))
  }
  throw new BrokenPromise(`of writers who compete one succeeds: expected to be it, saw ${RACES} races lost`)
}

/** Takes the pending authorization that was read with this revision; resolves with whether it was had. */
export async function take(vault: Vault, name: string, revision: string): Promise<boolean> {
  return (await vault.write(name, taken(1), revision)) !== undefined
}

/** Waits for the lease, does something while it is held, and releases it; so often. */
export async function contend(vault: Vault, name: string, rounds: number, inside: () => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const lease = await eventually('a lease that is released is free for the next', 50_000, async () => {
      await stepAside(5)
      return vault.lease(name, LONG)
    })
    await inside()
    await lease.release()
  }
}
