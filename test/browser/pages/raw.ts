/** What lies in a database, seen without the vault. */
type Store = 'records' | 'keys' | 'meta' | 'corrupt'

/** All that a store holds, by key. */
export async function rawValues(database: string, store: Store): Promise<[IDBValidKey, unknown][]> {
  const opened = await open(database)
  const place = opened.transaction(store).objectStore(store)
  const [keys, values] = await Promise.all([answer(place.getAllKeys()), answer<unknown[]>(place.getAll())])
  opened.close()
  return keys.map((key, index) => [key, values[index]])
}

/** Puts something into a store, past the vault. */
export async function putRaw(database: string, store: Store, key: IDBValidKey, value: unknown): Promise<void> {
  const opened = await open(database)
  await answer(opened.transaction(store, 'readwrite').objectStore(store).put(value, key))
  opened.close()
}

/** Opens a database, in a version of one's own and with stores of one's own where those are given. */
export async function open(database: string, version?: number, stores: string[] = []): Promise<IDBDatabase> {
  const opening = indexedDB.open(database, version)
  opening.onupgradeneeded = () => {
    for (const store of stores) opening.result.createObjectStore(store)
  }
  return answer(opening)
}

/** Deletes a database; rejects where somebody keeps it open. */
export function remove(database: string): Promise<void> {
  const deleting = indexedDB.deleteDatabase(database)
  return new Promise((resolve, reject) => {
    deleting.onblocked = () => reject(new Error('blocked'))
    deleting.onsuccess = () => resolve()
    deleting.onerror = () => reject(deleting.error)
  })
}

/** All text that stands in a value at any depth, bytes read as text included. */
export function textIn(value: unknown): string {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder('latin1').decode(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, member]) => `${name} ${textIn(member)}`)
    .join(' ')
}

/** The answer to a request, as a promise. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
