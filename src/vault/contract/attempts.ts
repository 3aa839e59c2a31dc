import type { Silences } from './answers.ts'
import { type Attempt, attemptOf } from './case.ts'
import { clocks } from './cases/clocks.ts'
import { finding } from './cases/finding.ts'
import { leases, leasesByTime, leasesWithTheirOwner } from './cases/leases.ts'
import { names } from './cases/names.ts'
import { opening } from './cases/opening.ts'
import { processes, processesThatWatch } from './cases/processes.ts'
import { records } from './cases/records.ts'
import { revisions } from './cases/revisions.ts'
import { together } from './cases/together.ts'
import { unwatched, watching } from './cases/watching.ts'
import { checkOptions, type VaultContractOptions } from './options.ts'

/** Which cases a vault is to pass; throws where the options are wrong. */
export function attempts(options: VaultContractOptions): Attempt[] {
  checkOptions(options)
  const chosen = {
    ...opening,
    ...records,
    ...revisions,
    ...names,
    ...finding,
    ...leases,
    ...(options.endsLeases === 'by time' ? { ...leasesByTime, ...clocks } : leasesWithTheirOwner),
    ...together,
    ...(options.watches ? watching : unwatched),
    ...(options.processes && processes),
    ...(options.processes && options.watches && processesThatWatch),
  }
  const silences: Silences = new Map()
  const cases = Object.entries(chosen).map(([name, check]) => attemptOf(name, check, options, silences))
  return options.processes ? cases : [...cases, withoutProcesses]
}

/** Stands in the list so that nobody believes that several processes were tried. */
const withoutProcesses: Attempt = {
  name: 'skipped: several processes share a vault',
  skip: 'options.processes is not given',
  limit: 1_000,
  attempt: async () => undefined,
}
