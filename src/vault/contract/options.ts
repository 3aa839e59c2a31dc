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
