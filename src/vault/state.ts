/**
 * The `state` of the authorization that a record waits for, or `undefined`; what vaults look for in `find`.
 *
 * @param record as it was stored, by this version or another
 */
export function stateOf(record: unknown): string | undefined {
  const state = member(member(record, 'pending'), 'state')
  return typeof state === 'string' ? state : undefined
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
