import { VaultError } from '../../../src/index.ts'

export { waitFor } from 'xstate'
export { createClient } from '../../../src/index.ts'
export { webVault } from '../../../src/vault/web/index.ts'
export * as raw from './raw.ts'

declare global {
  /** What this file exports, in the page that the tests open. */
  var library: typeof import('./library.ts')
}

/** How an action of a vault ended, as a word. */
export async function problemOf(action: Promise<unknown>): Promise<string> {
  try {
    await action
    return 'none'
  } catch (error) {
    return error instanceof VaultError ? error.problem : `not a VaultError: ${error}`
  }
}

/** Waits for an instant in Unix milliseconds, so that several tabs begin together. */
export function until(instant: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, instant - Date.now()))
}
