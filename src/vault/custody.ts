import { type Environment, sleep } from '../environment.ts'
import type { Settings } from '../registration.ts'
import { guarded } from './guarded.ts'
import { createHoldings, type Held } from './holdings.ts'
import { createLeasing } from './leasing.ts'
import { parseRecord } from './parse-record.ts'
import { createReading, type Read } from './reading.ts'
import type { ConnectionRecord, Tokens } from './record.ts'
import { VaultTrouble, vaultTrouble } from './trouble.ts'
import type { Vault } from './vault.ts'

/** How a record changes: returns the next one, or the same one where nothing is to be stored. */
export type Change = (current: ConnectionRecord | undefined) => ConnectionRecord | undefined

export type Custody = ReturnType<typeof createCustody>

/** The problems of a record that is somebody's, and perhaps good. */
const hidden: readonly unknown[] = ['wrong_key', 'newer_format']
/** How often an answer is offered to a vault that holds somebody else's record in its place. */
const TRIES = 3
/** A change that loses this many races against others is in trouble. */
const RACES = 50

/** Keeps one application's records in a vault: checks what comes out, and turns whatever goes wrong into one failure. */
export function createCustody(storage: Vault, settings: Settings, environment: Environment) {
  const about = settings.provider.name
  const vault = guarded(storage, about, environment)
  const reading = createReading(vault, settings)
  const { readEntry, find, list } = reading
  const memory = createHoldings()
  const { held, hold, withWish } = memory

  /**
   * Erases a record that is ours, readable or not: whoever forgets a connection must not be stuck with a broken record.
   * Resolves with the tokens that went with it.
   */
  async function erase(name: string): Promise<Tokens | undefined> {
    for (let race = 0; race < RACES; race++) {
      const entry = await readEntry(name).catch((error: unknown) => putAside(name, error))
      if (!entry) break
      if (!(await vault.erase(name, entry.revision))) continue
      held(name).tell()
      const parsed = parseRecord(entry.record)
      hold(name, withWish(name, undefined), undefined)
      return 'record' in parsed ? parsed.record.tokens : undefined
    }
    hold(name, withWish(name, undefined), undefined)
    return undefined
  }

  /** What is under another key, or of a newer version, is kept, but no longer in the way. */
  async function putAside(name: string, error: unknown): Promise<undefined> {
    const unreadable = error instanceof VaultTrouble && hidden.includes(error.circumstances.problem)
    if (!unreadable || !vault.setAside) throw error
    await vault.setAside(name)
  }

  async function readRecord(name: string): Promise<Read> {
    try {
      return await reading.readRecord(name)
    } catch (error) {
      if (error instanceof VaultTrouble && error.circumstances.problem === 'corrupt') held(name).damaged = true
      throw error
    }
  }

  async function read(name: string): Promise<ConnectionRecord | undefined> {
    const cell = held(name)
    for (let race = 0; race < RACES; race++) {
      const { version } = cell
      const { record, revision } = await readRecord(name)
      // The last connection was closed meanwhile: nothing is kept.
      if (!memory.keeps(name, cell)) return record
      // What is being stored is newer than what can be read.
      if (cell.storing > 0) break
      // Another record was seen or stored since this one was read, which may be the older.
      if (cell.version !== version) continue
      hold(name, withWish(name, record), revision)
      if (cell.version !== version) for (const listener of cell.listeners) listener()
      break
    }
    return cell.record
  }

  /** Changes a record against whatever it is by now; resolves with what is stored in the end. */
  async function update(name: string, change: Change): Promise<ConnectionRecord | undefined> {
    const cell = held(name)
    cell.writing++
    try {
      return await race(name, change)
    } finally {
      cell.writing--
      if (cell.hinted) hint(name, cell)
    }
  }

  async function race(name: string, change: Change): Promise<ConnectionRecord | undefined> {
    const cell = held(name)
    for (let race = 0; race < RACES; race++) {
      const { version } = cell
      const { record, revision } = await readRecord(name)
      const next = withWish(name, change(record))
      if (next === record && cell.version !== version) continue
      if (next === record) return hold(name, record, revision)
      const stored = next
        ? await vault.write(name, next, revision)
        : revision === undefined || (await vault.erase(name, revision))
      if (stored === undefined || stored === false) continue
      cell.tell()
      // A wish that came while this was written is not in it, and goes along with the next change.
      if (next?.wantsRevoke) cell.revokeWished = false
      // Another record was seen while this one was on its way: the vault is asked which is newer.
      if (cell.version !== version) cell.hinted = true
      return hold(name, withWish(name, next), stored === true ? undefined : stored)
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
    // Where the record was damaged meanwhile, what it said is known here.
    const repair: Change = (current) => change(current ?? (cell.damaged ? cell.departed : undefined))
    cell.storing++
    try {
      for (let attempts = 1; ; attempts++) {
        const last = closing.aborted
        try {
          return await update(name, repair)
        } catch (error) {
          if (!(error instanceof VaultTrouble)) throw error
          const { problem } = error.circumstances
          if (last || (problem === 'foreign' && attempts >= TRIES))
            throw new VaultTrouble(error.failure, { losesAnswer: true })
          hold(name, withWish(name, change(cell.record)), `not stored yet, ${attempts}`)
          for (const listener of cell.listeners) listener()
          await sleep(environment, Math.min(250 * 2 ** attempts, 5_000), closing).catch(() => {})
        }
      }
    } finally {
      cell.storing--
    }
  }

  /** A connection was opened: until the last one of its name is closed, what is known of it is kept up to date. */
  function open(name: string): Held {
    const cell = held(name)
    if (++cell.connections > 1) return cell
    const { end, tell } = vault.watch(name, () => hint(name, cell))
    return Object.assign(cell, { unwatch: end, tell, lookedAt: environment.now() })
  }

  function close(name: string): void {
    const cell = held(name)
    if (--cell.connections > 0) return
    cell.unwatch()
    memory.drop(name)
  }

  /** Looks for news by itself, for a vault that cannot watch, or has ceased to. */
  function look(name: string): void {
    const cell = held(name)
    cell.lookedAt = environment.now()
    hint(name, cell)
  }

  /** Somebody may have changed the record: it is read, and where that fails, the next read will tell. */
  function hint(name: string, cell: Held): void {
    cell.hinted = cell.writing > 0
    if (!cell.hinted && cell.connections > 0) read(name).catch(() => {})
  }

  return { ...memory, read, update, store, erase, open, close, look, find, list, ...createLeasing(vault, environment) }
}
