import type { Lease, Vault } from '../vault.ts'
import { disk } from './disk-errors.ts'
import { createKeyChain } from './keys.ts'
import { isHeld, take } from './leases.ts'
import { createNumbered } from './numbered.ts'
import { checkOptions, type FileVaultOptions } from './options.ts'
import { createPlace } from './place.ts'
import { createRecords, folderName } from './records.ts'
import { keyedSeals, plaintextSeals } from './seals.ts'
import { createSearch } from './searching.ts'
import { createWatching } from './watching.ts'

/** A vault in a directory. */
export interface FileVault extends Vault {
  /**
   * The names of all stored connections whose record can be read with the vault's keys; others are passed over. Where none
   * can be read, though some are there, it rejects with the {@link VaultError} of the first; so does `find`.
   */
  list(): Promise<string[]>
  /** Keeps the record as `corrupt-<number>` in its folder, whatever its key, and goes on without; nothing where there is none. */
  setAside(name: string): Promise<void>
  /**
   * Writes every record that is under a former key anew, under the current one; resolves with how many. Afterwards
   * `formerKeys` may go, once all processes use the new key. A record that cannot be read does not hold up the others: they
   * are rewritten, and then the {@link VaultError} of the first such record is thrown.
   */
  rotate(): Promise<number>
}

/**
 * A vault for Node and Electron: one folder for each connection, encrypted, shared by any number of processes of one machine.
 * It survives a power cut and the death of any process at any instant: a record is the old one or the new one.
 *
 * The directory is touched at first use and made where it is missing (mode 0700, files 0600; Windows has its own rights). It
 * must be on a disk of this machine with hard links, so not FAT. Network shares and FUSE are refused on Linux, and
 * `\\server\share` on Windows; others are not noticed, and several machines that share one would not exclude one another.
 *
 * A lease ends with its process, which is seen at once; on other systems than Linux, a process that took over the number of a
 * dead one holds its lease until that ends. A damaged record is set aside as `corrupt-<number>` and never removed. Whoever
 * can write to the directory can erase records or bring back the whole of an old directory, but not forge or exchange one.
 *
 * Rejects with a {@link VaultError}: `full`, `read_only`, `unreadable`, `network_share`, `unsupported` (no hard links) for the
 * place; `no_key`, `bad_key`, `wrong_key`, `corrupt`, `newer_format` for a record. Throws an `OAuthError` with the code
 * `invalid_configuration` at once for wrong options.
 *
 * @param directory where it is; relative to the working directory at this moment
 */
export function fileVault(directory: string, options: FileVaultOptions): FileVault {
  checkOptions(directory, options)
  const place = createPlace(directory)
  const { key, formerKeys } = options
  const seals = key ? keyedSeals(createKeyChain(key, formerKeys ?? [], place.directory)) : plaintextSeals
  const records = createRecords(place, seals)
  const search = createSearch(place, records)
  const leases = (name: string) => createNumbered(place.folder(folderName(name)), 'lease', false)
  const watching = createWatching({
    folder: (name) => place.folder(folderName(name)),
    make: makeFolder,
    highest: (name) => records.numbered(folderName(name)).highest(),
  })

  async function makeFolder(name: string): Promise<void> {
    await place.make(place.folder(folderName(name)))
  }

  return {
    read: (name) =>
      disk('reading', async () => {
        if (!(await place.exists())) return undefined
        const found = await records.read(folderName(name))
        watching.saw(name, found?.number)
        return found?.entry
      }),

    write: (name, record, revision) =>
      disk('writing', async () => {
        const number = await watching.own(name, () => records.write(name, record, revision))
        return number?.toString()
      }),

    erase: (name, revision) =>
      disk('writing', async () => {
        if (!(await place.exists())) return false
        const number = await watching.own(name, () => records.erase(name, revision))
        return number !== undefined
      }),

    find: (state) => disk('reading', () => search.find(state)),
    list: () => disk('reading', () => search.list()),

    lease: (name, duration) =>
      disk('writing', async () => {
        await makeFolder(name)
        const lease = await take(leases(name), duration)
        return lease && onDisk(lease)
      }),

    isLeased: (name) => disk('reading', async () => (await place.exists()) && (await isHeld(leases(name)))),

    setAside: (name) =>
      disk('writing', async () => {
        if (await place.exists()) await watching.own(name, () => records.setAside(name))
      }),

    rotate: () => disk('writing', async () => rotate(await place.connections(), records.renew)),

    watch: watching.watch,
  }
}

function onDisk(lease: Lease): Lease {
  return {
    renew: () => disk('writing', () => lease.renew()),
    release: () => disk('writing', () => lease.release()),
  }
}

/** Goes on after what cannot be rewritten, and tells of it in the end. */
async function rotate(ids: readonly string[], renew: (id: string) => Promise<boolean>): Promise<number> {
  let rewritten = 0
  const failures: unknown[] = []
  for (const id of ids) {
    try {
      if (await renew(id)) rewritten++
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return rewritten
}
