import { defaultEnvironment } from '../../environment.ts'
import type { Vault } from '../vault.ts'
import { VaultError } from '../vault-error.ts'
import { answering, askingFor, type Silences } from './answers.ts'
import { BrokenPromise } from './broken.ts'
import type { VaultContractOptions, VaultProcesses } from './options.ts'

/** One promise of a vault, to be tried. */
export interface ContractCase {
  /** A sentence, different for each case. */
  readonly name: string
  /**
   * Rejects with a {@link BrokenPromise} that says in one sentence what was expected and seen, never what was stored; its
   * `cause` is the vault's own error where there was one.
   */
  readonly run: () => Promise<void>
  /** Why it cannot run here; then `run` does nothing. */
  readonly skip?: string
  /** How long it takes at most, in milliseconds; for runners that have a shorter limit of their own. */
  readonly limit: number
}

/** A case, and what it measured. */
export interface Attempt extends Omit<ContractCase, 'run'> {
  readonly attempt: () => Promise<string | undefined>
}

/** What a case works with. */
export interface Bench {
  readonly open: () => Promise<Vault>
  readonly processes: VaultProcesses | undefined
}

/** May resolve with what was measured. */
export type Check = (bench: Bench) => Promise<string | undefined>

/** Cases by the promise that each of them tries. */
export type Cases = Readonly<Record<string, Check>>

/** How long a case may take, in milliseconds: a busy host is no fault of the vault. */
const PATIENCE = 60_000

export function attemptOf(name: string, check: Check, options: VaultContractOptions, silences: Silences): Attempt {
  const ask = askingFor(name, silences)
  const open = async () => answering(await ask('open', () => options.open()), ask)
  const bench: Bench = { open, processes: options.processes }
  const attempt = async () => {
    const limit = deadline(name)
    try {
      return (await Promise.race([check(bench), limit.passed])) ?? undefined
    } catch (error) {
      throw error instanceof BrokenPromise ? error : unexpected(name, error)
    } finally {
      limit.cancel()
    }
  }
  // The kit's own limit comes first: it says more than a runner's.
  return { name, attempt, limit: PATIENCE + 5_000 }
}

function deadline(name: string) {
  let cancel = () => {}
  const passed = new Promise<never>((_, reject) => {
    const late = () => reject(new BrokenPromise(`${name}: expected an end within ${PATIENCE} ms, saw none`))
    cancel = defaultEnvironment().after(PATIENCE, late, { watched: true })
  })
  return { passed, cancel: () => cancel() }
}

/** Another's message may hold what the vault was given, so it is the cause, and not part of the sentence. */
function unexpected(name: string, error: unknown): BrokenPromise {
  const kind = error instanceof Error ? error.name : typeof error
  const what = error instanceof VaultError ? `VaultError ${error.problem}` : kind
  return new BrokenPromise(`${name}: expected an answer, saw the vault throw (${what})`, { cause: error })
}
