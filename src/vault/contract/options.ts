import { misconfigured } from '../../failure.ts'
import type { Vault } from '../vault.ts'

/** What the contract must know of a vault. */
export interface VaultContractOptions {
  /**
   * Gives another vault object on the same storage each time; a vault that lives in one object only, as the one in memory
   * does, may give the same again. Not called for more than some hundred objects in all.
   */
  readonly open: () => Vault | Promise<Vault>
  /**
   * When a lease ends that is not renewed: `by time`, after its duration, or only `with their owner`, when its process or
   * tab ends, as Web Locks do. A vault that does both says `by time`.
   */
  readonly endsLeases: 'by time' | 'with their owner'
  /** Whether the vault has `watch`. */
  readonly watches: boolean
  /** How other processes open the same storage. Left out, the cases that start processes do not run, and the list says so. */
  readonly processes?: VaultProcesses
}

/** How a child process of Node opens a vault on the same storage as `open` does. */
export interface VaultProcesses {
  /** A module; of TypeScript from Node 22.18 on. */
  readonly module: URL
  /** Its function that returns or resolves with a vault. Default: `open`. */
  readonly export?: string
  /** What that function is given, as plain JSON; keys too, since it is not passed on a command line. Default: nothing. */
  readonly arguments?: readonly unknown[]
  /** Node's own options, for instance a loader. Default: none. */
  readonly execArgv?: readonly string[]
}

/** Says at once what is wrong with the options, for callers without types. */
export function checkOptions(options: VaultContractOptions): void {
  if (typeof options !== 'object' || options === null) throw misconfigured('vault contract, options', 'missing')
  const { open, endsLeases, watches, processes } = options
  if (typeof open !== 'function') throw wrong('open', 'not a function')
  if (endsLeases !== 'by time' && endsLeases !== 'with their owner')
    throw wrong('endsLeases', "neither 'by time' nor 'with their owner'")
  if (typeof watches !== 'boolean') throw wrong('watches', 'neither true nor false')
  // Some test runners bring a class URL of their own.
  if (processes !== undefined && typeof processes?.module?.href !== 'string')
    throw wrong('processes.module', 'not a URL, as new URL(path, import.meta.url) makes it')
}

const wrong = (option: string, reason: string) => misconfigured(`vault contract, option ${option}`, reason)
