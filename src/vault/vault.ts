import type { ConnectionRecord } from './record.ts'

/** A stored record, as it was read, and the revision that a change must name. */
export interface Entry {
  /** Plain JSON as it was written, by this version or another. */
  readonly record: unknown
  /** Never used again for this name, not even after the record was erased and another stored. */
  readonly revision: string
}

/** The right to send requests with what a record holds. It ends with its holder, or when that does not renew it. */
export interface Lease {
  /** Prolongs the lease by its duration; resolves with false where it was lost, and never takes it from another. */
  renew(): Promise<boolean>
  /** Ends the lease, unless another holds it by now. */
  release(): Promise<void>
}

/**
 * Where records live. Any number of processes or tabs may share one.
 *
 * A change names the revision that it replaces and is refused when another came first, so no change is lost, and of two
 * who take one pending authorization, one gets it. A lease is held from the read over the request to the store, so no
 * token is used twice. What is stored is as deep as the medium allows: it survives a power cut from the moment that
 * `write` resolves.
 *
 * Every method may reject, best with a {@link VaultError}: the connection then backs off and keeps what it has. Of any
 * other error nothing is told, since it may hold what the vault was given.
 */
export interface Vault {
  /** The latest record and its revision; `undefined` where none is stored. */
  read(name: string): Promise<Entry | undefined>
  /**
   * Stores a record in place of the one with this revision; `undefined`: where there is none.
   * Resolves with the new revision, or `undefined` where another change came first.
   */
  write(name: string, record: ConnectionRecord, revision: string | undefined): Promise<string | undefined>
  /** Erases the record with this revision; resolves with false where another change came first. */
  erase(name: string, revision: string): Promise<boolean>
  /**
   * The name of the connection whose pending authorization has this `state`, for a callback route that knows no name;
   * `undefined` where none has.
   */
  find(state: string): Promise<string | undefined>
  /** The names of all stored connections, in any order. */
  list(): Promise<string[]>
  /**
   * Takes the lease for `duration` milliseconds; resolves with `undefined` while somebody holds it. The lease of an owner
   * who is seen to be dead may be taken at once. No clock that can be set decides: that of the process since boot does, or
   * the database's.
   */
  lease(name: string, duration: number): Promise<Lease | undefined>
  /** Whether somebody holds the lease. */
  isLeased(name: string): Promise<boolean>
  /**
   * Puts what is stored under a name aside, readable or not, so that the name is free; deletes nothing. For a vault whose
   * records may be under a key that was lost.
   */
  setAside?(name: string): Promise<void>
  /**
   * Calls back after others have changed the record, for a vault that can tell. Nothing depends on it but how soon a
   * change is noticed: a call may be missing, late or needless. Changes made through this object need not be told.
   * Returns what ends it; watching keeps no process alive.
   */
  watch?(name: string, changed: () => void): () => void
}
