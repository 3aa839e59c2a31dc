import { describe, expect, it } from 'vitest'
import { OAuthError } from '../src/failure.ts'
import { defineProvider } from '../src/providers/define-provider.ts'
import { mypos } from '../src/providers/mypos.ts'
import type { Provider } from '../src/providers/provider.ts'
import { sumupPosPro } from '../src/providers/sumup-pos-pro.ts'
import { tyro } from '../src/providers/tyro.ts'

const all: [string, Provider][] = [
  ['Tyro', tyro],
  ['SumUp POS Pro', sumupPosPro],
  ['myPOS', mypos],
]

describe('the documented facts', () => {
  it('are those of Tyro Connect (A1)', () => {
    expect(tyro).toMatchObject({
      grant: 'device_code',
      endpoints: {
        deviceAuthorization: 'https://auth.connect.tyro.com/oauth/device/code',
        token: 'https://auth.connect.tyro.com/oauth/token',
        revocation: 'https://auth.connect.tyro.com/oauth/revoke',
      },
      issuer: 'https://auth.connect.tyro.com/',
      clientAuthentication: 'none',
      parameters: {
        deviceAuthorization: { audience: 'https://pos.connect.tyro' },
        token: { audience: 'https://pos.connect.tyro' },
      },
      scopes: { default: ['offline_access'] },
      lifetimes: { accessToken: 86_400, deviceCode: 900 },
      revokes: 'refresh_token_only',
    })
    expect(tyro.parameters).not.toHaveProperty('refresh')
    expect(tyro).not.toHaveProperty('sandbox')
    expect(tyro).not.toHaveProperty('deviations')
  })

  it('are those of SumUp POS Pro (A2)', () => {
    expect(sumupPosPro).toMatchObject({
      grant: 'authorization_code',
      endpoints: {
        authorization: 'https://oauth.api.tiller.systems/login',
        token: 'https://oauth.api.tiller.systems/oauth2/token',
      },
      clientAuthentication: 'client_secret_post',
      scopes: {
        default: ['order/write', 'order/read', 'purchase-request/write'],
        onRequest: ['store/read', 'location/read', 'catalog/read'],
      },
      lifetimes: { accessToken: 60 * 60, refreshToken: 60 * 24 * 60 * 60 },
      assumedTokenType: 'Bearer',
      deviations: ['unsafe_token_parameters_in_query', 'unsafe_missing_state'],
    })
    expect(sumupPosPro.endpoints).not.toHaveProperty('revocation')
  })

  it('are those of myPOS (A3)', () => {
    expect(mypos).toMatchObject({
      grant: 'client_credentials',
      endpoints: {
        token: 'https://auth-api.mypos.com/oauth/token',
        revocation: 'https://auth-api.mypos.com/oauth/revoke',
      },
      sandbox: {
        token: 'https://sandbox-auth-api.mypos.com/oauth/token',
        revocation: 'https://sandbox-auth-api.mypos.com/oauth/revoke',
      },
      clientAuthentication: 'client_secret_basic',
      scopes: { default: [], optional: ['webhooks'] },
      deviations: ['basic_semicolon'],
      resource: { headers: { 'API-Key': '{client_id}', 'X-Request-ID': '{uuid}' } },
    })
    expect(mypos).not.toHaveProperty('lifetimes')
  })

  it.each(all)('opt into no deviation and name only https: %s', (_, provider) => {
    const urls = JSON.stringify(provider).match(/http:\/\/[^"]*/g)
    expect(urls).toBeNull()
  })

  it('have an id of their own each', () => {
    expect(new Set(all.map(([, { id }]) => id)).size).toBe(all.length)
  })
})

describe('a provider', () => {
  it.each(all)('survives JSON: %s', (_, provider) => {
    const copy: Provider = JSON.parse(JSON.stringify(provider))
    expect(defineProvider(copy)).toEqual(provider)
  })

  it.each(all)('is frozen to its depths: %s', (_, provider) => {
    const thawed = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(thawed))
    expect(thawed(provider)).toBe(false)
  })

  it('may leave a member undefined: that is the same as without it', () => {
    const endpoints = { ...tyro.endpoints, authorization: undefined }
    const { issuer: _, ...rest } = tyro
    const provider = defineProvider({ ...tyro, endpoints, issuer: undefined, sandbox: undefined })
    expect(provider).toStrictEqual(defineProvider(rest))
  })

  it('may link into the middle of its documentation', () => {
    const documentation = 'https://docs.example/@vendor/oauth#device-code'
    expect(defineProvider<Provider>({ ...tyro, documentation }).documentation).toBe(documentation)
  })

  it('is a copy: the data of the host stays as it was', () => {
    const data: Provider = JSON.parse(JSON.stringify(tyro))
    const provider = defineProvider(data)
    data.endpoints.token = 'https://evil.example/token'
    expect(Object.isFrozen(data)).toBe(false)
    expect(provider.endpoints.token).toBe('https://auth.connect.tyro.com/oauth/token')
  })
})

/** What a host may bring as JSON: anything. */
function refusalOf(data: unknown): OAuthError {
  try {
    defineProvider(data as Provider)
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
  throw new Error('it was accepted')
}

/** Tyro with one member replaced, by its path. */
function changed(path: string, value: unknown, base: Provider = tyro): unknown {
  const data = JSON.parse(JSON.stringify(base))
  const names = path.split('.')
  const last = names.pop() ?? ''
  const place = names.reduce((object, name) => {
    object[name] ??= {}
    return object[name]
  }, data)
  if (value === undefined) delete place[last]
  else place[last] = value
  return data
}

describe('a refusal of provider data', () => {
  it.each<[string, unknown]>([
    ['id', 'MARK Upper Case'],
    ['id', undefined],
    ['id', '../MARK'],
    ['name', ''],
    ['name', 7],
    ['documentation', 'MARK no url'],
    ['grant', 'MARK_password'],
    ['grant', undefined],
    ['endpoints', undefined],
    ['endpoints', 'MARK'],
    ['endpoints.token', undefined],
    ['endpoints.token', 'MARK-relative/token'],
    ['endpoints.token', 'ftp://MARK.example/token'],
    ['endpoints.token', 'javascript:MARK'],
    ['endpoints.token', 7],
    ['endpoints.revocation', 'MARK'],
    ['endpoints.introspection', 'https://MARK.example/x'],
    ['sandbox', 'MARK'],
    ['sandbox.token', undefined],
    ['issuer', ''],
    ['clientAuthentication', 'MARK_jwt'],
    ['clientAuthentication', undefined],
    ['basicEncoding', 'MARK'],
    ['parameters', ['MARK']],
    ['parameters.poll', { x: 'MARK' }],
    ['parameters.token.audience', ''],
    ['parameters.token.audience', 5],
    ['scopes', undefined],
    ['scopes', 'MARK'],
    ['scopes.default', 'MARK'],
    ['scopes.default.0', 'MARK two'],
    ['scopes.default.0', 'MARK"quote'],
    ['lifetimes.accessToken', '86400'],
    ['lifetimes.accessToken', 0],
    ['lifetimes.accessToken', -5],
    ['lifetimes.accessToken', 1.5],
    ['lifetimes.minutes', 5],
    ['assumedTokenType', 'MARK'],
    ['refreshAfterLostAnswer', 'MARK'],
    ['revokes', 'MARK'],
    ['deviations', 'MARK'],
    ['deviations', ['MARK_unsafe']],
    ['resource.origins.0', 'MARK'],
    ['resource.headers.API-Key', 7],
    ['pkce', 'MARK'],
  ])('names the member and no value: %s = %j', (path, value) => {
    const error = refusalOf(changed(path, value))
    expect(error.code).toBe('invalid_configuration')
    expect(error.message).toContain(path)
    expect(error.message).not.toContain('MARK')
    expect(error.message).not.toContain('example')
    expect(error).not.toHaveProperty('cause')
    expect(error).not.toHaveProperty('issues')
  })

  it.each([
    ['endpoints.deviceAuthorization', changed('endpoints.deviceAuthorization', undefined)],
    ['endpoints.authorization', changed('endpoints.authorization', undefined, sumupPosPro)],
    ['sandbox.deviceAuthorization', changed('sandbox', { token: 'https://a.example/token' })],
  ])('names an endpoint that the grant needs: %s', (member, data) => {
    expect(refusalOf(data).message).toContain(member)
  })

  it.each([[undefined], [null], ['MARK'], [7], [[]], [{}]])('is our own error, whatever is given: %j', (data) => {
    const { code, message } = refusalOf(data)
    expect(code).toBe('invalid_configuration')
    expect(message).not.toContain('MARK')
  })

  it.each([
    ['a fragment', 'https://a.example/token#MARK'],
    ['a name and a password', 'https://MARK:MARK@a.example/token'],
  ])('meets an endpoint that no request can go to: %s', (_, url) => {
    const { message } = refusalOf(changed('endpoints.token', url))
    expect(message).toContain('endpoints.token')
    expect(message).not.toContain('MARK')
  })
})
