import { type Failure, fail, OAuthError } from '../failure.ts'
import { VaultError, type VaultProblem } from './vault-error.ts'

/** What is known of a trouble beside its failure. */
interface Circumstances {
  /** What the vault named; `foreign` where somebody else's record is in the place. */
  readonly problem?: VaultProblem | 'foreign'
  /** Whether something was to be written. Default false. */
  readonly writing?: boolean
  /** Whether a provider's answer is in memory only, and will not be stored any more. Default false. */
  readonly losesAnswer?: boolean
}

/** The vault could not be used, or holds what does not belong here. Ends as a summary, never in a host's hands. */
export class VaultTrouble extends Error {
  readonly failure: Failure
  readonly circumstances: Circumstances

  constructor(failure: Failure, circumstances: Circumstances = {}) {
    super(failure.message)
    this.failure = failure
    this.circumstances = circumstances
  }
}

/** @param about names the provider */
export function vaultTrouble(
  code: 'vault_unavailable' | 'vault_mismatch',
  about: string,
  what: string,
  circumstances?: Circumstances,
): VaultTrouble {
  return new VaultTrouble(fail(code, { about: `${about}, vault, ${what}` }), circumstances)
}

/** What a vault's error means. It may hold what the vault was given, so none of it goes on but the problem that it names. */
export function troubleOf(error: unknown, about: string, what: string): VaultTrouble {
  const writing = what === 'write' || what === 'erase'
  if (!(error instanceof VaultError)) return vaultTrouble('vault_unavailable', about, what, { writing })
  const { problem, remedy } = error
  const code = error.mismatch ? 'vault_mismatch' : 'vault_unavailable'
  return new VaultTrouble(fail(code, { about: `${about}, vault, ${what}, ${error.what}`, remedy }), {
    problem,
    writing,
  })
}

/** For what a host asks of a vault itself: trouble rejects as an {@link OAuthError}. */
export async function orFailure<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw error instanceof VaultTrouble ? new OAuthError(error.failure) : error
  }
}
