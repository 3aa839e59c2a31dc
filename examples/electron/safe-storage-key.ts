import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { safeStorage } from 'electron'
import type { VaultKey } from 'oauth-machines/vault/file'

/** A key that is made once and kept in a file, encrypted by the operating system for this user and this app. */
export function safeStorageKey(path: string): VaultKey {
  return {
    async bytes() {
      const kept = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        // Any other trouble is none that a new key would cure: it would lock out what is stored.
        if (error.code !== 'ENOENT') throw error
      })
      if (kept) return Buffer.from(safeStorage.decryptString(kept), 'hex')
      const key = randomBytes(32)
      // `wx`: never over one that is there. An app of one instance is the only one to write it.
      await writeFile(path, safeStorage.encryptString(key.toString('hex')), { flag: 'wx', mode: 0o600 })
      return key
    },
  }
}
