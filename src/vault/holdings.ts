import type { ConnectionRecord } from './record.ts'
import { canRenew } from './steps.ts'

/** What is known of a connection without asking the vault; it outlives a vault in trouble. */
export interface Held {
  record: ConnectionRecord | undefined
  /** Of the record, as the vault names it; `null` until the vault was read. */
  revision: string | undefined | null
  /** Counts the records that were seen. */
  version: number
  /** The token that may be handed out. */
  accessToken: string | undefined
  /** Unix milliseconds; `Infinity` where the server did not say. */
  expiresAt: number
  refreshAt: number
  /** A disconnect was asked for and is not stored yet. */
  revokeWished: boolean
  /** The access token that an API refused. */
  rejected: string | undefined
  /** How many answers the vault has not taken yet. */
  storing: number
  /** How many changes are being written. */
  writing: number
  /** The vault told of a change meanwhile: it is looked at afterwards, when one's own is known. */
  hinted: boolean
  /** How many connections of this name are open. */
  connections: number
  /** How often in a row the vault was in trouble. */
  troubles: number
  /** Whether the last time was when something was to be written: that it can be read then proves nothing. */
  stuck: boolean
  /** The record with the intent of the request that is under way. */
  departed: ConnectionRecord | undefined
  /** Whether the vault has found the record damaged since then. */
  damaged: boolean
  /** When the vault was last asked for news, in Unix milliseconds. */
  lookedAt: number
  /** Called when a token may be usable although no state has changed. */
  readonly listeners: Set<() => void>
  /** Called when another record was seen, or stored. */
  readonly followers: Set<() => void>
  /** Ends the watching, while a connection is open. */
  unwatch: () => void
  /** Tells other clients on the same vault object that the record has changed. */
  tell: () => void
}

/** What one application knows of its connections: which token may be handed out, in one place. */
export function createHoldings() {
  const known = new Map<string, Held>()

  /** What is known of a connection; one object for its whole life. */
  function held(name: string): Held {
    const existing = known.get(name)
    if (existing) return existing
    const fresh: Held = {
      record: undefined,
      revision: null,
      version: 0,
      accessToken: undefined,
      expiresAt: 0,
      refreshAt: Infinity,
      revokeWished: false,
      rejected: undefined,
      storing: 0,
      writing: 0,
      hinted: false,
      connections: 0,
      troubles: 0,
      stuck: false,
      departed: undefined,
      damaged: false,
      lookedAt: 0,
      listeners: new Set(),
      followers: new Set(),
      unwatch: () => {},
      tell: () => {},
    }
    known.set(name, fresh)
    return fresh
  }

  /** Whether this is still what is known of that name. */
  function keeps(name: string, cell: Held): boolean {
    return known.get(name) === cell
  }

  function drop(name: string): void {
    known.delete(name)
  }

  /** Takes a record over into memory, and with it the token that may be handed out; tells who listens if it is another. */
  function hold(
    name: string,
    record: ConnectionRecord | undefined,
    revision: string | undefined,
  ): ConnectionRecord | undefined {
    const cell = held(name)
    const isAnother = cell.revision !== revision
    const tokens = record?.wantsRevoke || record?.tokens?.accessToken === cell.rejected ? undefined : record?.tokens
    Object.assign(cell, {
      record,
      revision,
      accessToken: tokens?.accessToken,
      expiresAt: tokens?.expiresAt ?? Infinity,
      refreshAt: (canRenew(record) && tokens?.refreshAt) || Infinity,
    })
    if (isAnother) {
      cell.version++
      for (const follower of [...cell.followers]) follower()
    }
    return record
  }

  /** A disconnect that was asked for while an answer was awaited goes along with the next change. */
  function withWish(name: string, record: ConnectionRecord | undefined): ConnectionRecord | undefined {
    const cell = held(name)
    if (!record?.tokens) cell.revokeWished = false
    return record && cell.revokeWished && !record.wantsRevoke ? { ...record, wantsRevoke: true } : record
  }

  /** The token was refused somewhere: it is handed out no more. */
  function withhold(name: string): void {
    const cell = held(name)
    cell.rejected = cell.record?.tokens?.accessToken
    cell.accessToken = undefined
  }

  /** A disconnect is asked for: from now on no token is handed out, and the next change of the record says so. */
  function wishRevoke(name: string): void {
    Object.assign(held(name), { revokeWished: true, accessToken: undefined })
  }

  return { held, keeps, drop, hold, withWish, withhold, wishRevoke }
}
