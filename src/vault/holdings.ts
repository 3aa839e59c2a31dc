import type { ConnectionRecord } from './record.ts'
import { canRenew } from './steps.ts'

/** What is known of a connection without asking the vault; it outlives a vault in trouble. */
export interface Held {
  record: ConnectionRecord | undefined
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
  /** How many connections of this name are open. */
  connections: number
  /** How often in a row the vault was in trouble. */
  troubles: number
  /** Called when a token may be usable although no state has changed. */
  readonly listeners: Set<() => void>
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
      accessToken: undefined,
      expiresAt: 0,
      refreshAt: Infinity,
      revokeWished: false,
      rejected: undefined,
      storing: 0,
      connections: 0,
      troubles: 0,
      listeners: new Set(),
    }
    known.set(name, fresh)
    return fresh
  }

  /** A connection was opened; what is known of it is kept until the last one of its name is closed. */
  function open(name: string): Held {
    const cell = held(name)
    cell.connections++
    return cell
  }

  function close(name: string): void {
    if (--held(name).connections <= 0) known.delete(name)
  }

  /** Takes a record over into memory, and with it the token that may be handed out. */
  function hold(name: string, record: ConnectionRecord | undefined): ConnectionRecord | undefined {
    const cell = held(name)
    const tokens = record?.wantsRevoke || record?.tokens?.accessToken === cell.rejected ? undefined : record?.tokens
    Object.assign(cell, {
      record,
      accessToken: tokens?.accessToken,
      expiresAt: tokens?.expiresAt ?? Infinity,
      refreshAt: (canRenew(record) && tokens?.refreshAt) || Infinity,
    })
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

  return { held, open, close, hold, withWish, withhold, wishRevoke }
}
