import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import { type FileVault, fileVault } from '../vault/file/file-vault.ts'
import { keyringKey } from '../vault/file/keyring.ts'
import { createKeyChain, environmentKey, type KeyChain, type VaultKey } from '../vault/file/keys.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { WrongUse } from './command.ts'
import { fileKey } from './file-key.ts'
import { lookIn } from './looking.ts'
import { systemPaths } from './system-paths.ts'

/** Where the command line keeps what it knows. */
export interface Home {
  readonly folder: string
  readonly vault: FileVault
  /** What a record says now, as it lies there: nothing changes, so that whoever looks again sees the same. */
  look(name: string): Promise<ConnectionRecord | undefined>
  readonly key: 'file' | 'environment' | 'keyring'
  /** The keys of the vault, for what is kept beside it. */
  readonly keys: KeyChain
}

/** The key of the vault: 32 bytes in base64 or hex, or the word `keyring`. */
const KEY = 'OAUTH_MACHINES_KEY'

/**
 * Opens the folder that was named, by the option or the environment, else the one that the platform prescribes. Nothing is
 * touched before somebody asks. Throws {@link WrongUse}.
 */
export function homeAt(option: string | undefined): Home {
  if (option === '') throw new WrongUse('--vault is empty.')
  const folder = resolve(option ?? (env.OAUTH_MACHINES_VAULT || systemPaths().data))
  const keyFile = join(folder, 'key')
  const key = env[KEY] === 'keyring' ? 'keyring' : env[KEY] ? 'environment' : 'file'
  const current = keyOf(key, folder, keyFile)
  // Whoever begins with a key file and then brings a better key, goes on with what there is.
  const formerKeys = key !== 'file' && existsSync(keyFile) ? [fileKey(keyFile)] : []
  const directory = join(folder, 'vault')
  const vault = fileVault(directory, { key: current, formerKeys })
  const keys = createKeyChain(current, formerKeys, directory)
  return { folder, vault, look: lookIn(directory, keys), key, keys }
}

function keyOf(key: Home['key'], folder: string, file: string): VaultKey {
  if (key === 'keyring') return keyringKey({ service: 'oauth-machines', account: folder })
  return key === 'environment' ? environmentKey(KEY) : fileKey(file)
}
