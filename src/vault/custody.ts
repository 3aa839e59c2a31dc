import { type Environment, sleepUntil } from '../environment.ts'
import type { Settings } from '../registration.ts'
import { createLeasing } from './leasing.ts'
import { type ConnectionRecord, parseRecord, type Tokens } from './record.ts'
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
  /** How often in a row the vault was in trouble. */
  troubles: number
  /** Called when a token is usable that the vault has not taken yet. */
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
      troubles: 0,
      listeners: new Set(),
    }
    known.set(name, fresh)
    return fresh
  }

  /** Takes a record over into memory, and with it the token that may be handed out. */
  function hold(name: string, record: ConnectionRecord | undefined): ConnectionRecord | undefined {
    const tokens = record?.wantsRevoke ? undefined : record?.tokens
    Object.assign(held(name), {
      record,
      accessToken: tokens?.accessToken,
      expiresAt: tokens?.expiresAt ?? Infinity,
      refreshAt: tokens?.refreshAt ?? Infinity,
    })
    return record
  }

  /** A disconnect that was asked for while an answer was awaited goes along with the next change. */
  function withWish(name: string, record: ConnectionRecord | undefined): ConnectionRecord | undefined {
    const cell = held(name)
    if (!record?.tokens) cell.revokeWished = false
    return record && cell.revokeWished && !record.wantsRevoke ? { ...record, wantsRevoke: true } : record
  }

  /** The token was refused somewhere: until the record says more, none is handed out. */
  function withhold(name: string): void {
    held(name).accessToken = undefined
  }

  /** A disconnect is asked for: from now on no token is handed out, and the next change of the record says so. */
  function wishRevoke(name: string): void {
    withhold(name)
    held(name).revokeWished = true
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
    return hold(name, withWish(name, record))
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
      held(name).revokeWished = false
      return hold(name, next)
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
    for (let attempts = 1; ; attempts++) {
      const last = closing.aborted
      try {
        return await update(name, change)
      } catch (error) {
        if (!(error instanceof VaultTrouble)) throw error
        if (last) throw new VaultTrouble(error.failure, true)
        hold(name, withWish(name, change(held(name).record)))
        for (const listener of held(name).listeners) listener()
        const pause = Math.min(250 * 2 ** attempts, 30_000)
        await sleepUntil(environment, environment.now() + pause, closing).catch(() => {})
      }
    }
  }

  return { held, read, update, store, erase, withhold, wishRevoke, ...createLeasing(vault, about, environment) }
}
