import type { Observation } from '../../../inspect/observation.ts'
import { presentOf, type Story, storiesOf } from '../../../inspect/story.ts'
import type { Collected, Host } from './collected.ts'

/** How many observations are too many for a page that is open for days, and how many of them stay then. */
export const MOST = 30_000
export const KEPT = 20_000

/** Forgets the oldest observations, and nothing of the present: each machine is still where it is, and why. */
export function withoutOldest(collected: Collected, kept = KEPT): Collected {
  const cut = Math.max(0, collected.observations.length - kept)
  const oldest = collected.observations.slice(0, cut)
  const stories = [...storiesOf(oldest).values()]
  const left = remainders(oldest, stories)
  const observations = [...left.map(({ observation }) => observation), ...collected.observations.slice(cut)]
  const moved = (index: number) =>
    index < cut ? left.filter((each) => each.index < index).length : index - cut + left.length
  return {
    ...collected,
    observations,
    stories: storiesOf(observations),
    hosts: new Map([...collected.hosts].map(([id, host]) => [id, movedHost(host, moved)])),
    stops: stopsOf(observations),
    forgotten: new Set([...collected.forgotten, ...stories.filter(isCut).map(({ actor }) => actor)]),
  }
}

function movedHost(host: Host, moved: (index: number) => number): Host {
  const leftAfter = host.leftAfter === undefined ? undefined : moved(host.leftAfter)
  const clocks = host.clocks.map(({ from, ahead }) => ({ from: moved(from), ahead }))
  // Of those that have come to one place, the last one counts.
  return { ...host, leftAfter, clocks: clocks.filter(({ from }, at) => from !== clocks[at + 1]?.from) }
}

/** An observation that stays, and which one it was. */
interface Remainder {
  readonly index: number
  readonly observation: Observation
}

/** What is left of the oldest, in their order: who ran beside whom is still to be seen. */
function remainders(oldest: readonly Observation[], stories: readonly Story[]): readonly Remainder[] {
  const ends = new Map(oldest.map((observation, index) => [observation, index]))
  const stops = stopsOf(oldest)
  return stories
    .flatMap((story): Remainder[] => {
      const stop = stops.get(story.actor)
      const rest = [story.last, stop === undefined ? undefined : oldest[stop]].filter((each) => each !== undefined)
      return [
        { index: story.visits[0]?.index ?? 0, observation: beginningOf(story) },
        ...rest.map((observation) => ({ index: ends.get(observation) ?? 0, observation })),
      ]
    })
    .sort((one, other) => one.index - other.index)
}

/** A story's beginning as if it had begun with its last arrow. */
function beginningOf(story: Story): Observation {
  const { actor, name, machine } = story
  const { state = '', tags = [], since: at = 0 } = firstKept(story) ?? {}
  return { type: 'actor', at, actor, name, machine, state, tags }
}

function firstKept(story: Story) {
  const { last, visits } = story
  return last && last.from !== last.to ? visits.at(-2) : presentOf(story)
}

function isCut(story: Story): boolean {
  return firstKept(story) !== story.visits[0]
}

function stopsOf(observations: readonly Observation[]): ReadonlyMap<string, number> {
  return new Map(
    observations.flatMap(({ type, actor }, index) => (type === 'stopped' ? [[actor, index] as const] : [])),
  )
}
