import type { Appearance, Observation, TransitionTaken } from './observation.ts'

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
}

/** @param limit how many observations are kept word for word, about, and of how many machines it is known how they stood */
export function createBacklog(limit: number): Backlog {
  const presents = new Map<string, Present>()
  let recent: Observation[] = []

  function fold(observation: Observation): void {
    const { actor } = observation
    const present = follow(presents.get(actor), observation)
    presents.delete(actor)
    if (present) presents.set(actor, present)
    const [oldest] = presents.keys()
    if (oldest !== undefined && presents.size > limit) presents.delete(oldest)
  }

  return {
    add(observation) {
      recent.push(observation)
      // Not each time: a tenth more is allowed, so that the list is rarely moved.
      if (recent.length > limit * 1.1) for (const old of recent.splice(0, recent.length - limit)) fold(old)
    },
    all() {
      const stood = [...presents.values()].flatMap(({ before, last }) => (last ? [before, last] : [before]))
      return [...stood.sort((one, other) => one.at - other.at), ...recent]
    },
    take() {
      const taken = recent
      recent = []
      for (const observation of taken) fold(observation)
      return taken
    },
  }
}

/** `undefined` for a machine that has stopped, or of which too little is known. */
function follow(present: Present | undefined, observation: Observation): Present | undefined {
  if (observation.type === 'actor') return { before: observation }
  if (observation.type === 'stopped' || !present) return undefined
  const { before, last } = present
  return { before: last ? arrived(before, last) : before, last: observation }
}

function arrived(before: Appearance, { at, from, to, tags }: TransitionTaken): Appearance {
  return { ...before, at: from === to ? before.at : at, state: to, tags }
}
