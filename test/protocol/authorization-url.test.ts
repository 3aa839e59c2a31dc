import { describe, expect, it } from 'vitest'
import { authorizationRequest } from '../../src/protocol/authorization-request.ts'
import { challengeOf, randomToken } from '../../src/protocol/pkce.ts'
import { defineProvider } from '../../src/providers/define-provider.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sumupPosPro } from '../../src/providers/sumup-pos-pro.ts'
import { settingsOf } from '../support/scripted-fetch.ts'

const NOW = 1_700_000_000_000
const redirectUri = 'https://pos.example/callback?till=3'
const sumup = { clientId: 'sumup-client', clientSecret: 'sumup secret', redirectUri }
const forSumup = settingsOf(sumupPosPro, sumup)

describe('the authorization URL', () => {
  it('goes to /login with the parameters of the grant, PKCE and state', async () => {
    const made = await authorizationRequest(forSumup, NOW, undefined)
    const url = new URL(made.url)
    expect(url.origin + url.pathname).toBe('https://oauth.api.tiller.systems/login')
    expect([...url.searchParams].toSorted()).toEqual(
      Object.entries({
        client_id: 'sumup-client',
        response_type: 'code',
        scope: 'order/write order/read purchase-request/write',
        redirect_uri: redirectUri,
        state: made.state,
        code_challenge: await challengeOf(made.verifier),
        code_challenge_method: 'S256',
      }).toSorted(),
    )
  })

  it('writes a space as %20 and a slash as %2F', async () => {
    const { search } = new URL((await authorizationRequest(forSumup, NOW, undefined)).url)
    expect(search).toContain('scope=order%2Fwrite%20order%2Fread%20purchase-request%2Fwrite')
    expect(search).toContain('redirect_uri=https%3A%2F%2Fpos.example%2Fcallback%3Ftill%3D3')
    expect(search).not.toContain('+')
  })

  it('never carries the client secret, the verifier or the session binding', async () => {
    const made = await authorizationRequest(forSumup, NOW, 'session-binding-1')
    expect(decodeURIComponent(made.url)).not.toContain('sumup secret')
    expect(made.url).not.toContain(made.verifier)
    expect(JSON.stringify(made)).not.toContain('session-binding-1')
  })

  const elsewhere = (authorization: string, parameters: Record<string, string> = {}) =>
    settingsOf(
      defineProvider<Provider>({
        ...sumupPosPro,
        endpoints: { ...sumupPosPro.endpoints, authorization },
        parameters: { authorization: parameters },
      }),
      sumup,
    )

  it('keeps the query that the provider data has', async () => {
    const { url } = await authorizationRequest(elsewhere('https://a.example/login?tenant=a%20b'), NOW, undefined)
    expect(url.startsWith('https://a.example/login?tenant=a%20b&')).toBe(true)
    expect(new URL(url).searchParams.get('client_id')).toBe('sumup-client')
  })

  it('adds the fixed parameters of the provider, which replace none of its own', async () => {
    const settings = elsewhere('https://a.example/login', { prompt: 'login', response_type: 'token' })
    const { searchParams } = new URL((await authorizationRequest(settings, NOW, undefined)).url)
    expect(searchParams.get('prompt')).toBe('login')
    expect(searchParams.getAll('response_type')).toEqual(['code'])
    expect(() => elsewhere('https://a.example/login', { state: 'fixed' })).toThrow(/parameters/)
  })

  it('sends no parameter twice, even where the configured URL has it already', async () => {
    const settings = elsewhere('https://a.example/login?scope=order%2Fread&tenant=1')
    const { searchParams } = new URL((await authorizationRequest(settings, NOW, undefined)).url)
    expect(searchParams.getAll('scope')).toHaveLength(1)
  })

  it.each(['return=https://b.example/?page=2', 'constructor=1', 'empty=', 'flag'])(
    'keeps a query with oddities: %s',
    async (query) => {
      const { url } = await authorizationRequest(elsewhere(`https://a.example/login?${query}`), NOW, undefined)
      expect(url.startsWith(`https://a.example/login?${query}&`)).toBe(true)
    },
  )

  it('has a state and a verifier of its own each time, of 256 bits', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => authorizationRequest(forSumup, NOW, undefined)))
    const values = [one?.state, one?.verifier, other?.state, other?.verifier]
    expect(new Set(values).size).toBe(4)
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it('is good for ten minutes', async () => {
    expect((await authorizationRequest(forSumup, NOW, undefined)).expiresAt).toBe(NOW + 600_000)
  })
})

describe('PKCE', () => {
  it('makes the challenge of RFC 7636, Appendix B', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })

  it('makes verifiers of unreserved characters only', () => {
    for (let i = 0; i < 50; i++) expect(randomToken()).toMatch(/^[A-Za-z0-9._~-]{43,128}$/)
  })
})
