import { parseRecord } from '../vault/parse-record.ts'
import { VaultError } from '../vault/vault-error.ts'
import type { ToldFailure } from './json.ts'
import type { Named } from './named.ts'
import { troubleOf, withoutPromise } from './told-failure.ts'

/** What was there before it was forgotten. */
export interface Forgotten {
  readonly wasConnected: boolean
  /** Why it could not be read. */
  readonly failure?: ToldFailure
}

/** Erases what is stored of a connection; what cannot be read is set aside. It needs no registration, and asks nobody. */
export async function forgetHere({ home, place }: Named): Promise<Forgotten> {
  const { vault } = home
  try {
    for (;;) {
      const entry = await vault.read(place)
      if (!entry) return { wasConnected: false }
      // Another process has changed it meanwhile.
      if (!(await vault.erase(place, entry.revision))) continue
      const parsed = parseRecord(entry.record)
      return { wasConnected: 'record' in parsed && parsed.record.tokens !== undefined }
    }
  } catch (error) {
    if (!(error instanceof VaultError)) throw error
    await vault.setAside(place)
    return { wasConnected: false, failure: { ...troubleOf(error), message: withoutPromise(error.message) } }
  }
}
