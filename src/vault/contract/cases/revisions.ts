import type { Vault } from '../../vault.ts'
import { expectEqual, expectRevision, expectSame } from '../broken.ts'
import type { Cases } from '../case.ts'
import { blank, freshName } from '../samples.ts'

/** A change names the revision that it replaces, and is refused when another came first. */
export const revisions: Cases = {
  'a write with a stale revision is refused': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const stale = await written(one, name, blank(1), undefined)
    await written(other, name, blank(2), stale)
    await refuses('a write with a stale revision', one, name, stale)
    await refuses('a write with a stale revision', other, name, stale)
  },

  'a write that expects nothing is refused where there is a record': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    await written(one, name, blank(1), undefined)
    await refuses('a write that expects nothing', one, name, undefined)
    await refuses('a write that expects nothing', other, name, undefined)
  },

  'a write that expects a record is refused where there is none': async ({ open }) => {
    const [vault, neighbour, name] = [await open(), freshName(), freshName()]
    const foreign = await written(vault, neighbour, blank(1), undefined)
    const promise = 'a write that expects a record, where there is none'
    expectSame(promise, await vault.write(name, blank(2), foreign), undefined)
    expectSame(`${promise}, stores nothing`, await vault.read(name), undefined)
    expectSame('erase where there is nothing', await vault.erase(name, foreign), false)
  },

  'an erase with a stale revision is refused': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const stale = await written(one, name, blank(1), undefined)
    const latest = await written(other, name, blank(2), stale)
    for (const vault of [one, other]) {
      expectSame('an erase with a stale revision', await vault.erase(name, stale), false)
      expectEqual('a refused erase changes nothing', (await vault.read(name))?.record, blank(2))
      expectSame('a refused erase leaves the revision', (await vault.read(name))?.revision === latest, true)
    }
  },

  'a revision is never used again, not for the same record and not after an erase': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const seen: string[] = []
    for (let round = 0; round < 4; round++) {
      let revision: string | undefined
      for (const vault of [one, other, one]) {
        revision = await written(vault, name, blank(7), revision)
        seen.push(revision)
      }
      expectSame('erase of the latest revision', await other.erase(name, revision ?? ''), true)
    }
    expectSame('how many different revisions 12 writes of one record have', new Set(seen).size, 12)
  },

  'a revision from before an erase is refused after the next write': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const old = await written(one, name, blank(7), undefined)
    await one.erase(name, old)
    await written(other, name, blank(7), undefined)
    expectSame('an erase with a revision from before the last erase', await one.erase(name, old), false)
    expectSame('a write with a revision from before the last erase', await one.write(name, blank(8), old), undefined)
    expectEqual('a refused change changes nothing', (await other.read(name))?.record, blank(7))
  },
}

/** Writes what must be let through. */
async function written(vault: Vault, name: string, record: ReturnType<typeof blank>, revision: string | undefined) {
  return expectRevision('write in place of the latest revision', await vault.write(name, record, revision))
}

/** Tries a write that must change neither the record nor its revision. */
async function refuses(what: string, vault: Vault, name: string, revision: string | undefined): Promise<void> {
  const before = await vault.read(name)
  expectSame(what, await vault.write(name, blank(99), revision), undefined)
  const after = await vault.read(name)
  expectEqual(`${what} changes nothing`, after?.record, before?.record)
  expectSame(`${what} leaves the revision`, after?.revision === before?.revision, true)
}
