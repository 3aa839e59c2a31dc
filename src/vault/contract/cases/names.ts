import type { Vault } from '../../vault.ts'
import { expectEqual, expectRevision, expectSame, expectSome } from '../broken.ts'
import type { Cases } from '../case.ts'
import { LONG } from '../jobs.ts'
import { blank, freshName } from '../samples.ts'

const LONG_NAME = 'n'.repeat(260)

/** Names that a file system, a database or an object would mistake for one another, or for something else. */
const strange = (own: string): string[] => [
  ...['a', 'A', 'ä', 'a\u0308', 'ﬀ', 'ff', 'ß', 'ss', 'İ', 'i', 'ı', '😀', '店'].map((letter) => `${own} ${letter}`),
  ...['x', 'x ', 'x.', 'x\t', 'x\n', 'x%', 'x_', 'x*', 'x?', 'x%20', 'x+', 'x"', "x'", 'x`', 'x$', 'x:y', 'x;--'].map(
    (end) => `${own} ${end}`,
  ),
  ...['../', './', '/', '//', '\\', '..\\', 'a/b/', 'a/../', '-', '.', ' ', '~', '#', 'C:\\'].map(
    (start) => start + own,
  ),
  ...[`${own}/x`, `${own}/x/y`, `${own}//x`, `${own}\\x`, `${own}/../x`],
  // More than 255 bytes, and different only at the end.
  ...['1', '2', '店'].map((end) => own + LONG_NAME + end),
  ...['', ' ', '.', '..', '/', 'con', 'CON', 'nul', '__proto__', 'constructor', 'toString', 'undefined', 'null', '0'],
]

/** A name is any text, and means nothing. */
export const names: Cases = {
  'names that differ at all are different connections, and listed as they are': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    const all = strange(freshName())
    for (const [index, name] of all.entries()) await put(one, name, index)
    const listed = await other.list()
    for (const [index, name] of all.entries()) {
      const which = `the strange name ${JSON.stringify(name.slice(-16))}`
      const entry = expectSome(`what was stored under ${which} is read`, await other.read(name), 'an entry')
      expectEqual(`what is read under ${which} was written there`, entry.record, blank(index))
      expectSame(`how often list tells ${which}`, listed.filter((each) => each === name).length, 1)
      expectSame(`erase under ${which}`, await one.erase(name, entry.revision), true)
    }
  },

  'names that differ at all have leases of their own': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    const all = strange(freshName())
    const leases = []
    for (const name of all) {
      const which = `the strange name ${JSON.stringify(name.slice(-16))}`
      leases.push(expectSome(`the lease of ${which} is free`, await one.lease(name, LONG), 'a lease'))
      expectSame(`a second lease of ${which}`, await other.lease(name, LONG), undefined)
    }
    for (const lease of leases) await lease.release()
  },
}

/** Writes whatever is there: these few names are not fresh. */
async function put(vault: Vault, name: string, generation: number): Promise<void> {
  const revision = (await vault.read(name))?.revision
  expectRevision('write under a strange name', await vault.write(name, blank(generation), revision))
}
