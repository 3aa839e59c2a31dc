import { VaultError } from '../vault-error.ts'
import { answer, transact } from './database.ts'

const KEY = 'records'

/** The key of a database. Where there is none it is made: of several tabs that do so at once, all get the first one's. */
export async function keyOf(database: IDBDatabase): Promise<CryptoKey> {
  const existing = await transact(database, 'readonly', ['keys'], (store) => answer<unknown>(store('keys').get(KEY)))
  return checked(existing ?? (await addKey(database)))
}

async function addKey(database: IDBDatabase): Promise<unknown> {
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  return transact(database, 'readwrite', ['keys'], async (store) => {
    const first = await answer<unknown>(store('keys').get(KEY))
    if (first === undefined) await answer(store('keys').add(fresh, KEY))
    return first ?? fresh
  })
}

function checked(key: unknown): CryptoKey {
  if (key instanceof CryptoKey) return key
  throw new VaultError('no_key')
}
