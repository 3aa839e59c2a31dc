import { expectEqual, expectRevision, expectSame, expectSome } from '../broken.ts'
import type { Cases } from '../case.ts'
import { LONG } from '../jobs.ts'
import { big, blank, freshName, freshState, full, waiting } from '../samples.ts'

/** What is stored is what was given, for everybody, until somebody changes it. */
export const records: Cases = {
  'read resolves with undefined for a name that was never written': async ({ open }) => {
    const [one, name] = [await open(), freshName()]
    expectSame('read of a name that was never written', await one.read(name), undefined)
    expectSame('a name that was only read is not listed', (await one.list()).includes(name), false)
  },

  'a record reads back as it was written, every member of it': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    for (const record of full()) {
      const name = freshName()
      const revision = await one.write(name, record, undefined)
      expectRevision('write where nothing is resolves with the new revision', revision)
      for (const vault of [one, other]) {
        const entry = expectSome('what was written is read', await vault.read(name), 'an entry')
        expectEqual('a record reads back as it was written', entry.record, record)
        expectSame('read tells the revision that write has told', entry.revision === revision, true)
      }
    }
  },

  'a record may be big': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const record = big(65_536)
    await one.write(name, record, undefined)
    expectEqual('a record of 64 KiB reads back as it was written', (await other.read(name))?.record, record)
  },

  'a record replaces the whole of the former one': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    let revision: string | undefined
    for (const record of [...full(), blank(2), big(10_000), blank(3)]) {
      revision = await one.write(name, record, revision)
      expectRevision('write in place of the latest revision resolves with a new one', revision)
      expectEqual('nothing of a former record stays', (await other.read(name))?.record, record)
      expectEqual('who wrote a record reads it', (await one.read(name))?.record, record)
    }
  },

  'what is changed in a record after it was written or read is not stored': async ({ open }) => {
    const [vault, name] = [await open(), freshName()]
    const [[given], [kept]] = [full(), full()]
    await vault.write(name, given, undefined)
    Object.assign(given.tokens, { accessToken: 'changed' })
    Object.assign(given.tokens.extra, { list: [] })
    const read = await vault.read(name)
    expectEqual('a record that was written is a copy', read?.record, kept)
    const tokens = typeof read?.record === 'object' && read.record ? Reflect.get(read.record, 'tokens') : {}
    Object.assign(tokens, { accessToken: 'changed' })
    expectEqual('a record that was read is a copy', (await vault.read(name))?.record, kept)
  },

  'an erased record is gone, and no other': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    const [name, neighbour] = [freshName(), freshName()]
    const revision = expectRevision('write', await one.write(name, blank(1), undefined))
    await one.write(neighbour, blank(2), undefined)
    expectSame('erase of the latest revision', await other.erase(name, revision), true)
    for (const vault of [one, other]) {
      expectSame('read of what was erased', await vault.read(name), undefined)
      expectEqual('erase leaves other connections', (await vault.read(neighbour))?.record, blank(2))
    }
    expectSame('erase of what was erased', await one.erase(name, revision), false)
    expectRevision('write after erase', await other.write(name, blank(3), undefined))
    expectEqual('what is written after erase is read', (await one.read(name))?.record, blank(3))
  },

  'list tells the names of what is stored, each once': async ({ open }) => {
    const [one, other] = [await open(), await open()]
    const [kept, erased, leased] = [freshName(), freshName(), freshName()]
    const first = await one.write(kept, blank(1), undefined)
    await one.write(kept, blank(2), first)
    const revision = expectRevision('write', await one.write(erased, blank(1), undefined))
    await one.erase(erased, revision)
    const lease = await one.lease(leased, LONG)
    for (const vault of [one, other]) {
      const seen = await vault.list()
      const times = (name: string) => seen.filter((each) => each === name).length
      expectSame('how often list tells a name that was written twice', times(kept), 1)
      expectSame('how often list tells a name whose record was erased', times(erased), 0)
      expectSame('how often list tells a name that has a lease and no record', times(leased), 0)
    }
    await lease?.release()
  },

  'what is set aside is out of the way, where the vault can do that': async ({ open }) => {
    const [one, other, name, neighbour, state] = [await open(), await open(), freshName(), freshName(), freshState()]
    if (!one.setAside) return 'the vault has no setAside'
    const old = expectRevision('write', await one.write(name, waiting(state), undefined))
    await one.write(neighbour, blank(2), undefined)
    await one.setAside(name)
    for (const vault of [one, other]) {
      expectSame('read of what was set aside', await vault.read(name), undefined)
      expectSame('list tells a name whose record was set aside', (await vault.list()).includes(name), false)
      expectSame('find of a state whose record was set aside', await vault.find(state), undefined)
      expectEqual('setAside leaves other connections', (await vault.read(neighbour))?.record, blank(2))
    }
    expectSame('erase of what was set aside', await other.erase(name, old), false)
    expectSame('write in place of what was set aside', await other.write(name, blank(3), old), undefined)
    const next = expectRevision('write after setAside', await other.write(name, blank(4), undefined))
    expectSame('a revision from before setAside is used again', next === old, false)
    expectEqual('what is written after setAside is read', (await one.read(name))?.record, blank(4))
    await one.setAside(freshName())
    return undefined
  },
}
