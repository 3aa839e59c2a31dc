import type { ConnectionRecord } from './record.ts'

/** A stored record, as it was read, and the revision that a change must name. */
export interface Entry {
  readonly record: unknown
  readonly revision: string
}

/** The right to send requests with what a record holds. It ends by itself if its holder does not renew it. */
export interface Lease {
  /** Prolongs the lease; resolves with false where it was lost. */
  renew(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Where records live. Every method may reject: the connection then backs off and keeps what it has.
 *
 * A change names the revision that it replaces and is refused when another came first, so no change is lost; a lease is
 * held from the read over the request to the store, so no token is used twice.
 */
export interface Vault {
  read(name: string): Promise<Entry | undefined>
  /**
   * Stores a record in place of the one with this revision; `undefined`: where there is none.
   * Resolves with the new revision, or `undefined` where another change came first.
   */
  write(name: string, record: ConnectionRecord, revision: string | undefined): Promise<string | undefined>
  /** Erases the record with this revision; resolves with false where another change came first. */
  erase(name: string, revision: string): Promise<boolean>
  /** Takes the lease for `duration` milliseconds; resolves with `undefined` while somebody holds it. */
  lease(name: string, duration: number): Promise<Lease | undefined>
  /** Whether somebody holds the lease. */
  isLeased(name: string): Promise<boolean>
}
