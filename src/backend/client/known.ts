import type { Errand } from '../../dialogue.ts'
import type { Summary } from '../../recall.ts'
import type { LentToken } from '../wire.ts'

/** What one running machine knows of its connection without asking the server. In memory only. */
export class Known {
  /** What the server said last. */
  last: Summary | undefined
  /** The token that the server has lent. */
  lent: LentToken | undefined
  /** How often a token was dropped: one that was asked for before comes too late. */
  drops = 0
  /** How often in a row the server was not reached, or its vault was in trouble. */
  troubles = 0

  /** The errand that has got no answer. */
  lost: Errand | undefined

  /** The server has answered. */
  take(summary: Summary): void {
    this.last = summary
    this.troubles = 0
    if (this.lent?.generation !== summary.token?.generation) this.lent = undefined
  }

  /** The token is used no more: it was refused, or a disconnect is asked for. */
  drop(): void {
    this.lent = undefined
    this.drops++
  }
}

/** One for each connection in an actor system, since the machines of one parent share that. */
export function createKnowledge(): (system: object, connection: string) => Known {
  const all = new WeakMap<object, Map<string, Known>>()
  return (system, connection) => {
    const inSystem = all.get(system) ?? new Map<string, Known>()
    all.set(system, inSystem)
    const known = inSystem.get(connection) ?? new Known()
    inSystem.set(connection, known)
    return known
  }
}
