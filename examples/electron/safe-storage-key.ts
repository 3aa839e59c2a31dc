import { randomBytes, randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { safeStorage } from 'electron'
import { VaultError } from 'oauth-machines'
import type { VaultKey } from 'oauth-machines/vault/file'

/**
 * A key that is made once and kept in a file, encrypted by the operating system for this user and this app. On a Linux
 * without a keyring it is not: where `safeStorage.getSelectedStorageBackend()` is `basic_text`, the file's mode is all that
 * protects it.
 */
export function safeStorageKey(path: string): VaultKey {
  return {
    async bytes() {
      const kept = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        // Any other trouble is none that a new key would cure: it would lock out what is stored.
        if (error.code !== 'ENOENT') throw new VaultError('no_key', path)
      })
      return kept ? decrypt(kept, path) : makeKey(path)
    },
  }
}

function decrypt(kept: Buffer, path: string): Uint8Array {
  try {
    const key = Buffer.from(safeStorage.decryptString(kept), 'hex')
    if (key.length === 32) return key
  } catch {
    // Damaged, or another user's. What Electron says of it may hold what is in the file.
  }
  throw new VaultError('no_key', path)
}

/** The file is there whole or not at all, and never over one that is there, whatever ends the app meanwhile. */
async function makeKey(path: string): Promise<Uint8Array> {
  const key = randomBytes(32)
  const draft = `${path}.${randomUUID()}`
  try {
    const encrypted = safeStorage.encryptString(key.toString('hex'))
    await writeFile(draft, encrypted, { flag: 'wx', mode: 0o600, flush: true })
    await link(draft, path)
    return key
  } finally {
    await rm(draft, { force: true })
  }
}
