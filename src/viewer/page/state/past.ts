import type { Observation, TransitionTaken } from '../../../inspect/observation.ts'
import type { Story, Visit } from '../../../inspect/story.ts'

/**
 * A story as it was after the observation at `position`: the same as telling it anew up to there, but without doing so.
 * `undefined` where it had not begun.
 */
export function storyAt(story: Story, observations: readonly Observation[], position: number): Story | undefined {
  const visits = story.visits.filter(({ index }) => index <= position)
  const [first] = visits
  if (!first) return undefined
  const last = latest(observations, position, first.index, story.actor)
  const stoppedAt = stopOf(observations, position, first.index, story.actor)
  return {
    ...story,
    visits: lasting(visits, stoppedAt),
    requests: story.requests.filter(({ index }) => index <= position),
    last,
    tags: last?.tags ?? first.tags,
    deadlines: last?.deadlines ?? {},
    failure: last?.failure,
    stoppedAt,
  }
}

/** The latest arrow that an actor had taken; it began at the index `from`. */
function latest(all: readonly Observation[], position: number, from: number, actor: string) {
  return backwards(all, position, from, (seen): seen is TransitionTaken => seen.type === 'transition', actor)
}

function stopOf(all: readonly Observation[], position: number, from: number, actor: string): number | undefined {
  return backwards(all, position, from, (seen): seen is Observation => seen.type === 'stopped', actor)?.at
}

function backwards<Kind extends Observation>(
  all: readonly Observation[],
  position: number,
  from: number,
  is: (seen: Observation) => seen is Kind,
  actor: string,
): Kind | undefined {
  for (let index = Math.min(position, all.length - 1); index >= from; index--) {
    const seen = all[index]
    if (seen?.actor === actor && is(seen)) return seen
  }
  return undefined
}

/** The last visit lasts, whatever came of it later. */
function lasting(visits: readonly Visit[], until: number | undefined): readonly Visit[] {
  const last = visits.at(-1)
  return last ? [...visits.slice(0, -1), { ...last, until }] : visits
}
