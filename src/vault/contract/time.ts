import { defaultEnvironment, sleep, steady } from '../../environment.ts'
import { BrokenPromise } from './broken.ts'

/** What was due may come this much later, in milliseconds: hosts are busy, and databases far away. */
export const SLACK = 2_000
/** Two clocks of one host may differ by this much within one short span, in milliseconds. */
export const GRAIN = 25

/** Whole milliseconds of a clock that nobody sets; a case may set the other. */
export const now = () => Math.round(steady())

/** Resolves after some milliseconds. */
export const pause = (span: number) => sleep(defaultEnvironment(), span)

/** Resolves after a span that chance chooses below so many milliseconds: those who lost a race part. */
export const stepAside = (most: number) => pause(defaultEnvironment().random() * most)

/** Looks again and again until there is something, at most for so many milliseconds. */
export async function eventually<T>(promise: string, limit: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const began = now(); ; await pause(20)) {
    const found = await look()
    if (found !== undefined) return found
    if (now() - began > limit) throw new BrokenPromise(`${promise}: expected it within ${limit} ms, saw it not yet`)
  }
}
