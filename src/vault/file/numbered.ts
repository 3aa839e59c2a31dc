import { randomUUID } from 'node:crypto'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { VaultError } from '../vault-error.ts'
import { unlessMissing } from './disk-errors.ts'
import { discard, publish, syncDirectory, writeNew } from './files.ts'

export interface Latest {
  readonly number: number
  readonly text: string
}

export type Numbered = ReturnType<typeof createNumbered>

/** So often a file may vanish between the look at its folder and the look into it: each time, another was written. */
const LOOKS = 1000

/**
 * Numbered files in a folder, of which the one with the highest number counts: `record-7`. The only way to change it is to
 * create the next number, which one of all processes can. The highest is never removed, so numbers are never used again.
 *
 * A number counts from the instant it is linked. What must not happen: a slow process creates a number that others have
 * long used and cleaned away. Hence the order. A writer puts its file beside, named for the number it is meant for, and
 * only then looks whether that number is the next one. Who cleans removes the files that are meant for used numbers
 * first, and the numbers after. So a slow writer either sees that it is late, or finds its file gone when it links.
 * A folder holds a handful of files, and systems list so few in one step.
 *
 * @param durable whether what is written survives a power cut
 */
export function createNumbered(folder: string, series: 'record' | 'lease', durable: boolean) {
  const target = (number: number) => join(folder, `${series}-${number}`)

  async function look() {
    const names = (await unlessMissing(readdir(folder))) ?? []
    const used = numbersOf(names, series)
    return { names, used, highest: Math.max(0, ...used) }
  }

  /** The highest number in use; 0: none. */
  const highest = async () => (await look()).highest

  /** The file that counts, or `undefined`; older ones that a crash has left behind are removed. */
  async function latest(): Promise<Latest | undefined> {
    for (let looks = 0; looks < LOOKS; looks++) {
      const { names, used, highest: number } = await look()
      if (number === 0) return undefined
      const text = await unlessMissing(readFile(target(number), 'utf8'))
      if (text === undefined) continue
      if (used.length > 1 || meantFor(names, series, number).length > 0) await settle(number).catch(laterThen)
      return { number, text }
    }
    throw new VaultError('unreadable')
  }

  /** Creates a number; resolves with false where it is not, or no longer, the next one. The folder must be there. */
  async function append(number: number, text: string): Promise<boolean> {
    const temporary = join(folder, `tmp-${series}-${number}-${randomUUID()}`)
    try {
      await writeNew(temporary, text, durable)
      if ((await highest()) !== number - 1) return false
      if (!(await publish(temporary, target(number)))) return false
    } finally {
      await discard(temporary)
    }
    await settle(number)
    return true
  }

  /**
   * Gives the file of a number the next one too, where that is free; this needs no room on the disk. It may come so late that
   * higher ones count: whoever asks looks afterwards which file does.
   */
  async function repeat(number: number): Promise<void> {
    if (await publish(target(number), target(number + 1))) await settle(number + 1)
  }

  /** Makes `number`, which is in use, last; an older one may go then, and not before. It may be another's. */
  async function settle(number: number): Promise<void> {
    if (durable) await syncDirectory(folder)
    await clean(number).catch(laterThen)
  }

  /** Removes what `number`, which is in use, has made void: first what might still become one of the numbers, then those. */
  async function clean(number: number): Promise<void> {
    const { names, used } = await look()
    for (const name of meantFor(names, series, number)) await unlessMissing(unlink(join(folder, name)))
    for (const old of used) if (old < number) await discard(target(old))
  }

  return { latest, append, repeat, highest, target }
}

/** The numbers in use, as they are written by this package: no sign, no leading zero. */
function numbersOf(names: readonly string[], series: string): number[] {
  const pattern = new RegExp(`^${series}-([1-9][0-9]{0,14})$`)
  return names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number)
}

/** The files that wait to become a number up to this one. */
function meantFor(names: readonly string[], series: string, number: number): string[] {
  const pattern = new RegExp(`^tmp-${series}-([1-9][0-9]{0,14})-`)
  return names.filter((name) => Number(pattern.exec(name)?.[1] ?? Infinity) <= number)
}

/** What could not be removed waits for whoever comes next; it counts no more, and no number went before what may become one. */
function laterThen(): void {}
