import { readdir, stat } from 'node:fs/promises'
import { stateOf } from '../state.ts'
import { VaultError } from '../vault-error.ts'
import { unlessMissing } from './disk-errors.ts'
import type { Content } from './envelope.ts'
import type { Place } from './place.ts'
import type { Records } from './records.ts'

/** So many connections are looked at together: enough to keep a disk busy, and few open files. */
const TOGETHER = 16

/** Looks through all connections of a vault. */
export function createSearch(place: Place, records: Records) {
  /** The folders of all connections. */
  async function ids(): Promise<string[]> {
    const names = (await place.exists()) ? await unlessMissing(readdir(place.directory)) : []
    return (names ?? []).filter((name) => /^[0-9a-f]{32}$/.test(name))
  }

  async function list(): Promise<string[]> {
    const contents = await together(await ids(), readable)
    return contents.flatMap((content) => content?.name ?? [])
  }

  /** What waits for a callback was stored a short while ago: the newest are looked at first. */
  async function find(state: string): Promise<string | undefined> {
    const all = await newestFirst(await ids())
    for (let start = 0; start < all.length; start += TOGETHER) {
      const contents = await Promise.all(all.slice(start, start + TOGETHER).map(readable))
      const found = contents.find((content) => stateOf(content?.record) === state)
      if (found) return found.name
    }
    return undefined
  }

  /** What is stored of a connection, unless that record is at fault: one of them must not stand in the way of all others. */
  async function readable(id: string): Promise<Content | undefined> {
    try {
      const latest = await records.latest(id)
      return latest && (await records.open(id, latest))
    } catch (error) {
      if (error instanceof VaultError && error.mismatch) return undefined
      throw error
    }
  }

  async function newestFirst(all: readonly string[]): Promise<string[]> {
    const dated = await together(all, async (id) => ({ id, at: await writtenAt(id) }))
    return dated.sort((a, b) => b.at - a.at).map(({ id }) => id)
  }

  /** When a connection's record was written, by the disk's clock; only the order of looking depends on it. */
  async function writtenAt(id: string): Promise<number> {
    const { highest, target } = records.numbered(id)
    const number = await highest()
    const found = number > 0 ? await unlessMissing(stat(target(number))) : undefined
    return found?.mtimeMs ?? 0
  }

  return { ids, list, find }
}

/** Does the same with all, some at a time. */
async function together<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let start = 0; start < all.length; start += TOGETHER)
    done.push(...(await Promise.all(all.slice(start, start + TOGETHER).map(work))))
  return done
}
