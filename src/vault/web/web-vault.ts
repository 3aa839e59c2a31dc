import { misconfigured } from '../../failure.ts'
import type { Vault } from '../vault.ts'
import { createChanges } from './changes.ts'
import { createConnection } from './connection.ts'
import { hashOf } from './envelope.ts'
import { createLocks } from './locks.ts'
import { createRecords } from './records.ts'

export interface WebVaultOptions {
  /** The name of the IndexedDB database; vaults of one name and origin share their records. Default `oauth-machines`. */
  readonly database?: string
}

/**
 * A vault of a browser: all tabs and workers of an origin share it. It opens nothing until it is first used.
 *
 * Records are encrypted with AES-256-GCM under a key that is made here once and that no script can read, so a copy of the
 * browser's files or of the database's values shows no secret without it. It does not keep out a script that runs in the
 * page: that can use the vault as the page does. Names of connections and the client they belong to are not encrypted.
 *
 * A lease is a Web Lock. It does not end by time, so `duration` is not used: the browser ends it with its tab or worker,
 * be that closed or crashed.
 *
 * Its methods reject with a {@link VaultError}: `unsupported` where the browser lacks IndexedDB, Web Locks or WebCrypto, as
 * every page does that is not served by https or from this machine; `full` at the end of the quota; `corrupt` for a record
 * that cannot be decrypted, which then lies in the database's store of that name, as does what `setAside` was asked for;
 * `newer_format` for what a newer version
 * of this package wrote; `no_key` where something else lies in the key's place; `unreadable` for all else.
 *
 * A browser may delete what an origin stores when its disk is nearly full; `navigator.storage.persist()` asks it not to.
 *
 * @throws OAuthError `invalid_configuration` for an option that is wrong
 */
export function webVault(options: WebVaultOptions = {}): Vault {
  const { database = 'oauth-machines' } = options
  if (typeof database !== 'string' || database === '') throw misconfigured('web vault, option database', 'a name')
  const use = createConnection(database)
  const { lease, isLeased } = createLocks(database)
  const { tell, watch } = createChanges(database)
  const records = createRecords(tell)

  return {
    read: (name) => use((opened) => records.read(opened, name)),
    write: (name, record, revision) => use((opened) => records.write(opened, name, record, revision)),
    erase: (name, revision) => use((opened) => records.erase(opened, name, revision)),
    setAside: (name) => use((opened) => records.setAside(opened, name)),
    find: (state) => use(async (opened) => records.find(opened, await hashOf(state))),
    list: () => use(records.list),
    lease,
    isLeased,
    watch,
  }
}
