import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { disk } from '../vault/file/disk-errors.ts'
import type { KeyChain } from '../vault/file/keys.ts'
import { createPlace } from '../vault/file/place.ts'
import { createRecords, folderName } from '../vault/file/records.ts'
import { keyedSeals } from '../vault/file/seals.ts'
import { parseRecord } from '../vault/parse-record.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { VaultError } from '../vault/vault-error.ts'

/** Reads records of a file vault, and sets aside none that is damaged. Rejects with {@link VaultError}. */
export function lookIn(directory: string, keys: KeyChain) {
  const place = createPlace(directory)
  const records = createRecords(place, keyedSeals(keys))

  /** What counts, or the damage of what did. */
  async function contentOf(id: string) {
    const latest = (await place.exists()) ? await records.latest(id) : undefined
    const content = latest && (await records.open(id, latest))
    if (latest && !content && existsSync(join(place.folder(id), `corrupt-${latest.number - 1}`)))
      throw new VaultError('corrupt')
    return content
  }

  return async (name: string): Promise<ConnectionRecord | undefined> => {
    const content = await disk('reading', () => contentOf(folderName(name)))
    const parsed = content && parseRecord(content.record)
    if (parsed && !('record' in parsed)) throw new VaultError('newer' in parsed ? 'newer_format' : 'corrupt')
    return parsed?.record
  }
}
