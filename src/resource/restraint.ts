import type { Environment } from '../environment.ts'

/** The longest time for which a refused token is not renewed, in milliseconds. */
const LONGEST = 300_000

export type Restraint = ReturnType<typeof createRestraint>

/**
 * Keeps from renewing again and again for an API that refuses every token, as one does that is not meant by them: a second
 * after the first renewal in vain, and twice as long after each.
 */
export function createRestraint({ now }: Pick<Environment, 'now'>) {
  let inVain = 0
  let since = 0

  return {
    /** Whether a renewal may be asked for. A clock that was set back is not waited for. */
    allows: () => inVain === 0 || Math.abs(now() - since) >= Math.min(1_000 * 2 ** (inVain - 1), LONGEST),
    failed(): void {
      inVain++
      since = now()
    },
    succeeded(): void {
      inVain = 0
    },
  }
}
