/** A guard or an action as JSON can hold it: its name, and of its params what is known without an answer. */
export interface Word {
  readonly type: string
  readonly params?: Readonly<Record<string, unknown>>
}

/**
 * Reads a guard or an action of a machine.
 *
 * Most params are functions of the event, for instance `{ summary: event.output, standing: 'slowDown' }`. They are called
 * with an event that brings nothing: what depends on an answer is `undefined` then and left out, what the chart itself
 * says (`standing: 'slowDown'`) stays. Params that need more than `event.output` would throw here; the charts have none.
 */
export function wordOf(word: unknown): Word {
  if (typeof word === 'string') return { type: word }
  if (!isObject(word) || typeof word.type !== 'string') throw new Error(`no name: ${String(word)}`)
  const params = typeof word.params === 'function' ? word.params({ context: {}, event: {} }) : word.params
  const known = Object.entries(isObject(params) ? params : {}).filter(([, value]) => value !== undefined)
  return { type: word.type, ...(known.length > 0 && { params: Object.fromEntries(known) }) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}
