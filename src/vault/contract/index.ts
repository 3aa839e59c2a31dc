import { attempts } from './attempts.ts'
import type { Attempt, ContractCase } from './case.ts'
import type { VaultContractOptions } from './options.ts'
import { now } from './time.ts'

export { BrokenPromise } from './broken.ts'
export type { ContractCase } from './case.ts'
export type { VaultContractOptions, VaultProcesses } from './options.ts'

/**
 * What every vault promises, as a list of cases for a test runner of your choice:
 *
 * ```ts
 * for (const { name, run, limit } of vaultContract({ open, endsLeases: 'by time', watches: false }))
 *   test(name, run, limit)
 * ```
 *
 * Run it on a storage of its own: it leaves its records there, under names that it invents, and minds no others. All of
 * it takes some ten seconds, most of them waiting for leases to end; cases may run one after another in any order, but
 * not at the same time, since some measure how long a lease lasts, and two set `Date.now` of this process for a moment.
 * Each answer of the vault is awaited for 5 s; a method that was silent in two cases is not asked again.
 *
 * @throws OAuthError `invalid_configuration` for an option that is wrong
 */
export function vaultContract(options: VaultContractOptions): ContractCase[] {
  return attempts(options).map(({ attempt, ...rest }) => ({
    ...rest,
    run: async () => {
      await attempt()
    },
  }))
}

/** What became of one case. */
export interface CaseResult {
  readonly name: string
  /** False where a promise was broken; true for what was skipped. */
  readonly ok: boolean
  /** Which promise was broken, what was expected and what was seen, in one sentence without what was stored. */
  readonly problem?: string
  /** The vault's own error, where it threw one, or what a child process told of it; may hold what the vault was given. */
  readonly cause?: unknown
  /** Why it did not run. */
  readonly skipped?: string
  /** What it measured, for people. */
  readonly note?: string
  /** How long it took, in milliseconds. */
  readonly took: number
}

/**
 * Runs the whole contract without a test runner, one case after another: in a script, or in a browser's page.
 *
 * Resolves with one result for each case, in the order of {@link vaultContract}; rejects for a wrong option, never because of
 * the vault.
 */
export async function checkVault(options: VaultContractOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const each of attempts(options)) results.push(await resultOf(each))
  return results
}

async function resultOf({ name, attempt, skip }: Attempt): Promise<CaseResult> {
  const began = now()
  try {
    const note = await attempt()
    return { name, ok: true, ...(skip && { skipped: skip }), ...(note && { note }), took: now() - began }
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error('unknown')
    return { name, ok: false, problem: message, ...(cause !== undefined && { cause }), took: now() - began }
  }
}
