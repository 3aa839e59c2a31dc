import type { Environment } from '../environment.ts'

/** The longest time for which a refused token is not renewed, in milliseconds. */
const LONGEST = 300_000

export type Restraint = ReturnType<typeof createRestraint>

/**
 * Keeps from renewing again and again for an API that refuses every token, as one does that is not meant by them: a second
 * after the first renewal in vain, and twice as long after each. Each origin is restrained by itself, until a renewal has
 * helped there: a token that is taken elsewhere, or by another of its calls, says nothing of that.
 */
export function createRestraint({ now }: Pick<Environment, 'now'>) {
  const refusals = new Map<string, { readonly inVain: number; readonly generation: number; readonly since: number }>()

  return {
    /** Whether a renewal may be asked for. A clock that was set back is not waited for. */
    allows(origin: string): boolean {
      const last = refusals.get(origin)
      return !last || Math.abs(now() - last.since) >= Math.min(1_000 * 2 ** (last.inVain - 1), LONGEST)
    },
    /** Calls that were refused the same new token have had one renewal between them. */
    failed(origin: string, generation: number): void {
      const last = refusals.get(origin)
      if (last?.generation === generation) return
      refusals.set(origin, { inVain: (last?.inVain ?? 0) + 1, generation, since: now() })
    },
    succeeded(origin: string): void {
      refusals.delete(origin)
    },
  }
}
