import { type Environment, sleep } from '../environment.ts'
import type { Settings } from '../registration.ts'
import { createLeasing } from './leasing.ts'
import { type ConnectionRecord, parseRecord, type Tokens } from './record.ts'
import { canRenew } from './steps.ts'
import { ask, VaultTrouble, vaultTrouble } from './trouble.ts'
import type { Entry, Vault } from './vault.ts'

/** What is known of a connection without asking the vault; it outlives a vault in trouble. */
export interface Held {
  record: ConnectionRecord | undefined
  /** The token that may be handed out. */
  accessToken: string | undefined
  /** Unix milliseconds; `Infinity` where the server did not say. */
  expiresAt: number
  refreshAt: number
  /** A disconnect was asked for and is not stored yet. */
  revokeWished: boolean
  /** The access token that an API refused. */
  rejected: string | undefined
  /** How many answers the vault has not taken yet. */
  storing: number
  /** How many connections of this name are open. */
  connections: number
  /** How often in a row the vault was in trouble. */
  troubles: number
  /** Called when a token may be usable although no state has changed. */
  readonly listeners: Set<() => void>
}

/** How a record changes: returns the next one, or the same one where nothing is to be stored. */
export type Change = (current: ConnectionRecord | undefined) => ConnectionRecord | undefined

export type Custody = ReturnType<typeof createCustody>

/** A change that loses this many races against others is in trouble. */
const RACES = 50

/** Keeps one application's records in a vault: checks what comes out, and turns whatever goes wrong into one failure. */
export function createCustody(vault: Vault, settings: Settings, environment: Environment) {
  const { provider, fingerprint } = settings
  const about = provider.name
  const known = new Map<string, Held>()

  /** What is known of a connection; one object for its whole life. */
  function held(name: string): Held {
    const existing = known.get(name)
    if (existing) return existing
    const fresh: Held = {
      record: undefined,
      accessToken: undefined,
      expiresAt: 0,
      refreshAt: Infinity,
      revokeWished: false,
      rejected: undefined,
      storing: 0,
      connections: 0,
      troubles: 0,
      listeners: new Set(),
    }
    known.set(name, fresh)
    return fresh
  }

  /** A connection was opened; what is known of it is kept until the last one of its name is closed. */
  function open(name: string): Held {
    const cell = held(name)
    cell.connections++
    return cell
  }

  function close(name: string): void {
    if (--held(name).connections <= 0) known.delete(name)
  }

  /** Takes a record over into memory, and with it the token that may be handed out. */
  function hold(name: string, record: ConnectionRecord | undefined): ConnectionRecord | undefined {
    const cell = held(name)
    const tokens = record?.wantsRevoke || record?.tokens?.accessToken === cell.rejected ? undefined : record?.tokens
    Object.assign(cell, {
      record,
      accessToken: tokens?.accessToken,
      expiresAt: tokens?.expiresAt ?? Infinity,
      refreshAt: (canRenew(record) && tokens?.refreshAt) || Infinity,
    })
    return record
  }

  /** A disconnect that was asked for while an answer was awaited goes along with the next change. */
  function withWish(name: string, record: ConnectionRecord | undefined): ConnectionRecord | undefined {
    const cell = held(name)
    if (!record?.tokens) cell.revokeWished = false
    return record && cell.revokeWished && !record.wantsRevoke ? { ...record, wantsRevoke: true } : record
  }

  /** The token was refused somewhere: it is handed out no more. */
  function withhold(name: string): void {
    const cell = held(name)
    cell.rejected = cell.record?.tokens?.accessToken
    cell.accessToken = undefined
  }

  /** A disconnect is asked for: from now on no token is handed out, and the next change of the record says so. */
  function wishRevoke(name: string): void {
    Object.assign(held(name), { revokeWished: true, accessToken: undefined })
  }

  async function readEntry(name: string): Promise<{ record?: ConnectionRecord; revision?: string }> {
    const entry: Entry | undefined = await ask(about, 'read', async () => vault.read(name))
    if (!entry) return {}
    const parsed = parseRecord(entry.record)
    if ('wrong' in parsed) throw vaultTrouble('vault_mismatch', about, `malformed record at ${parsed.wrong}`)
    const { record } = parsed
    if (record.provider !== provider.id) throw vaultTrouble('vault_mismatch', about, 'record of another provider')
    if (record.client !== fingerprint) throw vaultTrouble('vault_mismatch', about, 'record of another client or server')
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
      if (!isOurs(entry.record)) throw vaultTrouble('vault_mismatch', about, 'record of another provider or client')
      if (!(await ask(about, 'erase', async () => vault.erase(name, entry.revision)))) continue
      const parsed = parseRecord(entry.record)
      hold(name, withWish(name, undefined))
      return 'record' in parsed ? parsed.record.tokens : undefined
    }
    hold(name, withWish(name, undefined))
    return undefined
  }

  function isOurs(record: unknown): boolean {
    if (typeof record !== 'object' || record === null) return false
    return Reflect.get(record, 'provider') === provider.id && Reflect.get(record, 'client') === fingerprint
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

  return {
    held,
    open,
    close,
    read,
    update,
    store,
    erase,
    withhold,
    wishRevoke,
    ...createLeasing(vault, about, environment),
  }
}
