import type { Environment } from '../environment.ts'
import { fail } from '../failure.ts'
import { patiently } from '../waiting.ts'
import { neighbourhood } from './neighbours.ts'
import { troubleOf } from './trouble.ts'
import type { Lease, Vault } from './vault.ts'

/** How long a vault may take to answer, in milliseconds: the card of an old till takes seconds. */
const PATIENCE = 30_000

/** A vault as the package uses it. */
export type Guarded = ReturnType<typeof guarded>

/** Whatever a vault does wrong, or does not do at all, becomes one kind of trouble that tells nothing of what is stored. */
export function guarded(vault: Vault, about: string, environment: Environment) {
  const neighbours = neighbourhood(vault)

  async function ask<T>(what: string, question: () => Promise<T>): Promise<T> {
    try {
      const late = () => fail('timeout', { about })
      return await patiently(question(), { timeout: PATIENCE }, environment, late)
    } catch (error) {
      throw troubleOf(error, about, what)
    }
  }

  /** One that comes too late is given back. */
  async function lease(name: string, duration: number): Promise<Lease | undefined> {
    let late = false
    const wanted = (async () => vault.lease(name, duration))()
    wanted.then((came) => (late ? came?.release() : undefined)).catch(() => {})
    return ask('lease', () => wanted).catch((error: unknown) => {
      late = true
      throw error
    })
  }

  /**
   * Calls back when others may have changed the record, where the vault or somebody beside us can tell. Returns what ends it,
   * and what tells those beside us.
   */
  function watch(name: string, changed: () => void) {
    const { leave, tell } = neighbours.join(name, changed)
    let unwatch: unknown
    try {
      unwatch = vault.watch?.(name, changed)
    } catch {
      // A vault that cannot watch: the connection looks for itself now and then.
    }
    const end = () => {
      leave()
      try {
        if (typeof unwatch === 'function') unwatch()
      } catch {
        // It watches on, and is not listened to.
      }
    }
    return { end, tell }
  }

  const { setAside } = vault
  return {
    read: (name: string) => ask('read', async () => vault.read(name)),
    /** Databases like to answer with null. */
    async write(...[name, record, revision]: Parameters<Vault['write']>): Promise<string | undefined> {
      const stored: unknown = await ask('write', async () => vault.write(name, record, revision))
      return typeof stored === 'string' && stored !== '' ? stored : undefined
    },
    erase: async (name: string, revision: string) =>
      (await ask('erase', async () => vault.erase(name, revision))) === true,
    find: (state: string) => ask('find', async () => vault.find(state)),
    list: () => ask('list', async () => vault.list()),
    isLeased: (name: string) => ask('lease', async () => vault.isLeased(name)),
    setAside: setAside && ((name: string) => ask('erase', async () => setAside.call(vault, name))),
    lease,
    watch,
  }
}
