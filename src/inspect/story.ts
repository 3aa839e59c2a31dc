import type { FailureCode } from '../failure.ts'
import type { Endpoint } from '../providers/provider.ts'
import type { Deadlines, Disappearance, Observation, TransitionTaken } from './observation.ts'

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
  return retellAll(stories, [observation], index)
}

/** The same for several, of which the first is the `from`th of all: much faster than one by one. */
export function retellAll(
  stories: ReadonlyMap<string, Story>,
  observations: readonly Observation[],
  from: number,
): ReadonlyMap<string, Story> {
  const growing = new Map<string, Growing>()
  observations.forEach((observation, offset) => {
    const { actor } = observation
    if (observation.type === 'actor') growing.set(actor, begun(observation, from + offset))
    else follow(growing.get(actor) ?? opened(stories, growing, actor), observation, from + offset)
  })
  return growing.size > 0 ? new Map([...stories, ...growing]) : stories
}

/** The stories of all machines, by actor. */
export function storiesOf(observations: readonly Observation[]): ReadonlyMap<string, Story> {
  return retellAll(new Map(), observations, 0)
}

/** The state that a story has come to. */
export function presentOf({ visits }: Story): Visit | undefined {
  return visits.at(-1)
}

/** A story that is being told: its lists are its own, and grow in place. */
interface Growing extends Writable<Omit<Story, 'visits' | 'requests'>> {
  readonly visits: Visit[]
  readonly requests: RequestMade[]
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] }

/** A story so far, copied once. `undefined` where the actor has not appeared. */
function opened(stories: ReadonlyMap<string, Story>, growing: Map<string, Growing>, actor: string) {
  const story = stories.get(actor)
  if (!story) return undefined
  const copy = { ...story, visits: [...story.visits], requests: [...story.requests] }
  growing.set(actor, copy)
  return copy
}

function begun(seen: Extract<Observation, { type: 'actor' }>, index: number): Growing {
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

function follow(story: Growing | undefined, seen: TransitionTaken | Disappearance, index: number): void {
  if (!story) return
  if (seen.type === 'transition') move(story, seen, index)
  else stop(story, seen.at)
}

function move(story: Growing, taken: TransitionTaken, index: number): void {
  const { at, from, to, event, tags, deadlines, request, failure } = taken
  const since = story.visits.at(-1)?.since ?? at
  if (from !== to) {
    end(story, at)
    story.visits.push({ state: to, tags, since: at, until: undefined, event, index })
  }
  if (request) story.requests.push({ ...request, state: from, since, at, failure, index })
  story.last = taken
  story.tags = tags
  story.deadlines = deadlines
  story.failure = failure
}

function stop(story: Growing, at: number): void {
  end(story, at)
  story.stoppedAt = at
}

/** The last visit is over, if it was not. */
function end({ visits }: Growing, at: number): void {
  const last = visits.at(-1)
  if (last && last.until === undefined) visits[visits.length - 1] = { ...last, until: at }
}
