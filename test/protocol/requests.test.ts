import { describe, expect, it } from 'vitest'
import { clientCredentialsRequest } from '../../src/protocol/client-credentials.ts'
import { codeExchangeRequest } from '../../src/protocol/code-exchange.ts'
import { deviceAuthorizationRequest } from '../../src/protocol/device-authorization.ts'
import { deviceTokenRequest } from '../../src/protocol/device-token.ts'
import { post, type WireRequest } from '../../src/protocol/http.ts'
import { refreshRequest } from '../../src/protocol/refresh.ts'
import { revocationRequest } from '../../src/protocol/revocation.ts'
import { mypos } from '../../src/providers/mypos.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sumupPosPro } from '../../src/providers/sumup-pos-pro.ts'
import { tyro } from '../../src/providers/tyro.ts'
import type { DevicePending, RedirectPending, Tokens } from '../../src/vault/record.ts'
import { json, scriptedFetch, settingsOf, stillEnvironment } from '../support/scripted-fetch.ts'

const NOW = 1_700_000_000_000
const devicePending: DevicePending = {
  kind: 'device',
  deviceCode: 'dev+code/1',
  userCode: 'ABCD-EFGH',
  verificationUri: 'https://auth.example/activate',
  intervalSeconds: 5,
  nextPollAt: NOW,
  slowedDown: false,
  expiresAt: NOW + 900_000,
}
const redirectPending: RedirectPending = {
  kind: 'redirect',
  url: 'https://auth.example/login',
  state: 'state-1',
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  redirectUri: 'https://pos.example/callback?till=3',
  expiresAt: NOW + 600_000,
}
const tokens: Tokens = {
  accessToken: 'access-1',
  refreshToken: 'refresh-1',
  type: 'Bearer',
  scope: '',
  since: 0,
  renewable: true,
  extra: {},
}

const redirectUri = redirectPending.redirectUri
const forTyro = settingsOf(tyro, { clientId: 'tyro client' })
const sumup = { clientId: 'sumup-client', clientSecret: 'sumup secret', redirectUri }
const forSumup = settingsOf(sumupPosPro, sumup)
const forSumupQuery = settingsOf(sumupPosPro, { ...sumup, deviations: ['unsafe_token_parameters_in_query'] })
const forMypos = settingsOf(mypos, { clientId: 'id24', clientSecret: 'se:cr+et' })

/** Sends a request to a server that keeps what it saw. */
async function onTheWire(request: WireRequest | undefined) {
  if (!request) throw new Error('no request was made')
  const server = scriptedFetch(json({}))
  await post(request, stillEnvironment(NOW, { fetch: server.fetch }), 1_000)
  const [sight] = server.seen
  if (!sight) throw new Error('no request was seen')
  return sight
}

const form = 'application/x-www-form-urlencoded'
const basicOf = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

interface Expected {
  readonly url: string
  readonly authorization?: string
  readonly parameters: Record<string, string>
}

const requests: [string, WireRequest | undefined, Expected][] = [
  [
    'Tyro device authorization',
    deviceAuthorizationRequest(forTyro),
    {
      url: 'https://auth.connect.tyro.com/oauth/device/code',
      parameters: { client_id: 'tyro client', scope: 'offline_access', audience: 'https://pos.connect.tyro' },
    },
  ],
  [
    'Tyro poll, with the audience again',
    deviceTokenRequest(forTyro, devicePending),
    {
      url: 'https://auth.connect.tyro.com/oauth/token',
      parameters: {
        client_id: 'tyro client',
        grant_type: deviceGrant,
        audience: 'https://pos.connect.tyro',
        device_code: 'dev+code/1',
      },
    },
  ],
  [
    'Tyro refresh, without audience, scope and secret',
    refreshRequest(forTyro, tokens),
    {
      url: 'https://auth.connect.tyro.com/oauth/token',
      parameters: { client_id: 'tyro client', grant_type: 'refresh_token', refresh_token: 'refresh-1' },
    },
  ],
  [
    'Tyro revocation of the refresh token',
    revocationRequest(forTyro, tokens),
    {
      url: 'https://auth.connect.tyro.com/oauth/revoke',
      parameters: { client_id: 'tyro client', token: 'refresh-1' },
    },
  ],
  [
    'SumUp POS Pro code exchange, in the body',
    codeExchangeRequest(forSumup, redirectPending, 'code-1'),
    {
      url: 'https://oauth.api.tiller.systems/oauth2/token',
      parameters: {
        grant_type: 'authorization_code',
        code: 'code-1',
        redirect_uri: redirectUri,
        code_verifier: redirectPending.verifier,
        client_id: 'sumup-client',
        client_secret: 'sumup secret',
      },
    },
  ],
  [
    'SumUp POS Pro refresh, in the body',
    refreshRequest(forSumup, tokens),
    {
      url: 'https://oauth.api.tiller.systems/oauth2/token',
      parameters: {
        grant_type: 'refresh_token',
        refresh_token: 'refresh-1',
        client_id: 'sumup-client',
        client_secret: 'sumup secret',
      },
    },
  ],
  [
    'myPOS token',
    clientCredentialsRequest(forMypos),
    {
      url: 'https://auth-api.mypos.com/oauth/token',
      authorization: basicOf('id24:se:cr+et'),
      parameters: { grant_type: 'client_credentials' },
    },
  ],
  [
    'myPOS renewal, which is the first request again',
    refreshRequest(forMypos, tokens),
    {
      url: 'https://auth-api.mypos.com/oauth/token',
      authorization: basicOf('id24:se:cr+et'),
      parameters: { grant_type: 'client_credentials' },
    },
  ],
  [
    'myPOS token for webhooks in the sandbox',
    clientCredentialsRequest(
      settingsOf(mypos, { clientId: 'id24', clientSecret: 's', scopes: ['webhooks'], sandbox: true }),
    ),
    {
      url: 'https://sandbox-auth-api.mypos.com/oauth/token',
      authorization: basicOf('id24:s'),
      parameters: { grant_type: 'client_credentials', scope: 'webhooks' },
    },
  ],
  [
    'myPOS token with the semicolon',
    clientCredentialsRequest(
      settingsOf(mypos, { clientId: 'id24', clientSecret: 's', deviations: ['basic_semicolon'] }),
    ),
    {
      url: 'https://auth-api.mypos.com/oauth/token',
      authorization: basicOf('id24;s'),
      parameters: { grant_type: 'client_credentials' },
    },
  ],
  [
    'myPOS revocation, on the auth host',
    revocationRequest(forMypos, tokens),
    {
      url: 'https://auth-api.mypos.com/oauth/revoke',
      authorization: basicOf('id24:se:cr+et'),
      parameters: { token: 'access-1' },
    },
  ],
  [
    'myPOS revocation in the sandbox',
    revocationRequest(settingsOf(mypos, { clientId: 'id24', clientSecret: 's', sandbox: true }), tokens),
    {
      url: 'https://sandbox-auth-api.mypos.com/oauth/revoke',
      authorization: basicOf('id24:s'),
      parameters: { token: 'access-1' },
    },
  ],
]

describe('a request', () => {
  it.each(requests)('carries exactly its parameters: %s', async (_, request, { url, authorization, parameters }) => {
    const sight = await onTheWire(request)
    expect(sight.method).toBe('POST')
    expect(sight.url).toBe(url)
    expect(sight.parameters.toSorted()).toEqual(Object.entries(parameters).toSorted())
    expect(sight.headers).toEqual({
      accept: 'application/json',
      'content-type': form,
      ...(authorization && { authorization }),
    })
  })

  it.each(requests)('follows no redirect and leaves nothing in caches and cookies: %s', async (_, request) => {
    const { redirect, cache, credentials } = (await onTheWire(request)).request
    expect({ redirect, cache, credentials }).toEqual({ redirect: 'manual', cache: 'no-store', credentials: 'omit' })
  })

  it('escapes what a form must escape', async () => {
    const { body } = await onTheWire(deviceTokenRequest(forTyro, devicePending))
    expect(body).toContain('device_code=dev%2Bcode%2F1')
    expect(body).toContain('audience=https%3A%2F%2Fpos.connect.tyro')
  })

  it.each([
    ['code exchange', codeExchangeRequest(forSumupQuery, redirectPending, 'co de'), 'code=co%20de'],
    ['refresh', refreshRequest(forSumupQuery, tokens), 'refresh_token=refresh-1'],
  ])('puts all parameters in the query where the host opted in: %s', async (_, request, expected) => {
    const sight = await onTheWire(request)
    const url = new URL(sight.url)
    expect(sight.method).toBe('POST')
    expect(sight.body).toBe('')
    expect(sight.headers['content-type']).toBe(form)
    expect(url.origin + url.pathname).toBe('https://oauth.api.tiller.systems/oauth2/token')
    expect(Object.fromEntries(url.searchParams)).toEqual(request.parameters)
    expect([...url.searchParams.keys()]).toHaveLength(Object.keys(request.parameters).length)
    expect(url.search).toContain(expected)
    expect(url.search).toContain('client_secret=sumup%20secret')
    expect(url.search).not.toContain('+')
  })

  it('leaves out what has no value', () => {
    const { parameters } = deviceAuthorizationRequest(settingsOf(tyro, { clientId: 'c', scopes: [] }))
    expect(parameters).toEqual({ audience: 'https://pos.connect.tyro', client_id: 'c' })
  })

  it('names each scope once, with single spaces', () => {
    const scopes = ['order/read', 'order/write', 'order/read']
    expect(settingsOf(sumupPosPro, { ...sumup, scopes }).scope).toBe('order/read order/write')
  })
})

describe('Basic authentication', () => {
  const custom = (basicEncoding?: 'form' | 'raw'): Provider => ({
    ...mypos,
    clientAuthentication: 'client_secret_basic',
    basicEncoding: basicEncoding ?? 'form',
  })
  const strange = { clientId: 'till 3:é', clientSecret: 'p@ss%+:/ü' }

  it.each([
    ['form', custom('form'), 'till+3%3A%C3%A9:p%40ss%25%2B%3A%2F%C3%BC'],
    ['raw', custom('raw'), 'till 3:é:p@ss%+:/ü'],
  ])('encodes id and secret as the provider data says: %s', (_, provider, expected) => {
    const { headers, parameters } = clientCredentialsRequest(settingsOf(provider, strange))
    expect(headers.authorization).toBe(basicOf(expected))
    expect(parameters).toEqual({ grant_type: 'client_credentials' })
  })

  it('form-encodes where the provider data says nothing', () => {
    const { basicEncoding: _, ...silent } = mypos
    const { headers } = clientCredentialsRequest(settingsOf(silent, strange))
    expect(headers.authorization).toBe(basicOf('till+3%3A%C3%A9:p%40ss%25%2B%3A%2F%C3%BC'))
  })
})

describe('a revocation request', () => {
  const { refreshToken: _, ...accessOnly } = tokens
  const withPolicy = (revokes: 'refresh_token' | 'refresh_token_only' | 'access_token') =>
    settingsOf({ ...tyro, revokes }, { clientId: 'c' })

  it.each([
    ['the refresh token', withPolicy('refresh_token'), tokens, 'refresh-1'],
    ['the access token, for want of another', withPolicy('refresh_token'), accessOnly, 'access-1'],
    ['the refresh token only', withPolicy('refresh_token_only'), tokens, 'refresh-1'],
    ['the access token only', withPolicy('access_token'), tokens, 'access-1'],
  ])('names the token that ends most: %s', (_, settings, known, token) => {
    expect(revocationRequest(settings, known)?.parameters.token).toBe(token)
  })

  it.each([
    ['no endpoint', forSumup, tokens],
    ['no refresh token, and no other is revoked there', forTyro, accessOnly],
  ])('is not made where there is nothing to revoke: %s', (_, settings, known) => {
    expect(revocationRequest(settings, known)).toBeUndefined()
  })
})
