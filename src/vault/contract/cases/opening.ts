import { expectEqual, expectRevision, expectSome, SAME_STORAGE } from '../broken.ts'
import type { Cases } from '../case.ts'
import { blank, freshName } from '../samples.ts'

/** The first of all: the others try vaults that share a storage. */
export const opening: Cases = {
  'what one vault object has written another reads': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    expectRevision('write where nothing is resolves with the new revision', await one.write(name, blank(1), undefined))
    const own = expectSome('who wrote a record reads it', await one.read(name), 'an entry')
    expectEqual('who wrote a record reads it', own.record, blank(1))
    expectSome(SAME_STORAGE, await other.read(name), 'an entry')
  },
}
