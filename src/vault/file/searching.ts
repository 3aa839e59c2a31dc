import { stat } from 'node:fs/promises'
import { stateOf } from '../state.ts'
import { disk } from './disk-errors.ts'
import type { Content } from './envelope.ts'
import type { Place } from './place.ts'
import type { Records } from './records.ts'

/** So many connections are looked at together: enough to keep a disk busy, and few open files. */
const TOGETHER = 16

/** Looks through all connections of a vault. */
export function createSearch(place: Place, records: Records) {
  async function list(): Promise<string[]> {
    const read = passingOver()
    const contents = await together(await place.connections(), read.one)
    read.rejectWhereNothingWas()
    return contents.flatMap((content) => content?.name ?? [])
  }

  /** What waits for a callback was stored a short while ago: the newest are looked at first. */
  async function find(state: string): Promise<string | undefined> {
    const read = passingOver()
    const all = await newestFirst(await place.connections())
    for (let start = 0; start < all.length; start += TOGETHER) {
      const contents = await Promise.all(all.slice(start, start + TOGETHER).map(read.one))
      const found = contents.find((content) => stateOf(content?.record) === state)
      if (found) return found.name
    }
    read.rejectWhereNothingWas()
    return undefined
  }

  /**
   * Reads one connection after another, and passes over what cannot be read: one must not stand in the way of all others.
   * Where nothing could be read at all, no other is there, and a key that was mistyped must not look like an empty vault.
   */
  function passingOver() {
    const problems: unknown[] = []
    let found = false

    async function one(id: string): Promise<Content | undefined> {
      try {
        const content = await disk('reading', () => contentOf(id))
        found ||= content !== undefined
        return content
      } catch (error) {
        problems.push(error)
        return undefined
      }
    }

    function rejectWhereNothingWas(): void {
      if (!found && problems.length > 0) throw problems[0]
    }

    return { one, rejectWhereNothingWas }
  }

  async function contentOf(id: string): Promise<Content | undefined> {
    const latest = await records.latest(id)
    return latest && (await records.open(id, latest))
  }

  async function newestFirst(all: readonly string[]): Promise<string[]> {
    const dated = await together(all, async (id) => ({ id, at: await writtenAt(id) }))
    return dated.sort((a, b) => b.at - a.at).map(({ id }) => id)
  }

  /** When a connection's record was written, by the disk's clock; only the order of looking depends on it. */
  async function writtenAt(id: string): Promise<number> {
    const { highest, target } = records.numbered(id)
    try {
      return (await stat(target(await highest()))).mtimeMs
    } catch {
      // Nothing is there, or it cannot be read: then reading tells, and this one is the last.
      return 0
    }
  }

  return { list, find }
}

/** Does the same with all, some at a time. */
async function together<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let start = 0; start < all.length; start += TOGETHER)
    done.push(...(await Promise.all(all.slice(start, start + TOGETHER).map(work))))
  return done
}
