/** The layout of the database. Whoever raises it upgrades what is there, and handles `blocked`. */
const VERSION = 1

/**
 * `records`: by connection name, encrypted. `keys`: the key, by {@link KEY}. `meta`: the last revision, by
 * {@link REVISION}. `corrupt`: records that were damaged, with their names.
 */
type StoreName = 'records' | 'keys' | 'meta' | 'corrupt'
type Stores<Name extends StoreName> = (name: Name) => IDBObjectStore

const REVISION = 'revision'

/** Opens a database, and makes its stores where it is new. */
export function openDatabase(name: string): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, VERSION)
  opening.onupgradeneeded = () => createStores(opening.result)
  return answer(opening)
}

function createStores(database: IDBDatabase): void {
  database.createObjectStore('records').createIndex('state', 'state')
  database.createObjectStore('keys')
  database.createObjectStore('meta').put(firstRevision(), REVISION)
  database.createObjectStore('corrupt', { autoIncrement: true })
}

/** By chance, so that no revision returns after a person has deleted the whole database while a tab was open. */
function firstRevision(): number {
  const [chance = 0] = crypto.getRandomValues(new Uint32Array(1))
  return chance * 1_000_000
}

/** Counts for all names together: a revision outlives its record, and is not used again. */
export async function nextRevision(meta: IDBObjectStore): Promise<number> {
  const last = await answer<unknown>(meta.get(REVISION))
  const next = (typeof last === 'number' ? last : firstRevision()) + 1
  await answer(meta.put(next, REVISION))
  return next
}

/**
 * Works in one transaction and resolves after its end: what was written then survives a power cut.
 *
 * @param work awaits nothing but {@link answer}: a transaction that waits for anything else ends
 */
export async function transact<T, Name extends StoreName>(
  database: IDBDatabase,
  mode: 'readonly' | 'readwrite',
  names: Name[],
  work: (store: Stores<Name>) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction(names, mode, { durability: 'strict' })
  const ended = endOf(transaction)
  // A failed request ends the transaction too: then the request tells.
  ended.catch(() => {})
  const result = await work((name) => transaction.objectStore(name))
  await ended
  return result
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'))
  })
}

/** The answer to a request, as a promise. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
