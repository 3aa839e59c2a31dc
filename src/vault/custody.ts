import { type Environment, sleep } from '../environment.ts'
import type { Settings } from '../registration.ts'
import { createHoldings } from './holdings.ts'
import { createLeasing } from './leasing.ts'
import { parseRecord } from './parse-record.ts'
import type { ConnectionRecord, Tokens } from './record.ts'
import { ask, VaultTrouble, vaultTrouble } from './trouble.ts'
import type { Entry, Vault } from './vault.ts'

/** How a record changes: returns the next one, or the same one where nothing is to be stored. */
export type Change = (current: ConnectionRecord | undefined) => ConnectionRecord | undefined

export type Custody = ReturnType<typeof createCustody>

/** A change that loses this many races against others is in trouble. */
const RACES = 50

/** Keeps one application's records in a vault: checks what comes out, and turns whatever goes wrong into one failure. */
export function createCustody(vault: Vault, settings: Settings, environment: Environment) {
  const { provider, fingerprint } = settings
  const about = provider.name
  const memory = createHoldings()
  const { held, hold, withWish } = memory

  async function readEntry(name: string): Promise<{ record?: ConnectionRecord; revision?: string }> {
    const entry: Entry | undefined = await ask(about, 'read', async () => vault.read(name))
    if (!entry) return {}
    const parsed = parseRecord(entry.record)
    if ('wrong' in parsed) throw vaultTrouble('vault_mismatch', about, `malformed record at ${parsed.wrong}`)
    const { record } = parsed
    refuseForeign(record)
    return { record, revision: entry.revision }
  }

  /**
   * Erases a record that is ours, readable or not: whoever forgets a connection must not be stuck with a broken record.
   * Resolves with the tokens that went with it.
   */
  async function erase(name: string): Promise<Tokens | undefined> {
    for (let race = 0; race < RACES; race++) {
      const entry = await ask(about, 'read', async () => vault.read(name))
      if (!entry) break
      refuseForeign(entry.record)
      if (!(await ask(about, 'erase', async () => vault.erase(name, entry.revision)))) continue
      const parsed = parseRecord(entry.record)
      hold(name, withWish(name, undefined))
      return 'record' in parsed ? parsed.record.tokens : undefined
    }
    hold(name, withWish(name, undefined))
    return undefined
  }

  /** Looks at no more than to whom a record belongs: the rest of it may be unreadable. */
  function refuseForeign(record: unknown): void {
    const belongs = (name: string, expected: string) =>
      typeof record === 'object' && record !== null && Reflect.get(record, name) === expected
    if (!belongs('provider', provider.id)) throw vaultTrouble('vault_mismatch', about, 'record of another provider')
    if (!belongs('client', fingerprint))
      throw vaultTrouble('vault_mismatch', about, 'record of another client or server')
  }

  async function read(name: string): Promise<ConnectionRecord | undefined> {
    const { record } = await readEntry(name)
    const cell = held(name)
    // What is being stored is newer than what can be read.
    if (cell.storing > 0) return cell.record
    hold(name, withWish(name, record))
    for (const listener of cell.listeners) listener()
    return cell.record
  }

  /** Changes a record against whatever it is by now; resolves with what is stored in the end. */
  async function update(name: string, change: Change): Promise<ConnectionRecord | undefined> {
    for (let race = 0; race < RACES; race++) {
      const { record, revision } = await readEntry(name)
      const next = withWish(name, change(record))
      if (next === record) return hold(name, record)
      const stored = await ask(about, 'write', async () =>
        next ? vault.write(name, next, revision) : revision === undefined || vault.erase(name, revision),
      )
      if (!stored) continue
      // A wish that came while this was written is not in it, and goes along with the next change.
      if (next?.wantsRevoke) held(name).revokeWished = false
      return hold(name, withWish(name, next))
    }
    throw vaultTrouble('vault_unavailable', about, 'write lost every race')
  }

  /**
   * Stores what a provider has answered. An answer cannot be had twice, so a vault in trouble is tried again until it
   * stores; meanwhile the answer is in memory, and its token usable.
   *
   * @param closing the host is stopping: one more try, then the trouble is thrown
   */
  async function store(name: string, change: Change, closing: AbortSignal): Promise<ConnectionRecord | undefined> {
    const cell = held(name)
    cell.storing++
    try {
      for (let attempts = 1; ; attempts++) {
        const last = closing.aborted
        try {
          return await update(name, change)
        } catch (error) {
          if (!(error instanceof VaultTrouble)) throw error
          if (last) throw new VaultTrouble(error.failure, true)
          hold(name, withWish(name, change(cell.record)))
          for (const listener of cell.listeners) listener()
          await sleep(environment, Math.min(250 * 2 ** attempts, 30_000), closing).catch(() => {})
        }
      }
    } finally {
      cell.storing--
    }
  }

  return { ...memory, read, update, store, erase, ...createLeasing(vault, about, environment) }
}
