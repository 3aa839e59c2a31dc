import type { Failure } from '../failure.ts'

/** What must be finished before a connection has stopped. */
export interface Drain {
  /** Aborted when the host stops the connection. */
  readonly closing: AbortController
  /** Counts work in until it is done. */
  track<T>(work: Promise<T>): Promise<T>
  /** An answer could not be stored before the end. */
  lose(failure: Failure): void
  /** Resolves when all is done, with what was lost. */
  settled(): Promise<Failure | undefined>
}

export function createDrain(): Drain {
  const closing = new AbortController()
  const works = new Set<Promise<unknown>>()
  let lost: Failure | undefined

  return {
    closing,
    track(work) {
      works.add(work)
      const done = () => works.delete(work)
      work.then(done, done)
      return work
    },
    lose(failure) {
      lost = failure
    },
    async settled() {
      while (works.size > 0) await Promise.allSettled(works)
      return lost
    },
  }
}

/** One drain for each running machine, by its actor system. */
export function createDrains(): (system: object) => Drain {
  const drains = new WeakMap<object, Drain>()
  return (system) => {
    const drain = drains.get(system) ?? createDrain()
    drains.set(system, drain)
    return drain
  }
}
