import { VaultError } from '../vault-error.ts'

/**
 * Looks whether the browser has what a vault needs. Web Locks and `crypto.subtle` are missing wherever a page came over
 * plain http from another machine, and in places that are no browser.
 */
export function checkPlatform(): void {
  const { indexedDB, crypto, navigator } = globalThis
  if (!indexedDB || !crypto?.subtle || !navigator?.locks) throw new VaultError('unsupported')
}
