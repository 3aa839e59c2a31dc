import type { Settings } from '../registration.ts'
import type { Guarded } from './guarded.ts'
import { parseRecord } from './parse-record.ts'
import type { ConnectionRecord } from './record.ts'
import { stateOf } from './state.ts'
import { troubleOf, VaultTrouble, vaultTrouble } from './trouble.ts'
import type { Entry } from './vault.ts'
import { VaultError } from './vault-error.ts'

/** What is stored under a name; without a revision, nothing is. */
export interface Read {
  readonly record?: ConnectionRecord
  readonly revision?: string
}

/** Reads what is stored for one application; a record of anybody else's is refused. */
export function createReading(vault: Guarded, { provider, fingerprint }: Settings) {
  const about = provider.name

  async function readRecord(name: string): Promise<Read> {
    const entry = await readEntry(name)
    if (!entry) return {}
    const parsed = parseRecord(entry.record)
    if ('newer' in parsed) throw troubleOf(new VaultError('newer_format'), about, 'read')
    if ('wrong' in parsed) throw vaultTrouble('vault_mismatch', about, `malformed record at ${parsed.wrong}`)
    return { record: parsed.record, revision: entry.revision }
  }

  /** Looks at no more than to whom a record belongs: the rest of it may be unreadable. */
  async function readEntry(name: string): Promise<Entry | undefined> {
    const entry = await vault.read(name)
    if (!entry || belongs(entry.record)) return entry
    const whose = has(entry.record, 'provider', provider.id) ? 'client or server' : 'provider'
    throw vaultTrouble('vault_mismatch', about, `record of another ${whose}`, { problem: 'foreign' })
  }

  function belongs(record: unknown): boolean {
    return has(record, 'provider', provider.id) && has(record, 'client', fingerprint)
  }

  /** The name of the connection that awaits a redirect with this `state`, where its record is ours. */
  async function find(state: string): Promise<string | undefined> {
    const name = await vault.find(state)
    const record = name === undefined ? undefined : await ours(name)
    return stateOf(record) === state ? name : undefined
  }

  /** The names of all connections whose records are ours. */
  async function list(): Promise<string[]> {
    const names: string[] = []
    for (const name of await vault.list()) if (await ours(name)) names.push(name)
    return names
  }

  /** A record that is ours, as it is stored; one that cannot be read is nobody's as far as can be told. */
  async function ours(name: string): Promise<unknown> {
    try {
      return (await readEntry(name))?.record
    } catch (error) {
      if (error instanceof VaultTrouble && error.failure.code === 'vault_mismatch') return undefined
      throw error
    }
  }

  return { readRecord, readEntry, find, list }
}

function has(record: unknown, member: string, expected: string): boolean {
  return typeof record === 'object' && record !== null && Reflect.get(record, member) === expected
}
