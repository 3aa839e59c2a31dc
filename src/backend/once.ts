import type { Environment } from '../environment.ts'
import { sha256 } from '../protocol/pkce.ts'

/** How long an outcome is known after its work, in milliseconds. */
const MEMORY = 60_000
/** How many works are known at once; more than that are done anew. */
const MOST = 1_000

/**
 * Does a work once: who asks for the same while it is under way, and shortly after, gets the outcome of the first.
 *
 * @param isFinal whether an outcome would be the same another time; another one is forgotten with the end of the work
 */
export function createOnce<T>(isFinal: (outcome: T) => boolean, { after }: Pick<Environment, 'after'>) {
  /** By hashes: what tells works apart may hold a code. */
  const known = new Map<string, Promise<T>>()

  return async function once(key: string, work: () => Promise<T>): Promise<T> {
    const id = await sha256(key)
    const earlier = known.get(id)
    if (earlier) return earlier
    const outcome = work()
    if (known.size >= MOST) return outcome
    known.set(id, outcome)
    const forget = () => known.delete(id)
    outcome.then((reached) => (isFinal(reached) ? after(MEMORY, forget) : forget()), forget)
    return outcome
  }
}
