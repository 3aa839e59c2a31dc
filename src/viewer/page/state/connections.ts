import type { RequestMade, Story, Visit } from '../../../inspect/story.ts'
import { aheadOf, type Collected, type Host } from './collected.ts'
import { storyAt } from './past.ts'

/**
 * A connection through all its lives: it goes on as the same where its process was started again, or where it was stopped
 * and connected anew.
 */
export interface Connection {
  /** The same as long as the page is open, and after a reload. */
  readonly key: string
  readonly name: string
  readonly machine: string
  /** The host of its latest life. */
  readonly host: Host
  /** In the order of their beginnings; the last one is the present. There is at least one. */
  readonly lives: readonly [Story, ...Story[]]
}

/** All connections, by the names of their hosts, and then in the order in which they were first seen. */
export function connectionsOf(collected: Collected): readonly Connection[] {
  const { stories, hosts, owners } = collected
  const found = new Map<string, Connection>()
  for (const story of stories.values()) {
    const host = hosts.get(owners.get(story.actor)?.host ?? '')
    if (host) join(found, story, host, collected)
  }
  const names = [...new Set([...hosts.values()].map(({ name }) => name))]
  const place = ({ host }: Connection) => names.indexOf(host.name)
  return [...found.values()].sort((one, other) => place(one) - place(other))
}

/** A story goes on where one of the same name was over when it began; beside one that ran it is another connection. */
function join(found: Map<string, Connection>, story: Story, host: Host, collected: Collected): void {
  const { name, machine } = story
  for (let number = 1; number <= found.size + 1; number++) {
    const key = JSON.stringify([host.name, name, machine, number])
    const earlier = found.get(key)
    if (earlier && !wasOver(earlier, story, host, collected)) continue
    found.set(key, { key, name, machine, host, lives: earlier ? [...earlier.lives, story] : [story] })
    return
  }
}

/**
 * How much later than its successor's beginning an ended life may have been heard of, in milliseconds: a host's clock is
 * known to a second.
 */
const SLACK = 1_000

/** Whether a connection had stopped, or its host had left, when another story began. */
function wasOver(connection: Connection, next: Story, host: Host, collected: Collected): boolean {
  const life = presentLife(connection)
  const end = collected.stops.get(life.actor) ?? connection.host.leftAfter
  const begin = next.visits[0]
  if (end === undefined || !begin || end > begin.index) return false
  if (connection.host.id === host.id) return true
  // What was put together of how they stood long ago has no order over two hosts: the clocks know better.
  const last = (life.stoppedAt ?? life.last?.at ?? life.visits[0]?.since ?? 0) - aheadOf(collected, life.actor, end)
  return last <= begin.since - aheadOf(collected, next.actor, begin.index) + SLACK
}

/** Whether it has stopped, or its host has left. */
export function isOver(connection: Connection): boolean {
  return connection.host.isGone || presentLife(connection).stoppedAt !== undefined
}

export function presentLife({ lives }: Pick<Connection, 'lives'>): Story {
  return lives.at(-1) ?? lives[0]
}

/** A connection as it was after an observation; `undefined` where it had not begun. */
export function connectionAt(
  connection: Connection,
  { observations }: Collected,
  position: number | undefined,
): Connection | undefined {
  if (position === undefined) return connection
  const [first, ...others] = connection.lives.flatMap((life) => storyAt(life, observations, position) ?? [])
  return first && { ...connection, lives: [first, ...others] }
}

/** The states of all lives. */
export function visitsOf({ lives: [first, ...others] }: Connection): readonly Visit[] {
  return others.length === 0 ? first.visits : inOrder([first, ...others].flatMap(({ visits }) => visits))
}

/** The requests of all lives. */
export function requestsOf({ lives: [first, ...others] }: Connection): readonly RequestMade[] {
  return others.length === 0 ? first.requests : inOrder([first, ...others].flatMap(({ requests }) => requests))
}

function inOrder<Seen extends { readonly index: number }>(seen: readonly Seen[]): readonly Seen[] {
  return seen.toSorted((one, other) => one.index - other.index)
}
