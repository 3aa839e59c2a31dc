import { fail } from '../../src/failure.ts'
import type { Standing } from '../../src/recall.ts'
import type { ConnectionRecord, InFlight } from '../../src/vault/record.ts'

/** The instant that everything in these records is about. */
export const NOON = 1_800_000_000_000
export const ONCE_UPON = 0
export const never = Number.MAX_SAFE_INTEGER

export const blank: ConnectionRecord = { version: 2, provider: 'tyro', client: 'a fingerprint', generation: 3 }
export const failure = fail('network', { about: 'a test' })
export const retry = { at: NOON, attempts: 2, failure }
export const device = {
  kind: 'device',
  deviceCode: 'MARKER-device-code',
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://provider.example/device',
  intervalSeconds: 5,
  nextPollAt: NOON,
  slowedDown: false,
  expiresAt: never,
} as const
export const redirect = {
  kind: 'redirect',
  url: 'https://provider.example/authorize?state=MARKER-url-state',
  state: 'MARKER-state',
  verifier: 'MARKER-verifier',
  redirectUri: 'https://shop.example/MARKER-callback',
  binding: 'MARKER-binding',
  expiresAt: NOON,
} as const
export const bearer = {
  accessToken: 'MARKER-access',
  type: 'Bearer',
  scope: 'orders',
  since: NOON - 60_000,
  extra: { id: 'MARKER-extra' },
}
export const adopted = { refreshToken: 'MARKER-adopted', scope: 'orders' }
export const renewable = {
  ...bearer,
  refreshToken: 'MARKER-refresh',
  renewable: true,
  expiresAt: NOON + 60_000,
  refreshAt: NOON,
}
export const plain = { ...bearer, renewable: false, expiresAt: NOON }
export const inFlight = (step: InFlight['step'], once = false) => ({ step, at: NOON - 1_000, tries: 1, once })
export const ended = (word: 'expired' | 'revoked' | 'failed') =>
  ({ standing: word, because: 'session_expired', at: NOON }) as const

export type Case = [what: string, record: Partial<ConnectionRecord>, before: Standing, from: Standing]

/** What stands one millisecond before noon, and from noon on. */
export const cases: Case[] = [
  ['a record of nothing', {}, 'idle', 'idle'],
  ['a device code between polls', { pending: device }, 'awaitingUser', 'polling'],
  ['a device code after slow_down', { pending: { ...device, slowedDown: true } }, 'slowDown', 'polling'],
  [
    'a device code at its end',
    { pending: { ...device, nextPollAt: never, expiresAt: NOON } },
    'awaitingUser',
    'expired',
  ],
  [
    'a device code whose poll and end fall together',
    { pending: { ...device, expiresAt: NOON } },
    'awaitingUser',
    'expired',
  ],
  ['a poll whose answer was lost', { pending: device, inFlight: inFlight('pollToken') }, 'awaitingUser', 'polling'],
  ['a poll that failed', { pending: device, retry: { ...retry, at: never } }, 'awaitingUser', 'polling'],
  ['a session from elsewhere', { adopted }, 'adopting', 'adopting'],
  ['a session from elsewhere that waits', { adopted, retry }, 'backingOff', 'adopting'],
  [
    'a session from elsewhere whose proof was lost',
    { adopted, inFlight: inFlight('refreshToken') },
    'adopting',
    'adopting',
  ],
  [
    'a session from elsewhere whose proof was lost and must not be repeated',
    { adopted, inFlight: inFlight('refreshToken', true) },
    'failed',
    'failed',
  ],
  ['a redirect', { pending: redirect }, 'awaitingUser', 'expired'],
  ['a renewable token at its time to refresh', { tokens: renewable }, 'authorized', 'refreshing'],
  ['a renewable token that nobody dated', { tokens: { ...bearer, renewable: true } }, 'authorized', 'authorized'],
  ['a renewable token that is dead', { tokens: { ...renewable, expiresAt: NOON } }, 'authorized', 'refreshing'],
  [
    'a refresh token past its announced end',
    { tokens: { ...renewable, refreshAt: never, refreshExpiresAt: NOON } },
    'authorized',
    'authorized',
  ],
  ['a token without refresh', { tokens: plain }, 'authorized', 'expired'],
  ['a token without refresh and date', { tokens: { ...bearer, renewable: false } }, 'authorized', 'authorized'],
  ['a refresh that waits', { tokens: renewable, retry }, 'backingOff', 'refreshing'],
  [
    'a refresh whose answer was lost',
    { tokens: { ...renewable, refreshAt: never }, inFlight: inFlight('refreshToken') },
    'refreshing',
    'refreshing',
  ],
  [
    'a lost refresh that waits',
    { tokens: renewable, retry, inFlight: inFlight('refreshToken') },
    'backingOff',
    'refreshing',
  ],
  [
    'a lost refresh that must not be repeated',
    { tokens: { ...renewable, expiresAt: NOON }, inFlight: inFlight('refreshToken', true) },
    'authorized',
    'expired',
  ],
  [
    'the same, though a retry waits',
    { tokens: { ...renewable, expiresAt: NOON }, retry, inFlight: inFlight('refreshToken', true) },
    'authorized',
    'expired',
  ],
  ['a session that ended before its token', { tokens: plain, ended: ended('expired') }, 'authorized', 'expired'],
  ['a wish to revoke', { tokens: renewable, wantsRevoke: true }, 'revoking', 'revoking'],
  ['a wish to revoke that waits', { tokens: renewable, wantsRevoke: true, retry }, 'backingOff', 'revoking'],
  ['a wish to revoke a dead token', { tokens: plain, wantsRevoke: true }, 'revoking', 'revoking'],
  [
    'a wish to revoke while a refresh is lost',
    { tokens: renewable, wantsRevoke: true, inFlight: inFlight('refreshToken', true) },
    'revoking',
    'revoking',
  ],
  ['a first request whose answer was lost', { inFlight: inFlight('requestCode') }, 'starting', 'starting'],
  ['a first request that waits', { inFlight: inFlight('requestCode'), retry }, 'backingOff', 'starting'],
  ['a first request for a token', { inFlight: inFlight('requestToken') }, 'starting', 'starting'],
  ['a first request for a token that waits', { inFlight: inFlight('requestToken'), retry }, 'backingOff', 'starting'],
  ['a code exchange whose answer was lost', { inFlight: inFlight('exchangeCode', true) }, 'failed', 'failed'],
  ['a code exchange that somehow waits', { inFlight: inFlight('exchangeCode', true), retry }, 'failed', 'failed'],
  ['an ending by time', { ended: ended('expired') }, 'expired', 'expired'],
  ['an ending by wish', { ended: ended('revoked') }, 'revoked', 'revoked'],
  ['an ending by failure', { ended: ended('failed') }, 'failed', 'failed'],
]
