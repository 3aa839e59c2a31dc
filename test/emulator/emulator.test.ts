import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { defineProvider } from '../../src/providers/define-provider.ts'
import { mypos } from '../../src/providers/mypos.ts'
import { sumupPosPro } from '../../src/providers/sumup-pos-pro.ts'
import { tyro } from '../../src/providers/tyro.ts'
import { auth0, basic, loginUrl, poster, production, sandbox, setup, tiller, tyroClient } from '../support/emulated.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the emulator', () => {
  it('refuses to be made or to listen under NODE_ENV=production', async () => {
    const { emulator } = setup()
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => createEmulator()).toThrow('NODE_ENV=production')
    await expect(emulator.listen()).rejects.toThrow('NODE_ENV=production')
  })

  it('names the option that is unknown, or of another type', () => {
    expect(() => createEmulator({ tyro: JSON.parse('{ "intervall": 1 }') })).toThrow('tyro.intervall is unknown')
    expect(() => createEmulator(JSON.parse('{ "sumup": {} }'))).toThrow('option sumup is unknown')
    const text = JSON.parse('{ "interval": "1" }')
    expect(() => createEmulator({ tyro: text })).toThrow('tyro.interval must be a number')
    const clients = { ours: 'secret' }
    expect(() => createEmulator({ mypos: { clients }, sumupPosPro: { redirectUris: [], clients } })).not.toThrow()
  })

  it('names the option that is below zero or no number', () => {
    expect(() => createEmulator({ tyro: { interval: -1 } })).toThrow('tyro.interval')
    expect(() => createEmulator({ mypos: { accessTokenLifetime: Number.NaN } })).toThrow('mypos.accessTokenLifetime')
  })

  it.each([
    ['an answer', `${auth0}/oauth/revoke`, 'POST', 400],
    ['a page', `${auth0}/activate`, 'GET', 200],
    ['a refusal', `${production}/oauth/token`, 'POST', 401],
    ['an unknown address', `${auth0}/nowhere`, 'GET', 404],
    ['a redirect', loginUrl({ scope: 'catalog/read' }).href, 'GET', 302],
  ])('marks %s as emulated and keeps it out of caches', async (_, url, method, status) => {
    const { emulator } = setup()
    const answer = await emulator.fetch(url, { method, redirect: 'manual' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-emulated')).toBe('oauth-machines')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('reaches no host but those of the three providers and its own', async () => {
    const { emulator } = setup()
    const failure = await emulator.fetch('https://pos.example/callback').catch((error) => error)
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure.message).toBe('fetch failed')
    expect(failure.cause.code).toBe('ENOTFOUND')
  })

  it('keeps a journal of every request as it came, with its answer', async () => {
    const { emulator, pass, post } = setup()
    pass(7)
    const url = `${tiller}/oauth2/token?code=a&code=b`
    await post(url, { client_id: 'app' }, { 'x-request-id': '7' })
    await emulator.fetch(`${sandbox}/oauth/token`, { method: 'POST', body: 'a=1&a=2', headers: basic() })
    const [first, second] = emulator.journal
    expect(first).toMatchObject({
      at: Date.UTC(2026, 0, 1, 0, 0, 7),
      provider: 'sumup-pos-pro',
      endpoint: 'token',
      url,
    })
    expect(first?.query.getAll('code')).toEqual(['a', 'b'])
    expect(first?.form.get('client_id')).toBe('app')
    expect(first?.headers.get('x-request-id')).toBe('7')
    expect(first?.status).toBe(400)
    expect(first?.body).toContain('Repeated parameter: code')
    expect(second).toMatchObject({ provider: 'mypos-sandbox', requestBody: 'a=1&a=2', method: 'POST' })
    // Not declared as a form, so no server takes it for one.
    expect([...(second?.form ?? [])]).toEqual([])
  })

  it.each([
    ['deviceAuthorization', `${auth0}/oauth/device/code`],
    ['token', `${auth0}/oauth/token`],
    ['revocation', `${auth0}/oauth/revoke`],
    ['authorization', `${tiller}/login`],
    ['page', `${auth0}/activate`],
  ])('names the endpoint %s in the journal', async (endpoint, url) => {
    const { emulator } = setup()
    await emulator.fetch(url)
    expect(emulator.journal[0]?.endpoint).toBe(endpoint)
  })

  it('refuses a repeated parameter and takes one without a value for omitted', async () => {
    const { emulator, post } = setup()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'client_id=till&client_id=till'
    const answer = await emulator.fetch(`${auth0}/oauth/revoke`, { method: 'POST', body, headers })
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    const empty = await post(`${auth0}/oauth/revoke`, { client_id: 'till', token: '' })
    expect(empty.body.error_description).toBe('Missing required parameter: token')
  })

  it('knows its three providers only', () => {
    const { emulator } = setup()
    expect(() => emulator.revokeAll('stripe')).toThrow('tyro, sumup-pos-pro, mypos, mypos-sandbox')
    expect(() => emulator.accepts('stripe', 'token')).toThrow('not "stripe"')
    expect(() => emulator.fault({ provider: 'stripe', endpoint: 'token' }, { kind: 'reset' })).toThrow('not "stripe"')
  })
})

describe('listening', () => {
  it('moves the endpoints, sandbox and issuer of a provider to its own origin', async () => {
    const { emulator } = setup()
    expect(() => emulator.provider(tyro)).toThrow('await listen() before provider()')
    const origin = await emulator.listen()
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const moved = emulator.provider(tyro)
    expect(moved.issuer).toBe(`${origin}/tyro/`)
    expect(moved.endpoints).toEqual({
      deviceAuthorization: `${origin}/tyro/oauth/device/code`,
      token: `${origin}/tyro/oauth/token`,
      revocation: `${origin}/tyro/oauth/revoke`,
    })
    expect(emulator.provider(sumupPosPro).endpoints.authorization).toBe(`${origin}/sumup-pos-pro/login`)
    expect(emulator.provider(mypos).sandbox.token).toBe(`${origin}/mypos-sandbox/oauth/token`)
    expect(emulator.provider(mypos).scopes).toEqual(mypos.scopes)
    expect(tyro.endpoints.token).toBe(`${auth0}/oauth/token`)
  })

  it('keeps the query of an endpoint, and moves no stranger', async () => {
    const { emulator } = setup()
    await emulator.listen()
    const authorization = `${tiller}/login?locale=fr`
    const french = defineProvider({ ...sumupPosPro, endpoints: { ...sumupPosPro.endpoints, authorization } })
    expect(emulator.provider(french).endpoints.authorization).toMatch(/\/sumup-pos-pro\/login\?locale=fr$/)
    expect(() => emulator.provider(defineProvider({ ...tyro, id: 'stranger' }))).toThrow('not "stranger"')
  })

  it('answers a socket, a fetch in memory and the real addresses alike', async () => {
    const { emulator, ...till } = setup()
    const origin = await emulator.listen()
    const { device_code = '', user_code = '' } = await tyroClient(poster(fetch), `${origin}/tyro`).start()
    emulator.approve(user_code)
    const { body } = await tyroClient(till.post, `${origin}/tyro`).poll(device_code)
    expect((await till.refresh(body.refresh_token ?? '')).status).toBe(200)
    expect(emulator.journal[0]?.url).toBe(`${origin}/tyro/oauth/device/code`)
    expect(emulator.journal[0]?.headers.get('host')).toBe(origin.slice('http://'.length))
  })

  it('listens once at a time, again after close, and ends with its scope', async () => {
    const { emulator } = setup()
    const origin = await emulator.listen()
    await expect(emulator.listen()).rejects.toThrow('listens already')
    const port = Number(new URL(origin).port)
    await expect(setup().emulator.listen(port)).rejects.toThrow('EADDRINUSE')
    await emulator.close()
    await expect(fetch(`${origin}/tyro/activate`)).rejects.toThrow('fetch failed')
    expect(await emulator.listen(port)).toBe(origin)
    await emulator[Symbol.asyncDispose]()
    expect(() => emulator.provider(tyro)).toThrow('await listen() before provider()')
    await expect(fetch(`${origin}/tyro/activate`)).rejects.toThrow('fetch failed')
  })
})
