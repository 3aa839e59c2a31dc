import { defaultEnvironment } from '../../environment.ts'
import type { Lease, Vault } from '../vault.ts'
import { BrokenPromise } from './broken.ts'

/** How long a vault may take for one answer, in seconds. */
const SECONDS = 5
/** Each second is counted in so many parts: a host that stood still has used up one of them, however long it was. */
const PARTS = 2
/** In so many cases a method may be silent before no other case waits for it. */
const CASES = 2

/** Asks a vault, and waits for the answer so long only. */
export type Ask = <T>(method: string, question: () => T | Promise<T>) => Promise<T>

/** In which cases a method did not answer. */
export type Silences = Map<string, Set<string>>

/** Asks on behalf of a case. */
export function askingFor(name: string, silences: Silences = new Map()): Ask {
  return async (method, question) => {
    const silent = silences.get(method) ?? new Set()
    if (silent.size >= CASES && !silent.has(name)) throw silence(method, `none in ${CASES} cases before this one`)
    const limit = countdown(() => {
      silences.set(method, silent.add(name))
      return silence(method, 'none')
    })
    try {
      return await Promise.race([question(), limit.passed])
    } finally {
      limit.cancel()
    }
  }
}

/** A vault of which each answer comes in time, or rejects. */
export function answering(vault: Vault, ask: Ask): Vault {
  const { setAside, watch } = vault
  return {
    read: (name) => ask('read', () => vault.read(name)),
    write: (name, record, revision) => ask('write', () => vault.write(name, record, revision)),
    erase: (name, revision) => ask('erase', () => vault.erase(name, revision)),
    find: (state) => ask('find', () => vault.find(state)),
    list: () => ask('list', () => vault.list()),
    lease: async (name, duration) => {
      const lease = await ask('lease', () => vault.lease(name, duration))
      return lease && answeringLease(lease, ask)
    },
    isLeased: (name) => ask('isLeased', () => vault.isLeased(name)),
    ...(setAside && { setAside: (name) => ask('setAside', () => setAside.call(vault, name)) }),
    ...(watch && { watch: (name, changed) => watch.call(vault, name, changed) }),
  }
}

const answeringLease = (lease: Lease, ask: Ask): Lease => ({
  renew: () => ask('renew', () => lease.renew()),
  release: () => ask('release', () => lease.release()),
})

function silence(method: string, seen: string): BrokenPromise {
  const expected = method === 'lease' ? '`undefined` at once while another holds it' : 'an answer'
  return new BrokenPromise(`\`${method}\` did not answer within ${SECONDS} s: expected ${expected}, saw ${seen}`)
}

/** Rejects in the end, with what is wrong by then. */
function countdown(late: () => BrokenPromise) {
  let cancel = () => {}
  const passed = new Promise<never>((_, reject) => {
    const next = (left: number) => {
      if (left === 0) return reject(late())
      cancel = defaultEnvironment().after(1_000 / PARTS, () => next(left - 1), { watched: true })
    }
    next(SECONDS * PARTS)
  })
  return { passed, cancel: () => cancel() }
}
