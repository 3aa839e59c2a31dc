import { type ConnectionRecord, RECORD_VERSION } from '../record.ts'

/** Records that nobody has: every secret in them is invented. */

/** A name that nothing was stored under. */
export const freshName = () => `contract ${crypto.randomUUID()}`
/** A `state` that no record has. */
export const freshState = () => `state-${crypto.randomUUID()}`

/** The smallest record; the generation tells one from another. */
export function blank(generation = 0): ConnectionRecord {
  return { version: RECORD_VERSION, provider: 'contract', client: 'a fingerprint', generation }
}

/** A record that waits for the browser to come back with this `state`. */
export function waiting(state: string, generation = 0): ConnectionRecord {
  return { ...blank(generation), pending: { ...redirect, state } }
}

/** A record from which the pending authorization was taken; what is stored before its code is exchanged. */
export function taken(generation = 0): ConnectionRecord {
  return { ...blank(generation), inFlight: { step: 'exchangeCode', at: NOON, tries: 1, once: true } }
}

/** A record with a text of this many characters in it. */
export function big(characters: number): ConnectionRecord {
  const text = 'Aä€😀 '.repeat(Math.ceil(characters / 6)).slice(0, characters)
  return { ...blank(), tokens: { ...tokens, extra: { text } } }
}

/** How many tokens a record that was read says that there were. */
export function generationOf(record: unknown): number {
  const generation = typeof record === 'object' && record !== null ? Reflect.get(record, 'generation') : undefined
  return typeof generation === 'number' ? generation : Number.NaN
}

const NOON = 1_800_000_000_000

const redirect = {
  kind: 'redirect',
  url: 'https://provider.example/authorize?state=invented&scope=a%20b',
  state: 'invented-state',
  verifier: 'invented-verifier',
  redirectUri: 'https://shop.example/callback',
  binding: 'invented-binding',
  expiresAt: NOON,
} as const

const device = {
  kind: 'device',
  deviceCode: 'invented-device-code',
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://provider.example/device',
  verificationUriComplete: 'https://provider.example/device?user_code=WDJB-MJHT',
  intervalSeconds: 5.5,
  nextPollAt: NOON,
  since: NOON - 1,
  slowedDown: false,
  expiresAt: Number.MAX_SAFE_INTEGER,
} as const

const tokens = {
  accessToken: 'invented-access-token',
  refreshToken: 'invented-refresh-token',
  type: 'Bearer',
  scope: 'orders items',
  since: NOON - 3_600_000,
  expiresAt: NOON,
  refreshAt: NOON - 60_000.25,
  refreshExpiresAt: NOON + 1,
  renewable: true,
  extra: {},
}

/** What a server may have sent: any JSON. */
const extra = {
  '': '',
  empty: {},
  none: null,
  list: [1, [2, []], { three: 3.5e-7 }, null, 'four', false, ''],
  // Composed, decomposed, right to left, outside of the first plane, line ends and what is not printed.
  'schlüssel 🔑':
    'é e\u0301 שלום 日本語 👩‍👩‍👧 \u2028\u2029 \u0000\u001f\u007f \r\n\t "quoted" \'single\' \\back\\ `x` <b>&amp;</b> %00',
  constructor: 'text',
  numbers: [0, -1, 0.1, 1e21, Number.MAX_SAFE_INTEGER, -Number.MAX_VALUE],
  date: '2027-01-15T08:00:00.000Z',
}

/** A record with every member that there is, and another in which a device code waits; copies that may be changed. */
export function full() {
  const failure = { code: 'network', message: 'no answer; it is tried again', retryable: true, retryAt: NOON } as const
  const all = {
    ...blank(Number.MAX_SAFE_INTEGER),
    client: '',
    pending: redirect,
    tokens: { ...tokens, scope: '', extra },
    adopted: { refreshToken: 'invented-adopted-token', scope: '' },
    asked: [NOON - 2, NOON - 1, NOON],
    inFlight: { step: 'refreshToken', at: NOON, tries: 2, once: false },
    retry: { at: NOON, since: NOON - 1, attempts: 3, failure },
    wantsRevoke: true,
    ended: { standing: 'failed', because: 'network', failure, at: NOON },
  } as const satisfies ConnectionRecord
  return structuredClone([all, { ...blank(1), pending: device }] as const)
}
