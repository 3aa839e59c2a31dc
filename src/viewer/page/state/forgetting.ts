import type { Observation } from '../../../inspect/observation.ts'
import { presentOf, type Story, storiesOf } from '../../../inspect/story.ts'
import type { Collected } from './collected.ts'

/** How many observations are too many for a page that is open for days, and how many of them stay then. */
export const MOST = 30_000
export const KEPT = 20_000

/** Forgets the oldest observations, and nothing of the present: each machine is still where it is, and why. */
export function withoutOldest(collected: Collected, kept = KEPT): Collected {
  const cut = Math.max(0, collected.observations.length - kept)
  const earlier = storiesOf(collected.observations.slice(0, cut))
  const observations = [...[...earlier.values()].flatMap(shortened), ...collected.observations.slice(cut)]
  return { ...collected, observations, stories: storiesOf(observations) }
}

/** A story as if it had begun with its last arrow. */
function shortened(story: Story): readonly Observation[] {
  const { actor, name, machine, visits, last, stoppedAt } = story
  const visit = last && last.from !== last.to ? visits.at(-2) : presentOf(story)
  const { state = '', tags = [] } = visit ?? {}
  const at = last?.at ?? visit?.since ?? 0
  return [
    { type: 'actor', at, actor, name, machine, state, tags },
    ...(last ? [last] : []),
    ...(stoppedAt === undefined ? [] : [{ type: 'stopped', at: stoppedAt, actor, name } as const]),
  ]
}
