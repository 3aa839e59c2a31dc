import { type Attempt, attemptOf } from './case.ts'
import { finding } from './cases/finding.ts'
import { leases, leasesByTime, leasesWithTheirOwner } from './cases/leases.ts'
import { names } from './cases/names.ts'
import { processes, processesThatWatch } from './cases/processes.ts'
import { records } from './cases/records.ts'
import { revisions } from './cases/revisions.ts'
import { together } from './cases/together.ts'
import { unwatched, watching } from './cases/watching.ts'
import type { VaultContractOptions } from './options.ts'

/** Which cases a vault is to pass. */
export function attempts(options: VaultContractOptions): Attempt[] {
  const chosen = {
    ...records,
    ...revisions,
    ...names,
    ...finding,
    ...leases,
    ...(options.endsLeases === 'by time' ? leasesByTime : leasesWithTheirOwner),
    ...together,
    ...(options.watches ? watching : unwatched),
    ...(options.processes && processes),
    ...(options.processes && options.watches && processesThatWatch),
  }
  const cases = Object.entries(chosen).map(([name, check]) => attemptOf(name, check, options))
  return options.processes ? cases : [...cases, withoutProcesses]
}

/** Stands in the list so that nobody believes that several processes were tried. */
const withoutProcesses: Attempt = {
  name: 'skipped: several processes share a vault',
  skip: 'options.processes is not given',
  limit: 1_000,
  attempt: async () => undefined,
}
