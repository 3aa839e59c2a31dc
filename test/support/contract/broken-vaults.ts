import { posix } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryVault } from '../../../src/vault/memory.ts'
import type { ConnectionRecord } from '../../../src/vault/record.ts'
import { stateOf } from '../../../src/vault/state.ts'
import type { Entry, Lease, Vault } from '../../../src/vault/vault.ts'

/** What is done to a good vault. */
export type Spoil = (good: Vault) => Partial<Vault>

/** Opens objects on one storage, each of which has the same fault. */
export function spoilt(spoil: Spoil, scope: 'storage' | 'object' = 'storage'): () => Vault {
  const good = memoryVault()
  const once = spoil(good)
  return () => ({ ...good, ...(scope === 'storage' ? once : spoil(good)) })
}

/** Writes whatever the revision is. */
async function force(good: Vault, name: string, record: ConnectionRecord): Promise<string | undefined> {
  return good.write(name, record, (await good.read(name))?.revision)
}

/** The entries of all connections. */
async function entries(good: Vault): Promise<[string, Entry][]> {
  const all = await Promise.all((await good.list()).map(async (name) => [name, await good.read(name)] as const))
  return all.flatMap(([name, entry]) => (entry ? [[name, entry] as [string, Entry]] : []))
}

/** Finds where some condition holds between the state that is stored and the one that is asked for. */
export const findsWhere =
  (matches: (stored: string, asked: string, record: unknown, name: string) => boolean): Spoil =>
  (good) => ({
    find: async (asked) =>
      (await entries(good)).find(([name, { record }]) =>
        matches(stateOf(record) ?? '\uffff', asked, record, name),
      )?.[0],
  })

/** Takes one name for another. */
export const renames =
  (rename: (name: string) => string): Spoil =>
  (good) => ({
    read: (name) => good.read(rename(name)),
    write: (name, record, revision) => good.write(rename(name), record, revision),
    erase: (name, revision) => good.erase(rename(name), revision),
  })

/** Takes one name for another where it leases. */
export const renamesLeases =
  (rename: (name: string) => string): Spoil =>
  (good) => ({
    lease: (name, duration) => good.lease(rename(name), duration),
    isLeased: (name) => good.isLeased(rename(name)),
  })

/** Stores something else than it was given. */
export const stores =
  (instead: (record: ConnectionRecord, before: unknown) => ConnectionRecord): Spoil =>
  (good) => ({
    write: async (name, record, revision) =>
      good.write(name, instead(record, (await good.read(name))?.record), revision),
  })

/** Stores the text of a record, changed. */
export const storesText = (change: (text: string) => string): Spoil =>
  stores((record) => JSON.parse(change(JSON.stringify(record))))

/** Spoils each lease that is had. */
export const spoilsLeases =
  (spoil: (lease: Lease, good: Vault, name: string, duration: number) => Partial<Lease>): Spoil =>
  (good) => ({
    async lease(name, duration) {
      const lease = await good.lease(name, duration)
      return lease && { ...lease, ...spoil(lease, good, name, duration) }
    },
  })

/** Names paths as a file system reads them. */
export const asPath = (name: string) => posix.join('/', name)

/** Keeps the very object that it was given, or gives out the very object that it keeps. */
export const shares =
  (when: 'written' | 'read'): Spoil =>
  (good) => {
    const kept = new Map<string, ConnectionRecord>()
    return {
      async write(name, record, expected) {
        const revision = await good.write(name, record, expected)
        if (revision !== undefined) kept.set(revision, when === 'written' ? record : structuredClone(record))
        return revision
      },
      async read(name) {
        const entry = await good.read(name)
        const record = entry && kept.get(entry.revision)
        return entry && { ...entry, record: when === 'read' ? record : structuredClone(record) }
      },
    }
  }

/** Gives revisions of its own making to the records of a good vault. */
export const revises =
  (make: (name: string, record: ConnectionRecord, count: number) => string): Spoil =>
  (good) => {
    const made = new Map<string, { outer: string; inner: string }>()
    const counts = new Map<string, number>()
    const inner = (name: string, outer: string | undefined) => {
      const latest = made.get(name)
      return outer !== undefined && latest?.outer === outer ? latest.inner : outer && 'stale'
    }
    return {
      async write(name, record, expected) {
        const revision = await good.write(name, record, inner(name, expected))
        if (revision === undefined) return undefined
        const count = (counts.get(name) ?? 0) + 1
        counts.set(name, count)
        const outer = make(name, record, count)
        made.set(name, { outer, inner: revision })
        return outer
      },
      async read(name) {
        const entry = await good.read(name)
        return entry && { ...entry, revision: made.get(name)?.outer ?? '' }
      },
      async erase(name, expected) {
        const erased = await good.erase(name, inner(name, expected) ?? 'stale')
        // As a database does that numbers the versions of each row.
        if (erased) counts.delete(name)
        return erased
      },
    }
  }

/** Looks first and acts a moment later, as if nobody else were there. */
export const looksThenActs: Record<'write' | 'first write' | 'erase' | 'lease', Spoil> = {
  write: (good) => ({
    async write(name, record, revision) {
      if ((await good.read(name))?.revision !== revision) return undefined
      await sleep(1)
      return force(good, name, record)
    },
  }),
  'first write': (good) => ({
    async write(name, record, revision) {
      if (revision !== undefined) return good.write(name, record, revision)
      if (await good.read(name)) return undefined
      await sleep(1)
      return force(good, name, record)
    },
  }),
  erase: (good) => ({
    async erase(name, revision) {
      if ((await good.read(name))?.revision !== revision) return false
      await sleep(1)
      const latest = (await good.read(name))?.revision
      return latest === undefined || good.erase(name, latest)
    },
  }),
  lease: (good) => {
    const held = new Map<string, object>()
    return {
      async lease(name) {
        if (held.has(name)) return undefined
        await sleep(1)
        const lease = {}
        held.set(name, lease)
        return { renew: async () => held.get(name) === lease, release: async () => void held.delete(name) }
      },
      isLeased: async (name) => held.has(name) || good.isLeased(name),
    }
  },
}

/** Remembers every state that it was ever asked to store. */
export const remembersStates =
  (which: 'all' | 'refused'): Spoil =>
  (good) => {
    const known = new Map<string, string>()
    return {
      async write(name, record, revision) {
        const state = stateOf(record)
        const written = await good.write(name, record, revision)
        if (state !== undefined && (which === 'all' ? written !== undefined : written === undefined))
          known.set(state, name)
        return written
      },
      find: async (state) => (await good.find(state)) ?? known.get(state),
    }
  }

/** Keeps leases in each object. */
export const leasesApart: Spoil = () => {
  const { lease, isLeased } = memoryVault()
  return { lease, isLeased }
}

/** Ends leases by the clock that people set. */
export const leasesByDate: Spoil = () => {
  const { lease, isLeased } = memoryVault(() => Date.now())
  return { lease, isLeased }
}

interface AsideFaults {
  reads?: true
  lists?: true
  finds?: true
  all?: true
  takesBack?: true
}

/** Sets aside, with these faults. */
export const setsAside =
  (faults: AsideFaults): Spoil =>
  (good) => {
    const aside = new Map<string, Entry>()
    const setAside = async (name: string) => {
      const entry = await good.read(name)
      if (!entry) return
      aside.set(name, entry)
      await good.erase(name, entry.revision)
      if (faults.all) for (const each of await good.list()) await setAside(each)
    }
    return {
      setAside,
      read: async (name) => (await good.read(name)) ?? (faults.reads ? aside.get(name) : undefined),
      list: async () => [...(await good.list()), ...(faults.lists ? aside.keys() : [])],
      find: async (state) =>
        (await good.find(state)) ??
        (faults.finds ? [...aside].find(([, { record }]) => stateOf(record) === state)?.[0] : undefined),
      write: (name, record, revision) =>
        good.write(name, record, faults.takesBack && aside.get(name)?.revision === revision ? undefined : revision),
    }
  }

/** Reads from what each object has seen first. */
export const caches: Spoil = (good) => {
  const seen = new Map<string, Entry>()
  return {
    async read(name) {
      const entry = seen.get(name) ?? (await good.read(name))
      if (entry) seen.set(name, entry)
      return entry && structuredClone(entry)
    },
  }
}
