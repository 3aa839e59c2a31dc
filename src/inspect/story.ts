import type { FailureCode } from '../failure.ts'
import type { Endpoint } from '../providers/provider.ts'
import type { Deadlines, Observation, TransitionTaken } from './observation.ts'

/** What became of one machine, as observations tell it. */
export interface Story {
  readonly actor: string
  readonly name: string
  readonly machine: string
  /** The states that it was in, the last one being the present. */
  readonly visits: readonly Visit[]
  readonly requests: readonly RequestMade[]
  /** How the present state was reached: the arrows that were taken last. */
  readonly last: TransitionTaken | undefined
  readonly tags: readonly string[]
  readonly deadlines: Deadlines
  readonly failure: FailureCode | undefined
  /** Unix milliseconds; `undefined` while it runs. */
  readonly stoppedAt: number | undefined
}

/** A time spent in one state; instants are Unix milliseconds. */
export interface Visit {
  readonly state: string
  readonly tags: readonly string[]
  readonly since: number
  /** `undefined` as long as it lasts. */
  readonly until: number | undefined
  /** The event that led here; `undefined` for the first. */
  readonly event: string | undefined
  /** Which observation of all this is, from 0. */
  readonly index: number
}

export interface RequestMade {
  readonly endpoint: Endpoint
  /** Absent where no answer came. */
  readonly status?: number | undefined
  /** The state that sent it. */
  readonly state: string
  /** Unix milliseconds: when that state was entered, and when the answer was known. */
  readonly since: number
  readonly at: number
  readonly failure: FailureCode | undefined
  readonly index: number
}

/** The stories of all machines, by actor, after one more observation: the `index`th of all, from 0. */
export function retell(
  stories: ReadonlyMap<string, Story>,
  observation: Observation,
  index: number,
): ReadonlyMap<string, Story> {
  const next = follows(stories.get(observation.actor), observation, index)
  return next ? new Map(stories).set(observation.actor, next) : stories
}

/** The stories of all machines, by actor. */
export function storiesOf(observations: readonly Observation[]): ReadonlyMap<string, Story> {
  return observations.reduce<ReadonlyMap<string, Story>>(retell, new Map())
}

/** The state that a story has come to. */
export function presentOf({ visits }: Story): Visit | undefined {
  return visits.at(-1)
}

function follows(story: Story | undefined, observation: Observation, index: number): Story | undefined {
  if (observation.type === 'actor') return begun(observation, index)
  if (!story) return undefined
  if (observation.type === 'transition') return moved(story, observation, index)
  return { ...story, visits: ended(story.visits, observation.at), stoppedAt: observation.at }
}

function begun(seen: Extract<Observation, { type: 'actor' }>, index: number): Story {
  const { actor, name, machine, state, tags, at } = seen
  return {
    actor,
    name,
    machine,
    visits: [{ state, tags, since: at, until: undefined, event: undefined, index }],
    requests: [],
    last: undefined,
    tags,
    deadlines: {},
    failure: undefined,
    stoppedAt: undefined,
  }
}

function moved(story: Story, taken: TransitionTaken, index: number): Story {
  const { at, from, to, event, tags, deadlines, request, failure } = taken
  const visit: Visit = { state: to, tags, since: at, until: undefined, event, index }
  const since = presentOf(story)?.since ?? at
  return {
    ...story,
    visits: from === to ? story.visits : [...ended(story.visits, at), visit],
    requests: request ? [...story.requests, { ...request, state: from, since, at, failure, index }] : story.requests,
    last: taken,
    tags,
    deadlines,
    failure,
  }
}

/** The last visit is over, if it was not. */
function ended(visits: readonly Visit[], at: number): readonly Visit[] {
  const last = visits.at(-1)
  return last && last.until === undefined ? [...visits.slice(0, -1), { ...last, until: at }] : visits
}
