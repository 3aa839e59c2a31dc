import { VaultError } from '../vault-error.ts'
import { openDatabase } from './database.ts'
import { keyOf } from './key.ts'
import { checkPlatform } from './platform.ts'

/** A database with its key. A key is good for the database that it came from: another of the same name has its own. */
export interface Opened {
  readonly database: IDBDatabase
  readonly key: CryptoKey
}

/** Opens a database when it is first used, and again after the browser or an upgrade elsewhere has closed it. */
export function createConnection(name: string) {
  let opening: Promise<Opened> | undefined

  /** Works with the database; all that goes wrong becomes a {@link VaultError}. */
  async function use<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    try {
      checkPlatform()
      return await attempt(work).catch((error: unknown) => {
        // Nothing was stored, and who came first is found out anew: it may be tried again, with a new connection.
        if (isConnectionLost(error)) return attempt(work)
        throw error
      })
    } catch (error) {
      throw vaultErrorOf(error)
    }
  }

  async function attempt<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    opening ??= open()
    const current = opening
    const opened = await current.catch((error: unknown) => {
      forget(current)
      throw error
    })
    return work(opened).catch((error: unknown) => {
      if (!(error instanceof VaultError)) forget(current)
      throw error
    })
  }

  async function open(): Promise<Opened> {
    const database = await openDatabase(name)
    const current = opening
    // Whoever upgrades or deletes the database waits until it is closed everywhere.
    database.onversionchange = () => forget(current)
    try {
      return { database, key: await keyOf(database) }
    } catch (error) {
      database.close()
      throw error
    }
  }

  function forget(current: Promise<Opened> | undefined): void {
    if (opening === current) opening = undefined
    // What could not be opened is closed already.
    current?.then(({ database }) => database.close()).catch(() => {})
  }

  return use
}

/** A browser closes connections of its own accord too, for instance when a person clears what a site has stored. */
function isConnectionLost(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'InvalidStateError' || error.name === 'AbortError')
}

/** What a browser throws may hold what it was given, so only the kind of trouble goes on. */
function vaultErrorOf(error: unknown): VaultError {
  if (error instanceof VaultError) return error
  const name = error instanceof Error ? error.name : undefined
  if (name === 'QuotaExceededError') return new VaultError('full')
  if (name === 'VersionError') return new VaultError('newer_format')
  return new VaultError('unreadable')
}
