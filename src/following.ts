import type { FlowActor, FlowSnapshot } from './flow-actor.ts'
import { type Standing, type Summary, summarize } from './recall.ts'
import type { Held } from './vault/holdings.ts'

const changed = { type: 'record.changed' } as const

/**
 * Tells a machine that waits, or is at rest, when somebody else has changed its record in a way that matters: another
 * connection of this name, another window, another process. One that has a request in flight looks when that is over.
 * Returns what ends it.
 */
export function follow(actor: FlowActor, held: Held, now: () => number): () => void {
  let seen = held.version
  let generation = 0
  let stood: Standing | undefined
  const look = () => {
    const snapshot = actor.getSnapshot()
    if (held.version === seen || snapshot.status !== 'active' || !snapshot.can(changed)) return
    seen = held.version
    const before = { generation, stood }
    generation = held.record?.generation ?? 0
    const summary = summarize(held.record, now(), '')
    stood = summary.standing
    // A defect, which no record tells of, must not be tried again and again: only a new token leads out of it.
    const isDefect = snapshot.value === 'failed' && before.stood !== 'failed'
    if (isDefect && generation <= before.generation) return
    if (differs(summary, snapshot)) actor.send(changed)
  }
  held.followers.add(look)
  const subscription = actor.subscribe(look)
  return () => {
    held.followers.delete(look)
    subscription.unsubscribe()
  }
}

/** Polls and postponed refreshes of others are no news: the prompt, the token and the outcome are. */
export function differs(summary: Summary, { value, context }: FlowSnapshot): boolean {
  const { prompt, token, standing } = summary
  return (
    prompt?.expiresAt !== context.prompt?.expiresAt ||
    token?.generation !== context.token?.generation ||
    kindOf(standing) !== kindOf(value)
  )
}

const kinds: Readonly<Record<string, string>> = {
  polling: 'awaitingUser',
  slowDown: 'awaitingUser',
  refreshing: 'authorized',
  backingOff: 'authorized',
}

function kindOf(state: unknown): unknown {
  return typeof state === 'string' ? (kinds[state] ?? state) : state
}
