/** Says in one sentence which promise of the interface a vault has broken; nothing of what was stored is in it. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** What to ask where one sees nothing of what another has written. */
export const SAME_STORAGE = 'one reads what another has written (does `open` give the same storage each time?)'

/** Compares two plain values; numbers and truths are the kit's own, and told. */
export function expectSame(promise: string, seen: unknown, expected: unknown): void {
  if (!Object.is(seen, expected)) throw new BrokenPromise(`${promise}: expected ${told(expected)}, saw ${told(seen)}`)
}

/** Compares a record, member by member; tells where it differs and how, not what stands there. */
export function expectEqual(promise: string, seen: unknown, expected: unknown): void {
  const differs = difference(seen, expected, 'the record')
  if (differs) throw new BrokenPromise(`${promise}: ${differs}`)
}

/** A revision is a text with something in it. */
export function expectRevision(promise: string, seen: unknown): string {
  if (typeof seen === 'string' && seen !== '') return seen
  throw new BrokenPromise(`${promise}: expected a revision, a text that is not empty, saw ${told(seen)}`)
}

/** Something must be there. */
export function expectSome<T>(promise: string, seen: T | undefined, what: string): T {
  if (seen === undefined) throw new BrokenPromise(`${promise}: expected ${what}, saw nothing`)
  return seen
}

function difference(seen: unknown, expected: unknown, place: string): string | undefined {
  if (Object.is(seen, expected)) return undefined
  if (!isObject(seen) || !isObject(expected) || Array.isArray(seen) !== Array.isArray(expected))
    return `expected ${place} to be ${kind(expected)}, saw ${kind(seen) === kind(expected) ? 'another' : kind(seen)}`
  for (const member of new Set([...Object.keys(expected), ...Object.keys(seen)])) {
    const at = `${place}.${member}`
    if (!Object.hasOwn(expected, member))
      return `expected no member beside those that were written, saw one more in ${place}`
    const differs = difference(Reflect.get(seen, member), Reflect.get(expected, member), at)
    if (differs) return differs
  }
  return undefined
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** What a value is, without what it says. */
function kind(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `a text of ${value.length} characters`
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const told = (value: unknown) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : kind(value))
