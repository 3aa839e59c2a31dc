import type { Screen } from '../../../inspect/messages.ts'
import { presentOf, type RequestMade, type Story, type Visit } from '../../../inspect/story.ts'
import type { View } from '../../../view/index.ts'
import { type Deadline, deadlinesOf } from '../words/deadlines.ts'
import { whyOf } from '../words/why.ts'
import type { Collected } from './collected.ts'
import { type Connection, connectionAt, isOver, presentLife, requestsOf, visitsOf } from './connections.ts'
import { viewOfStory } from './seen.ts'
import { collectedIn, isPast, type State } from './store.ts'

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
  readonly isPast: boolean
  /** It had not begun at that moment. */
  readonly isAhead: boolean
  /** It has stopped; now also: its host has left. */
  readonly isOver: boolean
}

/** What there is to see of a connection, at the moment that the page looks at. */
export function lookAt(connection: Connection, state: State, clock: number): Look {
  const collected = collectedIn(state)
  const then = connectionAt(connection, collected, state.position)
  const story = presentLife(then ?? connection)
  const past = isPast(state)
  // What has become of a host since says nothing of the past.
  const over = past ? story.stoppedAt !== undefined : isOver(connection)
  const screen = past ? undefined : collected.screens.get(story.actor)
  // Nobody knows what has become of it after it was heard of last.
  const heard = over ? (story.stoppedAt ?? story.last?.at) : undefined
  const now = heard ?? (momentOf(collected, state.position) ?? clock) + aheadOf(collected, story.actor)
  const visit = presentOf(story)
  const view = viewOfStory(story, screen, now)
  const deadlines = over ? [] : deadlinesOf(story.deadlines, story.machine === 'authorizationCode', now)
  return {
    connection,
    story,
    visit,
    lives: (then ?? connection).lives,
    visits: visitsOf(connection),
    requests: requestsOf(connection),
    position: state.position ?? collected.observations.length - 1,
    screen,
    view,
    why: whyOf(view, visit, deadlines),
    deadlines,
    now,
    isPast: past,
    isAhead: then === undefined,
    isOver: over,
  }
}

/** The moment that the page looks at, by its own clock; `undefined` is now. Unix milliseconds. */
export function momentOf(collected: Collected, position: number | undefined): number | undefined {
  const seen = position === undefined ? undefined : collected.observations[position]
  return seen && seen.at - aheadOf(collected, seen.actor)
}

function aheadOf({ ahead }: Collected, actor: string): number {
  return ahead.get(actor) ?? 0
}
