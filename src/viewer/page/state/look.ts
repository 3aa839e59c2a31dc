import type { Screen } from '../../../inspect/messages.ts'
import { presentOf, type RequestMade, type Story, type Visit } from '../../../inspect/story.ts'
import type { View } from '../../../view/index.ts'
import { type Deadline, deadlinesOf } from '../words/deadlines.ts'
import { isOurs } from '../words/machines.ts'
import { whyOf } from '../words/why.ts'
import { aheadOf, type Collected } from './collected.ts'
import { type Connection, connectionAt, isOver, presentLife, requestsOf, visitsOf } from './connections.ts'
import { viewOfStory } from './seen.ts'
import { collectedIn, isHeard, isPast, type State } from './store.ts'

/** A connection as the page shows it at one moment. */
export interface Look {
  readonly connection: Connection
  /** The life that it was in at that moment; of one that had not begun, its first one as it is now. */
  readonly story: Story
  readonly visit: Visit | undefined
  /** As they were at that moment. */
  readonly lives: readonly Story[]
  /** Of all lives, those of the future too. */
  readonly visits: readonly Visit[]
  readonly requests: readonly RequestMade[]
  /** The last observation that counts, by index. */
  readonly position: number
  /** Of this moment only: there is none in the past. */
  readonly screen: Screen | undefined
  readonly view: View
  readonly why: string
  readonly deadlines: readonly Deadline[]
  /** The moment that is looked at, in Unix milliseconds of the connection's clock. */
  readonly now: number
  /** How far its clock is ahead of this page's, in milliseconds; negative where it is behind. */
  readonly ahead: number
  readonly isPast: boolean
  /** It had not begun at that moment. */
  readonly isAhead: boolean
  /** It has stopped; now also: its host has left. */
  readonly isOver: boolean
}

const UNHEARD =
  'The viewer cannot be reached, so programs are not heard now. This is where it was when it was last heard of.'

/** What there is to see of a connection, at the moment that the page looks at. */
export function lookAt(connection: Connection, state: State, clock: number): Look {
  const collected = collectedIn(state)
  const then = connectionAt(connection, collected, state.position)
  const story = presentLife(then ?? connection)
  const past = isPast(state)
  // What has become of a host since says nothing of the past.
  const over = past ? story.stoppedAt !== undefined : isOver(connection)
  const isKnown = past || over || isHeard(state.link)
  const screen = past ? undefined : collected.screens.get(story.actor)
  // Nobody knows what has become of it after it was heard of last.
  const heard = over ? (story.stoppedAt ?? story.last?.at) : undefined
  const ahead = aheadOf(collected, story.actor, state.position)
  const now = heard ?? (momentOf(collected, state.position) ?? state.unheardSince ?? clock) + ahead
  const visit = presentOf(story)
  const view = viewOfStory(story, screen, now)
  const deadlines = over || !isKnown ? [] : deadlinesOf(story.deadlines, story.machine === 'authorizationCode', now)
  return {
    connection,
    story,
    visit,
    lives: (then ?? connection).lives,
    visits: visitsSince(connection, collected),
    requests: requestsOf(connection),
    position: state.position ?? collected.observations.length - 1,
    screen,
    view,
    why: isKnown ? whyOf(view, visit, deadlines) : UNHEARD,
    deadlines,
    now,
    ahead,
    isPast: past,
    isAhead: then === undefined,
    isOver: over,
  }
}

/** What stands in place of the event that led to a state, where it is forgotten. */
const NOT_KEPT = 'earlier ones are not kept'

/** The states of all lives; the first one that is kept says so, where it is not the beginning. */
function visitsSince(connection: Connection, { forgotten }: Collected): readonly Visit[] {
  const visits = visitsOf(connection)
  const cut = connection.lives.flatMap(({ actor, machine, visits: [first] }) =>
    first && (forgotten.has(actor) || beganBefore(machine, first)) ? [first.index] : [],
  )
  if (cut.length === 0) return visits
  return visits.map((visit) => (cut.includes(visit.index) ? { ...visit, event: NOT_KEPT } : visit))
}

/** The server keeps the latest only. Where a chart of this package begins is known; of others nothing can be said. */
function beganBefore(machine: string, first: Visit): boolean {
  return isOurs(machine) && first.state !== 'recalling'
}

/** The moment that the page looks at, by its own clock; `undefined` is now. Unix milliseconds. */
export function momentOf(collected: Collected, position: number | undefined): number | undefined {
  const seen = position === undefined ? undefined : collected.observations[position]
  return seen && seen.at - aheadOf(collected, seen.actor, position)
}
