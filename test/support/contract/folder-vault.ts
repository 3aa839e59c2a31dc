import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hrtime } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { stateOf } from '../../../src/vault/state.ts'
import type { Entry, Vault } from '../../../src/vault/vault.ts'

/** What is wrong with it, so that only several processes can tell. */
export type Fault =
  | 'each process looks for itself'
  | 'it writes a moment later'
  | 'leases never end'
  | 'it waits for leases'
  | 'it hears only itself'

interface State {
  revisions: number
  records: [string, Entry][]
  leases: [string, { id: number; until: number }][]
}

/** A vault of one file under one lock: the simplest that several processes can share. Not for use. */
export function open(directory: string, fault?: Fault): Vault {
  const file = join(directory, 'state.json')
  const change = async <T>(work: (state: Known) => T) => {
    await lock(directory)
    try {
      const state = load(file)
      const result = work(state)
      if (fault === 'it writes a moment later') setTimeout(() => save(file, state), 100)
      else save(file, state)
      return result
    } finally {
      rmdirSync(join(directory, 'lock'))
    }
  }
  const vault = vaultOf(change, fault)
  return fault === 'each process looks for itself' ? looksThenActs(vault) : vault
}

type Known = { count: number; records: Map<string, Entry>; leases: Map<string, { id: number; until: number }> }

function vaultOf(change: <T>(work: (state: Known) => T) => Promise<T>, fault: Fault | undefined): Vault {
  const isHeld = (state: Known, name: string) => (state.leases.get(name)?.until ?? 0) > clock()
  const until = (duration: number) => clock() + (fault === 'leases never end' ? 1e9 : duration)
  return {
    read: (name) => change(({ records }) => records.get(name)),
    write: (name, record, expected) =>
      change((state) => {
        if (state.records.get(name)?.revision !== expected) return undefined
        const revision = String(++state.count)
        state.records.set(name, { record, revision })
        return revision
      }),
    erase: (name, expected) =>
      change(({ records }) => records.get(name)?.revision === expected && records.delete(name)),
    find: (state) => change(({ records }) => [...records].find(([, { record }]) => stateOf(record) === state)?.[0]),
    list: () => change(({ records }) => [...records.keys()]),
    lease: async (name, duration) =>
      change((state) => {
        if (isHeld(state, name)) return fault === 'it waits for leases' ? hangs : undefined
        const id = ++state.count
        state.leases.set(name, { id, until: until(duration) })
        const ifMine = <T>(work: (state: Known) => T) =>
          change((state) => (state.leases.get(name)?.id === id ? work(state) : undefined))
        return {
          renew: async () =>
            (await ifMine(({ leases }) => leases.set(name, { id, until: until(duration) }))) !== undefined,
          release: async () => void (await ifMine(({ leases }) => leases.delete(name))),
        }
      }),
    isLeased: (name) => change((state) => isHeld(state, name)),
    watch(name, changed) {
      if (fault === 'it hears only itself') return () => {}
      let last: string | undefined
      const look = async () => {
        const revision = await change(({ records }) => records.get(name)?.revision)
        if (revision !== last) changed()
        last = revision
      }
      const timer = setInterval(() => void look().catch(() => {}), 50).unref()
      return () => clearInterval(timer)
    },
  }
}

const hangs = new Promise<never>(() => {})

const clock = () => Number(hrtime.bigint()) / 1e6

function load(file: string): Known {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{"revisions":0,"records":[],"leases":[]}'
  const state: State = JSON.parse(text)
  return { count: state.revisions, records: new Map(state.records), leases: new Map(state.leases) }
}

function save(file: string, { count, records, leases }: Known): void {
  const state: State = { revisions: count, records: [...records], leases: [...leases] }
  const temporary = `${file}.${crypto.randomUUID()}`
  // The test may be over, and the folder gone.
  if (!existsSync(join(file, '..'))) return
  writeFileSync(temporary, JSON.stringify(state))
  renameSync(temporary, file)
}

/** Waits for a folder that only one can make. */
async function lock(directory: string): Promise<void> {
  for (let tries = 0; tries < 5_000; tries++) {
    try {
      return mkdirSync(join(directory, 'lock'))
    } catch {
      await sleep(1 + Math.random() * 3)
    }
  }
  throw new Error('the lock was never free')
}

let queue: Promise<unknown> = Promise.resolve()

/** Looks, and acts a moment later; nobody else of this process comes in between. */
function looksThenActs(good: Vault): Vault {
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => {})
    return result
  }
  return {
    ...good,
    write: (name, record, expected) =>
      alone(async () => {
        if ((await good.read(name))?.revision !== expected) return undefined
        await sleep(5)
        return good.write(name, record, (await good.read(name))?.revision)
      }),
    lease: (name, duration) =>
      alone(async () => {
        if (await good.isLeased(name)) return undefined
        await sleep(5)
        return (await good.lease(name, duration)) ?? { renew: async () => true, release: async () => {} }
      }),
  }
}
