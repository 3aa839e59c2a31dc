import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../src/client.ts'
import { OAuthError } from '../src/failure.ts'
import { mypos } from '../src/providers/mypos.ts'
import type { Provider } from '../src/providers/provider.ts'
import { sumupPosPro } from '../src/providers/sumup-pos-pro.ts'
import { tyro } from '../src/providers/tyro.ts'
import { settingsOf } from './support/scripted-fetch.ts'

const redirectUri = 'https://pos.example/callback'
const forTyro = { clientId: 'MARK-id' }
const forSumup = { clientId: 'MARK-id', clientSecret: 'MARK-secret', redirectUri }
const forMypos = { clientId: 'MARK-id', clientSecret: 'MARK-secret' }

function refusalOf(provider: Provider, registration: object, allowLoopbackHttp = false): OAuthError {
  try {
    settingsOf(provider, registration, allowLoopbackHttp)
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a refusal of a registration', () => {
  it.each<[string, Provider, object]>([
    ['clientId', tyro, {}],
    ['clientId', tyro, { clientId: '' }],
    ['clientId', tyro, { clientId: 7 }],
    ['clientId', mypos, { clientSecret: 'MARK-secret' }],
    ['clientSecret', mypos, { clientId: 'MARK-id' }],
    ['clientSecret', mypos, { clientId: 'MARK-id', clientSecret: '' }],
    ['clientSecret', mypos, { clientId: 'MARK-id', clientSecret: ['MARK'] }],
    ['clientSecret', sumupPosPro, { clientId: 'MARK-id', redirectUri }],
    ['clientSecret', tyro, { ...forTyro, clientSecret: 'MARK-secret' }],
    ['redirectUri', sumupPosPro, { clientId: 'MARK-id', clientSecret: 'MARK-secret' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 7 }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: '/MARK' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'MARK.example/callback' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: '//MARK.example/callback' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'https://MARK.example/callback#part' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'https://MARK.example/callback#' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'http://MARK.example/callback' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'http://127.0.0.1.MARK.example/callback' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'markapp:/callback' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'javascript:MARK()' }],
    ['redirectUri', sumupPosPro, { ...forSumup, redirectUri: 'data:text/html,MARK' }],
    ['redirectUri', tyro, { ...forTyro, redirectUri }],
    ['redirectUri', mypos, { ...forMypos, redirectUri }],
    ['scopes', mypos, { ...forMypos, scopes: ['MARK two'] }],
    ['scopes', mypos, { ...forMypos, scopes: ['MARK"'] }],
    ['scopes', mypos, { ...forMypos, scopes: ['MARK\\'] }],
    ['scopes', mypos, { ...forMypos, scopes: ['MARKé'] }],
    ['scopes', mypos, { ...forMypos, scopes: ['MARK\n'] }],
    ['scopes', mypos, { ...forMypos, scopes: [''] }],
    ['scopes', mypos, { ...forMypos, scopes: 'MARK' }],
    ['scopes', mypos, { ...forMypos, scopes: [7] }],
    ['sandbox', tyro, { ...forTyro, sandbox: true }],
    ['sandbox', mypos, { ...forMypos, sandbox: 'false' }],
    ['deviations', tyro, { ...forTyro, deviations: ['unsafe_missing_state'] }],
    ['deviations', mypos, { ...forMypos, deviations: ['MARK'] }],
    ['deviations', mypos, { ...forMypos, deviations: 'basic_semicolon' }],
    ['client_id', tyro, { ...forTyro, client_id: 'MARK' }],
    ['scope', tyro, { ...forTyro, scope: 'MARK' }],
  ])('names the option %s and no value, case %#', (option, provider, registration) => {
    const error = refusalOf(provider, registration)
    expect(error.code).toBe('invalid_configuration')
    expect(error.message).toContain(`option ${option} `)
    expect(error.message).toContain(provider.name)
    expect(inspect(error.failure)).not.toContain('MARK')
    expect(error.message).not.toContain('pos.example')
  })

  it.each([[undefined], [null], ['MARK'], [7]])('is our own error, whatever is given: %j', (given) => {
    const untyped: unknown = given
    expect(() => settingsOf(tyro, untyped as object)).toThrow(OAuthError)
  })

  it('comes at the call of createClient', () => {
    const registration = { clientId: 'MARK-id', clientSecret: '' }
    expect(() => createClient(mypos, registration)).toThrow(/myPOS, option clientSecret \(missing\)/)
  })

  it.each(['', undefined])('meets a connection without a name: %j', (name) => {
    const client = createClient(tyro, forTyro)
    const untyped: unknown = name
    expect(() => client.connect(untyped as string)).toThrow(/connection name/)
  })
})

describe('a registration', () => {
  it.each([
    'https://pos.example/callback',
    'https://pos.example/callback?till=3',
    'https://pos.example:8443/callback',
    'http://127.0.0.1:4711/callback',
    'http://[::1]/callback',
    'com.example.pos:/callback',
  ])('may have the redirect URI %s, and keeps it byte for byte', (uri) => {
    expect(settingsOf(sumupPosPro, { ...forSumup, redirectUri: uri }).redirectUri).toBe(uri)
  })

  it.each([
    [tyro, forTyro, 'offline_access'],
    [sumupPosPro, forSumup, 'order/write order/read purchase-request/write'],
    [mypos, forMypos, ''],
  ])('asks for the default scopes where it says nothing', (provider: Provider, registration, scope) => {
    expect(settingsOf(provider, registration).scope).toBe(scope)
  })

  it.each([
    [['webhooks'], 'webhooks'],
    [[], ''],
    [['a', 'b', 'a'], 'a b'],
    [['!#[]~'], '!#[]~'],
    // For a server that wants commas.
    [['orders,stores'], 'orders,stores'],
  ])('may say which scopes: %j', (scopes, scope) => {
    expect(settingsOf(mypos, { ...forMypos, scopes }).scope).toBe(scope)
  })

  it('opts into no deviation and no sandbox by default', () => {
    const settings = settingsOf(mypos, forMypos)
    expect(settings.deviations).toEqual([])
    expect(settings.endpoints).toEqual(mypos.endpoints)
  })

  it.each([
    ['true', { sandbox: true }, mypos.sandbox],
    ['false', { sandbox: false }, mypos.endpoints],
    ['undefined', { sandbox: undefined }, mypos.endpoints],
  ])('chooses the servers by sandbox: %s', (_, option, endpoints) => {
    expect(settingsOf(mypos, { ...forMypos, ...option }).endpoints).toEqual(endpoints)
  })

  it('takes undefined for the default', () => {
    const settings = settingsOf(tyro, {
      ...forTyro,
      clientSecret: undefined,
      redirectUri: undefined,
      scopes: undefined,
    })
    expect(settings.scope).toBe('offline_access')
  })

  it('has a fingerprint without its secret, of client and server', () => {
    const fingerprints = [
      settingsOf(mypos, forMypos),
      settingsOf(mypos, { ...forMypos, sandbox: true }),
      settingsOf(mypos, { ...forMypos, clientId: 'other' }),
    ].map(({ fingerprint }) => fingerprint)
    expect(new Set(fingerprints).size).toBe(3)
    expect(fingerprints.join()).not.toContain('MARK-secret')
    expect(settingsOf(mypos, { ...forMypos, clientSecret: 'renewed' }).fingerprint).toBe(fingerprints[0])
  })

  it('is not written to', () => {
    const registration = Object.freeze({ ...forMypos, scopes: Object.freeze(['webhooks']) })
    expect(() => settingsOf(mypos, registration)).not.toThrow()
  })
})

describe('an endpoint', () => {
  const at = (token: string): Provider => ({ ...mypos, endpoints: { token } })

  it.each([
    ['http://auth.example/token', false],
    ['http://auth.example/token', true],
    ['http://127.0.0.1.evil.example/token', true],
    ['http://localhost.evil.example/token', true],
    ['http://0.0.0.0:8080/token', true],
    ['http://192.168.0.2/token', true],
    ['http://127.0.0.1:8080/token', false],
    ['http://localhost:8080/token', false],
    ['http://[::1]:8080/token', false],
  ])('must be https: %s, allowLoopbackHttp %s', (url, allowed) => {
    const error = refusalOf(at(url), forMypos, allowed)
    expect(error.code).toBe('insecure_endpoint')
    expect(error.message).toContain('endpoint token')
    expect(error.message).not.toContain('http://')
    expect(error.message).not.toContain('MARK')
  })

  it.each([
    'http://127.0.0.1:8080/token',
    'http://127.9.9.9/token',
    'http://localhost:8080/token',
    'http://[::1]:8080/t',
  ])('may be http on loopback where allowLoopbackHttp says so: %s', (url) =>
    expect(settingsOf(at(url), forMypos, true).endpoints.token).toBe(url),
  )

  it('must be https for revocation as well', () => {
    const provider = { ...mypos, endpoints: { ...mypos.endpoints, revocation: 'http://auth.example/revoke' } }
    expect(refusalOf(provider, forMypos).message).toContain('endpoint revocation')
  })

  it('must be https at createClient unless it says allowLoopbackHttp', () => {
    const provider = at('http://127.0.0.1:8080/token')
    const connect = (options?: { allowLoopbackHttp: boolean }) => createClient(provider, forMypos, options)
    expect(() => connect()).toThrow(/not https/)
    expect(() => connect({ allowLoopbackHttp: false })).toThrow(/not https/)
    expect(() => connect({ allowLoopbackHttp: true })).not.toThrow()
  })
})

describe('in a browser', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each([
    ['a page', { document: {} }],
    ['a worker', { importScripts: () => {}, navigator: {} }],
  ])('a client secret is refused, and the message points to the server: %s', (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    for (const [provider, registration] of [[sumupPosPro, forSumup] as const, [mypos, forMypos] as const]) {
      const { code, message } = refusalOf(provider, registration)
      expect(code).toBe('invalid_configuration')
      expect(message).toContain('option clientSecret ')
      expect(message).toMatch(/browser.*server/)
      expect(message).not.toContain('MARK')
    }
  })

  it('a public client is welcome', () => {
    vi.stubGlobal('document', {})
    expect(() => createClient(tyro, forTyro)).not.toThrow()
  })

  it('is not where a server-side renderer has emptied the global', () => {
    vi.stubGlobal('document', undefined)
    expect(() => createClient(mypos, forMypos)).not.toThrow()
  })
})
