import { fileVault, rawKey } from '../../../src/vault/file/index.ts'
import type { Vault } from '../../../src/vault/vault.ts'

/** Opens a file vault here or in a child process; without a key it is in plain text. */
export function open(directory: string, key?: string): Vault {
  return fileVault(directory, key ? { key: rawKey(Buffer.from(key, 'base64')) } : { unsafePlaintext: true })
}
