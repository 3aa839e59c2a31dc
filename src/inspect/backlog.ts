import type { Appearance, Observation, TransitionTaken } from './observation.ts'
import { createShelf } from './shelf.ts'

/** What is kept of what was observed: the latest of it word for word, and of what was before no more than where it led. */
export interface Backlog {
  add(observation: Observation): void
  /** Everything that is known: how each machine stood first, then all that followed. */
  all(): Observation[]
  /** What was added since it was last taken, as far as it is kept. From then on it is part of how each machine stood. */
  take(): Observation[]
}

/** How a running machine stood at some moment: where it was, and the arrow that it took from there. */
interface Present {
  readonly before: Appearance
  readonly last?: TransitionTaken
  /** Which ones of all observations its appearance and the latest were: they are told in that order. */
  readonly begun: number
  readonly latest: number
}

/** How large the words may be that are kept word for word, and again those of how machines stood, in characters. */
const CHARACTERS = 8_000_000

/**
 * @param limit how many observations are kept word for word, about, and of how many machines it is known how they stood
 * @param characters how large they may be, each of the two, about; whoever names things at length is remembered for less
 */
export function createBacklog(limit: number, characters: number = CHARACTERS): Backlog {
  const presents = createShelf<Present>(limit, characters)
  let recent: Observation[] = []
  let size = 0
  let folded = 0

  function fold(observation: Observation): void {
    const { actor } = observation
    const present = follow(presents.get(actor), observation, ++folded)
    if (present) presents.put(actor, present, sizeOf(present.before) + (present.last ? sizeOf(present.last) : 0))
    else presents.delete(actor)
  }

  function foldOldest(): void {
    let count = 0
    for (const old of recent) {
      if (recent.length - count <= limit && size <= characters) break
      size -= sizeOf(old)
      fold(old)
      count++
    }
    recent.splice(0, count)
  }

  return {
    add(observation) {
      recent.push(observation)
      size += sizeOf(observation)
      // Not each time: a tenth more is allowed, so that the list is rarely moved.
      if (recent.length > limit * 1.1 || size > characters * 1.1) foldOldest()
    },
    all() {
      const stood = presents.entries().flatMap(([, { before, last, begun, latest }]) => {
        return [{ place: begun, observation: before }, ...(last ? [{ place: latest, observation: last }] : [])]
      })
      stood.sort((one, other) => one.place - other.place)
      return [...stood.map(({ observation }) => observation), ...recent]
    },
    take() {
      const taken = recent
      recent = []
      size = 0
      for (const observation of taken) fold(observation)
      return taken
    },
  }
}

/** What an observation takes beside its words, in characters, about. */
const FRAME = 100

/** In characters, about. */
function sizeOf(observation: Observation): number {
  const size = FRAME + observation.actor.length + observation.name.length
  if (observation.type === 'stopped') return size
  if (observation.type === 'actor')
    return size + observation.machine.length + observation.state.length + lengthOf(observation.tags)
  const { from, to, event, arrows, tags } = observation
  return size + from.length + to.length + event.length + lengthOf(arrows) + lengthOf(tags)
}

function lengthOf(words: readonly string[]): number {
  let length = 0
  for (const word of words) length += word.length
  return length
}

/** `undefined` for a machine that has stopped, or of which too little is known. */
function follow(present: Present | undefined, observation: Observation, place: number): Present | undefined {
  if (observation.type === 'actor') return { before: observation, begun: place, latest: place }
  if (observation.type === 'stopped' || !present) return undefined
  const { before, last, begun } = present
  return { before: last ? arrived(before, last) : before, last: observation, begun, latest: place }
}

function arrived(before: Appearance, { at, from, to, tags }: TransitionTaken): Appearance {
  return { ...before, at: from === to ? before.at : at, state: to, tags }
}
