import { type ConnectionRecord, RECORD_VERSION } from '../../../src/vault/record.ts'

/** Stands in every record of these tests, and nowhere in a vault's directory. */
export const MARKER = 'MARKER-secret-of-a-merchant'

export function recordOf(generation = 0, members: Partial<ConnectionRecord> = {}): ConnectionRecord {
  const tokens = { accessToken: MARKER, type: 'Bearer', scope: '', since: 0, renewable: false, extra: {} }
  return { version: RECORD_VERSION, provider: 'tyro', client: 'a fingerprint', generation, tokens, ...members }
}

/** A record that waits for the callback with this state. */
export function waiting(state: string): ConnectionRecord {
  const url = `https://provider.example/authorize?state=${state}`
  const redirectUri = 'https://shop.example/callback'
  return recordOf(0, { pending: { kind: 'redirect', url, state, verifier: MARKER, redirectUri, expiresAt: 1 } })
}

export function generationOf(record: unknown): number {
  const generation = typeof record === 'object' && record !== null ? Reflect.get(record, 'generation') : undefined
  return typeof generation === 'number' ? generation : Number.NaN
}
