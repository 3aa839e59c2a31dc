import { createRequire } from 'node:module'
import type { AsyncEntry } from '@napi-rs/keyring'
import type { KeyringEntry } from '../../../src/vault/file/keyring.ts'

/** The real package with the kernel's keyring, which needs no desktop; a vault itself insists on one that lasts. */
export async function openKernelEntry({ service, account }: KeyringEntry): Promise<AsyncEntry> {
  const keyring = createRequire(import.meta.url)('@napi-rs/keyring')
  return new keyring.AsyncEntry(service, account, { linux: { store: 'keyutils' } })
}
