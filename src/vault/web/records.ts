import type { ConnectionRecord } from '../record.ts'
import type { Entry } from '../vault.ts'
import { VaultError } from '../vault-error.ts'
import type { Opened } from './connection.ts'
import { answer, nextRevision, transact } from './database.ts'
import { decrypt, encrypt, isWrittenByNewer, revisionOf } from './envelope.ts'

/**
 * What a vault does with records. WebCrypto works outside of transactions, since they end while it does.
 *
 * @param tell is called with a connection's name after each change
 */
export function createRecords(tell: (name: string) => void) {
  async function read(opened: Opened, name: string): Promise<Entry | undefined> {
    const stored = await transact(opened.database, 'readonly', ['records'], (store) => get(store('records'), name))
    if (stored === undefined) return undefined
    if (isWrittenByNewer(stored)) throw new VaultError('newer_format')
    const record = await decrypt(opened.key, name, stored)
    if (record !== undefined) return { record, revision: revisionOf(stored) }
    // Somebody may have put a good one in its place meanwhile.
    if (!(await moveAside(opened, name, revisionOf(stored)))) return read(opened, name)
    tell(name)
    throw new VaultError('corrupt')
  }

  async function write({ database, key }: Opened, name: string, record: ConnectionRecord, expected?: string) {
    const sealed = await encrypt(key, name, record)
    const revision = await transact(database, 'readwrite', ['records', 'meta'], async (store) => {
      if ((await revisionAt(store('records'), name)) !== expected) return undefined
      const next = await nextRevision(store('meta'))
      await answer(store('records').put({ ...sealed, revision: next }, name))
      return String(next)
    })
    if (revision !== undefined) tell(name)
    return revision
  }

  async function erase({ database }: Opened, name: string, expected: string): Promise<boolean> {
    const erased = await transact(database, 'readwrite', ['records'], async (store) => {
      if ((await revisionAt(store('records'), name)) !== expected) return false
      await answer(store('records').delete(name))
      return true
    })
    if (erased) tell(name)
    return erased
  }

  async function setAside(opened: Opened, name: string): Promise<void> {
    if (await moveAside(opened, name)) tell(name)
  }

  return { read, write, erase, setAside, find, list }
}

/**
 * Moves a record to where it disturbs nobody; resolves with false where there is none.
 *
 * @param revision of the one that is meant; without it, whatever stands there
 */
function moveAside({ database }: Opened, name: string, revision?: string): Promise<boolean> {
  return transact(database, 'readwrite', ['records', 'corrupt'], async (store) => {
    const stored = await get(store('records'), name)
    if (stored === undefined || (revision ?? revisionOf(stored)) !== revisionOf(stored)) return false
    await answer(store('corrupt').add({ name, stored }))
    await answer(store('records').delete(name))
    return true
  })
}

async function find({ database }: Opened, stateHash: string): Promise<string | undefined> {
  const name = await transact(database, 'readonly', ['records'], (store) =>
    answer(store('records').index('state').getKey(stateHash)),
  )
  return typeof name === 'string' ? name : undefined
}

async function list({ database }: Opened): Promise<string[]> {
  const names = await transact(database, 'readonly', ['records'], (store) => answer(store('records').getAllKeys()))
  return names.filter((name) => typeof name === 'string')
}

async function revisionAt(records: IDBObjectStore, name: string): Promise<string | undefined> {
  const stored = await get(records, name)
  return stored === undefined ? undefined : revisionOf(stored)
}

function get(records: IDBObjectStore, name: string): Promise<unknown> {
  return answer<unknown>(records.get(name))
}
