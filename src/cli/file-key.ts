import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { disk, unlessMissing } from '../vault/file/disk-errors.ts'
import { parseEnvelope } from '../vault/file/envelope.ts'
import { createOnce } from '../vault/file/files.ts'
import { decodeKey, KEY_LENGTH, type VaultKey } from '../vault/file/keys.ts'
import { createNumbered } from '../vault/file/numbered.ts'
import { createPlace } from '../vault/file/place.ts'
import { VaultError } from '../vault/vault-error.ts'

/**
 * A key in a file for its owner only, which is made where there is none. Who can read the folder can read the file: it
 * protects a copy of the vault that lacks it. One that is lost is not replaced while there are records under it: the vault
 * then rejects with the {@link VaultError} `no_key`.
 */
export function fileKey(path: string): VaultKey {
  const there = async () => textToKey(await unlessMissing(readFile(path, 'utf8')))
  return {
    async bytes(vault) {
      return await disk('writing', async () => (await there()) ?? (await make(path, vault, there)))
    },
  }
}

type There = () => Promise<Uint8Array | undefined>

async function make(path: string, vault: string, there: There): Promise<Uint8Array> {
  const inUse = await hasRecords(vault)
  // Another process may have made the key, and its first record, at this moment.
  const others = inUse ? await there() : undefined
  if (others) return others
  if (inUse) throw new VaultError('no_key', basename(path))
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = await createOnce(dirname(path), basename(path), `${randomBytes(KEY_LENGTH).toString('base64')}\n`)
  return textToKey(text) ?? Buffer.alloc(0)
}

/** Whether a record may be under a key that is not there. */
async function hasRecords(vault: string): Promise<boolean> {
  for (const id of await createPlace(vault).connections()) {
    const latest = await createNumbered(join(vault, id), 'record', true).latest()
    if (latest && parseEnvelope(latest.text).kind !== 'erased') return true
  }
  return false
}

function textToKey(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const key = decodeKey(text)
  if (!key) throw new VaultError('bad_key', 'key file')
  return key
}
