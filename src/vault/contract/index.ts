import { defaultEnvironment } from '../../environment.ts'
import { attempts } from './attempts.ts'
import type { Attempt, ContractCase } from './case.ts'
import type { VaultContractOptions } from './options.ts'

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
 * not at the same time, since some measure how long a lease lasts.
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
 * Resolves with one result for each case, in the order of {@link vaultContract}; never rejects because of the vault.
 */
export async function checkVault(options: VaultContractOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const each of attempts(options)) results.push(await resultOf(each))
  return results
}

async function resultOf({ name, attempt, skip }: Attempt): Promise<CaseResult> {
  const { now } = defaultEnvironment()
  const began = now()
  try {
    const note = await attempt()
    return { name, ok: true, ...(skip && { skipped: skip }), ...(note && { note }), took: now() - began }
  } catch (error) {
    return { name, ok: false, problem: error instanceof Error ? error.message : 'unknown', took: now() - began }
  }
}
