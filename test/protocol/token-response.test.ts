import { describe, expect, it } from 'vitest'
import { readTokens } from '../../src/protocol/token-response.ts'
import { defineProvider } from '../../src/providers/define-provider.ts'
import { mypos } from '../../src/providers/mypos.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sumupPosPro } from '../../src/providers/sumup-pos-pro.ts'
import { tyro } from '../../src/providers/tyro.ts'
import type { Tokens } from '../../src/vault/record.ts'
import { answered, settingsOf, stillEnvironment } from '../support/scripted-fetch.ts'

const NOW = 1_700_000_000_000
const forTyro = settingsOf(tyro, { clientId: 'c' })
const forMypos = settingsOf(mypos, { clientId: 'c', clientSecret: 's' })
const forSumup = settingsOf(sumupPosPro, {
  clientId: 'c',
  clientSecret: 's',
  redirectUri: 'https://pos.example/callback',
})
const previous: Tokens = {
  accessToken: 'old-access',
  refreshToken: 'old-refresh',
  type: 'Bearer',
  scope: 'granted-before',
  since: 0,
  expiresAt: NOW,
  refreshExpiresAt: NOW + 77_000,
  renewable: true,
  extra: { store: 'kept' },
}
const full = { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 3600 }

/** Reads a body that took five seconds to come. */
function read(body: unknown, settings = forTyro, before?: Tokens, status = 200, chance = 0) {
  const answer = answered(status, body, { requestedAt: NOW, receivedAt: NOW + 5_000 })
  return readTokens(answer, settings, stillEnvironment(NOW + 5_000, { random: () => chance }), before)
}

describe('a token answer', () => {
  it('is read, with its instants counted from before the request', () => {
    expect(read({ ...full, scope: 'offline_access', store_id: 5 })).toEqual({
      accessToken: 'a',
      refreshToken: 'r',
      type: 'Bearer',
      scope: 'offline_access',
      since: NOW + 5_000,
      expiresAt: NOW + 3_600_000,
      refreshAt: NOW + 3_600_000 - 300_000,
      renewable: true,
      extra: { store_id: 5 },
    })
  })

  it.each([
    ['no access token', { token_type: 'Bearer' }],
    ['an empty access token', { ...full, access_token: '' }],
    ['an access token that is a number', { ...full, access_token: 7 }],
    ['an access token with a blank', { ...full, access_token: 'a b' }],
    ['an access token with a line break', { ...full, access_token: 'a\r\nX-Evil: 1' }],
    ['an access token beyond ASCII', { ...full, access_token: 'é' }],
    ['no type', { access_token: 'a' }],
    ['an empty type', { ...full, token_type: '' }],
    ['another type', { ...full, token_type: 'DPoP' }],
    ['a type that is no string', { ...full, token_type: 1 }],
    ['no object', 'access_token=a&token_type=Bearer'],
    ['null', null],
    ['a list', [full]],
    ['nothing', undefined],
  ])('is none with %s', (_, body) => expect(read(body)).toBeUndefined())

  it.each([199, 300, 302, 400, 401, 403, 429, 500])('is none with status %i', (status) => {
    expect(read(full, forTyro, undefined, status)).toBeUndefined()
  })

  it.each([200, 201, 203])('is one with status %i', (status) => {
    expect(read(full, forTyro, undefined, status)).toBeDefined()
  })

  it.each(['bearer', 'BEARER', 'Bearer', 'bEaReR'])('may spell its type in any case: %s', (token_type) => {
    expect(read({ ...full, token_type })?.type).toBe('Bearer')
  })

  it('gets a missing type from the provider data only', () => {
    expect(read({ access_token: 'a' }, forSumup)?.type).toBe('Bearer')
    expect(read({ access_token: 'a', token_type: 'mac' }, forSumup)).toBeUndefined()
  })

  it('keeps the token as it is, however long', () => {
    const access_token = 'x'.repeat(9_000)
    expect(read({ ...full, access_token })?.accessToken).toBe(access_token)
  })
})

describe('a lifetime', () => {
  it.each<[unknown, number]>([
    [1800, 1800],
    ['1800', 1800],
    [' 1800 ', 1800],
    [315_360_000, 315_360_000],
  ])('is taken as it is said: %j', (expires_in, seconds) => {
    expect(read({ ...full, expires_in })?.expiresAt).toBe(NOW + seconds * 1000)
  })

  it.each([
    undefined,
    null,
    -1,
    '-5',
    '',
    ' ',
    'soon',
    '3600s',
    'NaN',
    'Infinity',
    Number.POSITIVE_INFINITY,
    315_360_001,
    '99999999999999999999',
    true,
    [3600],
    {},
  ])('that makes no sense counts as not said: %j', (expires_in) => {
    expect(read({ ...full, expires_in })?.expiresAt).toBe(NOW + 86_400_000)
    expect(read({ ...full, expires_in }, forMypos)).not.toHaveProperty('expiresAt')
  })

  it.each([0, '0'])('of nothing counts as not said: it may mean no end: %j', (expires_in) => {
    expect(read({ ...full, expires_in })?.expiresAt).toBe(NOW + 86_400_000)
    expect(read({ ...full, expires_in }, forMypos)).not.toHaveProperty('expiresAt')
  })

  it.each([
    ['Tyro', forTyro, 86_400],
    ['SumUp POS Pro', forSumup, 3_600],
  ])('that is missing comes from the provider data: %s', (_, settings, seconds) => {
    expect(read({ ...full, expires_in: undefined }, settings)?.expiresAt).toBe(NOW + seconds * 1000)
  })

  it('that nobody knows is unknown, not endless, and leads to no refresh by the clock', () => {
    const tokens = read({ access_token: 'a', token_type: 'Bearer' }, forMypos)
    expect(tokens).not.toHaveProperty('expiresAt')
    expect(tokens).not.toHaveProperty('refreshAt')
  })

  it.each([
    [60, 0, 54_000],
    [3600, 0, 3_300_000],
    [3600, 0.999_999, 3_270_000],
    [86_400, 0, 86_100_000],
  ])('of %i s with chance %d is renewed after %i ms', (expires_in, chance, after) => {
    expect(read({ ...full, expires_in }, forTyro, undefined, 200, chance)?.refreshAt).toBe(NOW + after)
  })
})

describe('a refresh token', () => {
  it('that comes replaces the old one', () => {
    expect(read(full, forTyro, previous)?.refreshToken).toBe('r')
  })

  it.each([undefined, null, '', 7])('that does not come leaves the old one: %j', (refresh_token) => {
    expect(read({ ...full, refresh_token }, forTyro, previous)).toMatchObject({
      refreshToken: 'old-refresh',
      refreshExpiresAt: NOW + 77_000,
      renewable: true,
    })
  })

  it('that never came leaves a token that cannot be renewed', () => {
    const tokens = read({ ...full, refresh_token: undefined })
    expect(tokens).toMatchObject({ renewable: false })
    expect(tokens).not.toHaveProperty('refreshToken')
    expect(tokens).not.toHaveProperty('refreshAt')
  })

  it('of client credentials is not relied on', () => {
    const tokens = read(full, forMypos)
    expect(tokens).toMatchObject({ renewable: true })
    expect(tokens).not.toHaveProperty('refreshToken')
    expect(JSON.stringify(tokens)).not.toContain('"r"')
  })

  it.each([
    ['the provider data', {}, 5_184_000],
    ['the answer', { refresh_token_expires_in: 100 }, 100],
    ['the answer, by its other name', { refresh_expires_in: '200' }, 200],
    ['the provider data, where the answer says 0', { refresh_expires_in: 0 }, 5_184_000],
  ])('has its lifetime from %s', (_, said, seconds) => {
    expect(read({ ...full, ...said }, forSumup)?.refreshExpiresAt).toBe(NOW + seconds * 1000)
  })

  it.each([0, '0'])('has a lifetime without end where the answer says %j', (refresh_expires_in) => {
    expect(read({ ...full, refresh_expires_in })).not.toHaveProperty('refreshExpiresAt')
    expect(read({ ...full, refresh_expires_in, refresh_token: undefined }, forTyro, previous)?.refreshExpiresAt).toBe(
      NOW + 77_000,
    )
  })

  it('that is new does not inherit the end of the old one', () => {
    expect(read(full, forTyro, previous)?.refreshExpiresAt).toBeUndefined()
  })
})

describe('a scope', () => {
  it.each([
    ['the answer, even when smaller', { scope: 'order/read' }, undefined, 'order/read'],
    ['the request, where the answer has none', {}, undefined, 'order/write order/read purchase-request/write'],
    [
      'the request, where the answer has an empty one',
      { scope: '' },
      undefined,
      'order/write order/read purchase-request/write',
    ],
    [
      'the request, where the answer has a list',
      { scope: ['x'] },
      undefined,
      'order/write order/read purchase-request/write',
    ],
    ['the old token, where a refresh has none', {}, previous, 'granted-before'],
    ['the refresh, where it has one', { scope: 'order/read' }, previous, 'order/read'],
  ])('is that of %s', (_, said, before, expected) => {
    expect(read({ ...full, ...said }, forSumup, before)?.scope).toBe(expected)
  })
})

describe('members that OAuth does not name', () => {
  it('stay reachable, and outlive a refresh that does not repeat them', () => {
    expect(read({ ...full, id_token: 'x', store: 'new' }, forTyro, previous)?.extra).toEqual({
      id_token: 'x',
      store: 'new',
    })
    expect(read(full, forTyro, previous)?.extra).toEqual({ store: 'kept' })
  })

  it('fill no vault under ever new names: the newest stay', () => {
    let tokens = read(full)
    for (let round = 0; round < 300; round++)
      tokens = read({ ...full, store: round, [`id-${round}`]: 1 }, forTyro, tokens)
    expect(Object.keys(tokens?.extra ?? {})).toHaveLength(100)
    expect(tokens?.extra).toMatchObject({ store: 299, 'id-299': 1 })
  })

  it('do no harm under odd names', () => {
    const body = JSON.parse(`{"access_token":"a","token_type":"Bearer","__proto__":{"polluted":1},"constructor":2}`)
    const tokens = read(body)
    expect(tokens).toMatchObject({ accessToken: 'a' })
    expect(Object.getPrototypeOf(tokens?.extra)).toBe(Object.prototype)
    expect(tokens?.extra).not.toHaveProperty('polluted')
  })

  it('are not taken from a prototype', () => {
    const inherited = Object.create({ access_token: 'a', token_type: 'Bearer' })
    expect(read(inherited)).toBeUndefined()
  })
})

describe("a provider's assumed type", () => {
  it('can be given to any provider', () => {
    const provider = defineProvider<Provider>({ ...tyro, assumedTokenType: 'Bearer' })
    expect(read({ access_token: 'a' }, settingsOf(provider, { clientId: 'c' }))?.type).toBe('Bearer')
  })
})
