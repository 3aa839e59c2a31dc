import { type Failure, fail, OAuthError } from '../failure.ts'
import { VaultError } from './vault-error.ts'

/** The vault could not be used, or holds what does not belong here. Ends as a summary, never in a host's hands. */
export class VaultTrouble extends Error {
  readonly failure: Failure
  /** The provider's answer is in memory only, and the process is about to end. */
  readonly losesAnswer: boolean

  constructor(failure: Failure, losesAnswer = false) {
    super(failure.message)
    this.failure = failure
    this.losesAnswer = losesAnswer
  }
}

/** @param about names the provider */
export function vaultTrouble(code: 'vault_unavailable' | 'vault_mismatch', about: string, what: string): VaultTrouble {
  return new VaultTrouble(fail(code, { about: `${about}, vault, ${what}` }))
}

/** For what a host asks of a vault itself: trouble rejects as an {@link OAuthError}. */
export async function orFailure<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw error instanceof VaultTrouble ? new OAuthError(error.failure) : error
  }
}

/** Asks a vault. What it throws may hold what it was given, so none of it goes on but the problem that it names. */
export async function ask<T>(about: string, what: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (!(error instanceof VaultError)) throw vaultTrouble('vault_unavailable', about, what)
    const code = error.mismatch ? 'vault_mismatch' : 'vault_unavailable'
    throw new VaultTrouble(fail(code, { about: `${about}, vault, ${what}, ${error.what}`, remedy: error.remedy }))
  }
}
