import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEmulator, type Emulator, type EmulatorOptions, type Fault } from '../src/emulator/index.ts'
import { defineProvider } from '../src/providers/define-provider.ts'
import { mypos } from '../src/providers/mypos.ts'
import { sumupPosPro } from '../src/providers/sumup-pos-pro.ts'
import { tyro } from '../src/providers/tyro.ts'

const auth0 = 'https://auth.connect.tyro.com'
const tiller = 'https://oauth.api.tiller.systems'
const production = 'https://auth-api.mypos.com'
const sandbox = 'https://sandbox-auth-api.mypos.com'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const invalidRefreshToken = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }

type Fields = Record<string, string>
type TextMember =
  | 'error'
  | 'error_description'
  | 'access_token'
  | 'refresh_token'
  | 'device_code'
  | 'user_code'
  | 'verification_uri'
  | 'verification_uri_complete'

interface Answer {
  status: number
  headers: Headers
  body: { [K in TextMember]?: string } & { expires_in?: number | string }
}

const running: Emulator[] = []

/** An emulator whose clock stands still until it is told to pass. */
function setup(options: EmulatorOptions = {}) {
  let time = Date.UTC(2026, 0, 1)
  const emulator = createEmulator({ now: () => time, ...options })
  running.push(emulator)
  const pass = (seconds: number) => {
    time += seconds * 1000
  }
  return { emulator, pass, post: poster(emulator.fetch), ...tyroClient(poster(emulator.fetch)) }
}

function poster(fetch: typeof globalThis.fetch) {
  return async (url: string, fields: Fields, headers: Fields = {}): Promise<Answer> => {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
  }
}

function tyroClient(post: ReturnType<typeof poster>, at = auth0) {
  const client = { client_id: 'till' }
  const refresh = (token: string) =>
    post(`${at}/oauth/token`, { ...client, grant_type: 'refresh_token', refresh_token: token })
  return {
    start: async (fields: Fields = {}) => {
      const request = { ...client, scope: 'offline_access', audience: 'https://pos.connect.tyro', ...fields }
      return (await post(`${at}/oauth/device/code`, request)).body
    },
    poll: (code: string) =>
      post(`${at}/oauth/token`, {
        ...client,
        grant_type: deviceGrant,
        device_code: code,
        audience: 'https://pos.connect.tyro',
      }),
    refresh,
    refreshToken: async (token: string) => (await refresh(token)).body.refresh_token ?? '',
    revoke: (token: string) => post(`${at}/oauth/revoke`, { ...client, token }),
  }
}

/** The token answer of an approved till. */
async function connected({ emulator, start, poll }: ReturnType<typeof setup>) {
  const { user_code = '', device_code = '' } = await start()
  emulator.approve(user_code)
  const { access_token = '', refresh_token = '', expires_in } = (await poll(device_code)).body
  return { access_token, refresh_token, expires_in }
}

function loginUrl(fields: Fields = {}) {
  const url = new URL(`${tiller}/login`)
  const scope = 'order/write order/read'
  const request = {
    client_id: 'app',
    response_type: 'code',
    scope,
    redirect_uri: 'https://pos.example/callback',
    ...fields,
  }
  for (const [name, value] of Object.entries(request)) if (value !== '') url.searchParams.append(name, value)
  return url
}

const codeFields = (code: string): Fields => ({
  grant_type: 'authorization_code',
  client_id: 'app',
  client_secret: 'emulated-secret',
  redirect_uri: 'https://pos.example/callback',
  code,
})

async function codeOf(emulator: Emulator, fields: Fields = {}) {
  return new URL(await emulator.login(loginUrl(fields))).searchParams.get('code') ?? ''
}

const basic = (text = 'id:emulated-secret') => ({ authorization: `Basic ${btoa(text)}` })

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
})

describe('the emulator', () => {
  it('refuses to be made or to listen under NODE_ENV=production', async () => {
    const { emulator } = setup()
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => createEmulator()).toThrow('NODE_ENV=production')
    await expect(emulator.listen()).rejects.toThrow('NODE_ENV=production')
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

describe('Tyro Connect', () => {
  it('hands out a device code with the addresses of the page', async () => {
    const { start } = setup()
    const answer = await start()
    expect(answer).toMatchObject({ expires_in: 900, interval: 5, verification_uri: `${auth0}/activate` })
    expect(answer.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    expect(answer.verification_uri_complete).toBe(`${auth0}/activate?user_code=${answer.user_code}`)
    expect(answer.device_code).toMatch(/^emulated-device-/)
  })

  it.each([
    ['a missing client_id', { client_id: '' }, 400, 'invalid_request'],
    ['a client without the device grant', { client_id: 'web' }, 403, 'unauthorized_client'],
    ['another audience', { audience: 'https://pos.connect.tyro.com' }, 403, 'access_denied'],
    ['a missing audience', { audience: '' }, 403, 'access_denied'],
  ])('refuses a device code for %s', async (_, fields, status, error) => {
    const { post } = setup({ tyro: { clients: ['till'] } })
    const request = { client_id: 'till', scope: 'offline_access', audience: 'https://pos.connect.tyro', ...fields }
    expect(await post(`${auth0}/oauth/device/code`, request)).toMatchObject({ status, body: { error } })
  })

  it.each([
    ['a client without the grant', { client_id: 'web', grant_type: deviceGrant }, 403, 'unauthorized_client'],
    ['another grant', { client_id: 'till', grant_type: 'password' }, 403, 'unauthorized_client'],
    ['a missing grant', { client_id: 'till' }, 400, 'invalid_request'],
    ['a missing device code', { client_id: 'till', grant_type: deviceGrant }, 400, 'invalid_request'],
  ])('refuses a token for %s', async (_, fields, status, error) => {
    const { post } = setup({ tyro: { clients: ['till'] } })
    expect(await post(`${auth0}/oauth/token`, fields)).toMatchObject({ status, body: { error } })
  })

  it('says 403 authorization_pending until somebody approves, and then answers once', async () => {
    const { emulator, pass, start, poll } = setup()
    const { device_code = '', user_code = '' } = await start()
    const pending = { error: 'authorization_pending', error_description: 'User has yet to authorize device code.' }
    expect(await poll(device_code)).toMatchObject({ status: 403, body: pending })
    emulator.approve(user_code)
    pass(5)
    const { status, body } = await poll(device_code)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, scope: 'offline_access' })
    expect(body.refresh_token).toMatch(/^emulated-refresh-/)
    expect(await poll(device_code)).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
  })

  it('issues an access token in the shape of a JWT, signed by nobody', async () => {
    const { access_token } = await connected(setup())
    const [header = '', claims = '', signature] = access_token.split('.')
    expect(JSON.parse(atob(header))).toMatchObject({ typ: 'JWT', kid: 'emulated' })
    expect(JSON.parse(atob(claims))).toMatchObject({ iss: `${auth0}/`, aud: 'https://pos.connect.tyro', azp: 'till' })
    expect(signature).toMatch(/^emulated-/)
  })

  it('gives a refresh token only for offline_access', async () => {
    const { emulator, start, poll } = setup()
    const { device_code = '', user_code = '' } = await start({ scope: '' })
    emulator.approve(user_code)
    expect((await poll(device_code)).body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
    })
  })

  it('says 429 slow_down to an early poll, and wants five seconds more from then on', async () => {
    const { pass, start, poll } = setup()
    const { device_code = '' } = await start()
    const words = []
    for (const seconds of [0, 4.999, 9.999, 14.999, 20]) {
      pass(seconds)
      const { status, body } = await poll(device_code)
      words.push([status, body.error])
    }
    const slow = [429, 'slow_down']
    expect(words).toEqual([[403, 'authorization_pending'], slow, slow, slow, [403, 'authorization_pending']])
  })

  it('names the interval that an early poll has missed', async () => {
    const { start, poll } = setup({ tyro: { interval: 7 } })
    const { device_code = '' } = await start()
    await poll(device_code)
    const description = 'You are polling faster than the specified interval of 7 seconds.'
    expect((await poll(device_code)).body.error_description).toBe(description)
  })

  it('says 403 access_denied when the person refuses', async () => {
    const { emulator, start, poll } = setup()
    const { device_code = '', user_code = '' } = await start()
    emulator.deny(user_code)
    expect(await poll(device_code)).toMatchObject({ status: 403, body: { error: 'access_denied' } })
  })

  it('says expired_token exactly once', async () => {
    const { emulator, pass, start, poll } = setup()
    const { device_code = '', user_code = '' } = await start()
    pass(900)
    expect(() => emulator.approve(user_code)).toThrow('expired')
    expect(await poll(device_code)).toMatchObject({ status: 403, body: { error: 'expired_token' } })
    expect(await poll(device_code)).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
  })

  it("does not know another client's device code", async () => {
    const { post, start } = setup()
    const { device_code = '' } = await start()
    const answer = await post(`${auth0}/oauth/token`, { client_id: 'other', grant_type: deviceGrant, device_code })
    expect(answer).toMatchObject({ status: 403, body: { error: 'invalid_grant' } })
  })

  it('finds a user code however it is typed, and decides it once', async () => {
    const { emulator, start } = setup()
    const { user_code = '' } = await start()
    emulator.approve(` ${user_code.toLowerCase().replace('-', ' ')}`)
    expect(() => emulator.deny(user_code)).toThrow(`"${user_code}"`)
    expect(() => emulator.approve('')).toThrow('unknown')
  })

  it('takes a token request as JSON', async () => {
    const { emulator, ...rest } = setup()
    const { refresh_token } = await connected({ emulator, ...rest })
    const send = (body: string) =>
      emulator.fetch(`${auth0}/oauth/token`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect((await send(JSON.stringify({ client_id: 'till', grant_type: 'refresh_token', refresh_token }))).status).toBe(
      200,
    )
    expect(await (await send('{')).json()).toMatchObject({ error: 'invalid_request' })
  })

  it('sends expires_in as a string when asked to', async () => {
    expect(await connected(setup({ tyro: { expiresInAsString: true } }))).toMatchObject({ expires_in: '86400' })
  })

  it('answers a refresh without a new refresh token when rotation is off', async () => {
    const till = setup({ tyro: { rotation: false } })
    const { refresh_token, access_token } = await connected(till)
    const { body } = await till.refresh(refresh_token)
    expect(body).not.toHaveProperty('refresh_token')
    expect(body.access_token).not.toBe(access_token)
    expect((await till.refresh(refresh_token)).status).toBe(200)
  })

  it('rotates, and revokes the whole family when a superseded token comes again', async () => {
    const till = setup()
    const { refresh_token: first } = await connected(till)
    const second = await till.refreshToken(first)
    expect(second).not.toBe(first)
    expect(await till.refresh(first)).toMatchObject({ status: 403, body: invalidRefreshToken })
    expect(await till.refresh(second)).toMatchObject({ status: 403, body: invalidRefreshToken })
  })

  it('leaves other families alone when one is revoked', async () => {
    const till = setup()
    const [one, other] = [await connected(till), await connected(till)]
    await till.refresh(one.refresh_token)
    await till.refresh(one.refresh_token)
    expect((await till.refresh(other.refresh_token)).status).toBe(200)
  })

  it('takes the previous refresh token again inside the leeway, and both successors after that', async () => {
    const till = setup({ tyro: { leeway: 30 } })
    const { refresh_token: first } = await connected(till)
    const second = await till.refreshToken(first)
    till.pass(29)
    const twin = await till.refreshToken(first)
    expect(twin).toMatch(/^emulated-refresh-/)
    expect((await till.refresh(second)).status).toBe(200)
    expect((await till.refresh(twin)).status).toBe(200)
  })

  it('revokes the family when the previous refresh token comes after the leeway', async () => {
    const till = setup({ tyro: { leeway: 30 } })
    const { refresh_token: first } = await connected(till)
    const second = await till.refreshToken(first)
    till.pass(30)
    expect((await till.refresh(first)).body).toEqual(invalidRefreshToken)
    expect((await till.refresh(second)).body).toEqual(invalidRefreshToken)
  })

  it('revokes the family when an older refresh token comes even inside the leeway', async () => {
    const till = setup({ tyro: { leeway: 30 } })
    const { refresh_token: first } = await connected(till)
    const third = await till.refreshToken(await till.refreshToken(first))
    expect((await till.refresh(first)).body).toEqual(invalidRefreshToken)
    expect((await till.refresh(third)).body).toEqual(invalidRefreshToken)
  })

  it('ends a session at the lifetime of its first refresh token, rotated or not', async () => {
    const till = setup({ tyro: { refreshTokenLifetime: 100 } })
    const { refresh_token } = await connected(till)
    till.pass(99)
    const second = await till.refreshToken(refresh_token)
    till.pass(1)
    expect((await till.refresh(second)).body).toEqual(invalidRefreshToken)
  })

  it('revokes the family of a refresh token, while the access token stays good until it ends', async () => {
    const till = setup()
    const { access_token, refresh_token } = await connected(till)
    expect(await till.revoke(refresh_token)).toMatchObject({ status: 200, body: {} })
    expect((await till.refresh(refresh_token)).body).toEqual(invalidRefreshToken)
    expect(till.emulator.accepts('tyro', access_token)).toBe(true)
    till.pass(86_400)
    expect(till.emulator.accepts('tyro', access_token)).toBe(false)
  })

  it('answers 200 with an empty body to the revocation of anything, and revokes refresh tokens only', async () => {
    const till = setup()
    const { access_token, refresh_token } = await connected(till)
    for (const token of ['unknown', access_token]) expect((await till.revoke(token)).status).toBe(200)
    await till.post(`${auth0}/oauth/revoke`, { client_id: 'other', token: refresh_token })
    expect((await till.refresh(refresh_token)).status).toBe(200)
    expect(till.emulator.journal.at(-2)?.body).toBe('')
  })

  it('takes a revocation as JSON, and refuses one without a token or from an unknown client', async () => {
    const till = setup({ tyro: { clients: ['till'] } })
    const { refresh_token } = await connected(till)
    const body = JSON.stringify({ client_id: 'till', token: refresh_token })
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    await till.emulator.fetch(`${auth0}/oauth/revoke`, { method: 'POST', body, headers })
    expect((await till.refresh(refresh_token)).status).toBe(403)
    expect(await till.revoke('')).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    const unknown = await till.post(`${auth0}/oauth/revoke`, { client_id: 'web', token: 'any' })
    expect(unknown).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it('lets an administrator revoke everything', async () => {
    const till = setup()
    const { refresh_token } = await connected(till)
    till.emulator.revokeAll('tyro')
    expect((await till.refresh(refresh_token)).body).toEqual(invalidRefreshToken)
  })
})

describe('the page where a person approves', () => {
  it('stands under a banner, loads nothing and shows the code of the link', async () => {
    const { emulator } = setup()
    const answer = await emulator.fetch(`${auth0}/activate?user_code=BCDF-GHJK`)
    const page = await answer.text()
    expect(page).toContain('<strong>Emulated.</strong> This is not Tyro Connect')
    expect(page).toContain('value="BCDF-GHJK"')
    expect(page).not.toMatch(/https?:|<script|<img|<link/)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).toContain(/'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1])
  })

  it('takes whatever is in its URL for text', async () => {
    const { emulator } = setup()
    const bad = '"><script>alert(1)</script>'
    const urls = [`${auth0}/activate?user_code=${encodeURIComponent(bad)}`, loginUrl({ client_id: bad })]
    for (const url of urls) {
      const page = await (await emulator.fetch(url)).text()
      expect(page).toContain('&lt;script&gt;')
      expect(page).not.toContain('<script')
    }
  })

  it.each([
    ['approve', 'Approved', 200],
    ['deny', 'Refused', 403],
  ])('passes on over a socket what the person presses: %s', async (decision, title, status) => {
    const { emulator } = setup()
    const origin = await emulator.listen()
    const post = poster(fetch)
    const till = tyroClient(post, `${origin}/tyro`)
    const {
      device_code = '',
      user_code = '',
      verification_uri = '',
      verification_uri_complete = '',
    } = await till.start()
    expect(verification_uri).toBe(`${origin}/tyro/activate`)
    expect(await (await fetch(verification_uri_complete)).text()).toContain(`value="${user_code}"`)
    const body = new URLSearchParams({ user_code, decision })
    const pressed = await fetch(verification_uri, { method: 'POST', body })
    expect(await pressed.text()).toContain(`<h1>${title}</h1>`)
    expect((await till.poll(device_code)).status).toBe(status)
  })

  it('says so when a code is unknown', async () => {
    const { emulator } = setup()
    const body = new URLSearchParams({ user_code: 'XXXX-XXXX', decision: 'approve' })
    const answer = await emulator.fetch(`${auth0}/activate`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('<p role="alert">This code is unknown, used or expired.</p>')
  })
})

describe('SumUp POS Pro', () => {
  it('shows whom a person lets in, and to what', async () => {
    const { emulator } = setup()
    const page = await (await emulator.fetch(loginUrl())).text()
    expect(page).toContain('<strong>Emulated.</strong> This is not SumUp POS Pro')
    expect(page).toContain('<code>app</code>')
    expect(page).toContain('<li><code>order/write</code></li><li><code>order/read</code></li>')
  })

  it('sends the person back with a code and the state, and keeps the query of the callback', async () => {
    const { emulator } = setup()
    const back = new URL(
      await emulator.login(loginUrl({ redirect_uri: 'https://pos.example/cb?store=17', state: 'xyz' })),
    )
    expect(back.origin + back.pathname).toBe('https://pos.example/cb')
    expect([...back.searchParams.keys()]).toEqual(['store', 'code', 'state'])
    expect(back.searchParams.get('state')).toBe('xyz')
    expect(emulator.journal.map(({ method, endpoint, status }) => [method, endpoint, status])).toEqual([
      ['GET', 'authorization', 200],
      ['POST', 'authorization', 302],
    ])
  })

  it('drops the state when asked to, as the real one may', async () => {
    const { emulator } = setup({ sumupPosPro: { echoState: false } })
    expect(await emulator.login(loginUrl({ state: 'xyz' }))).not.toContain('state')
  })

  it.each([
    ['refusal by the person', {}, true, 'access_denied'],
    ['a scope that is not enabled', { scope: 'order/read catalog/read' }, false, 'invalid_scope'],
    ['a missing scope', { scope: '' }, false, 'invalid_scope'],
    ['another response type', { response_type: 'token' }, false, 'unsupported_response_type'],
    ['a missing response type', { response_type: '' }, false, 'invalid_request'],
    ['a plain PKCE challenge', { code_challenge: 'abc' }, false, 'invalid_request'],
  ])('sends the person back with an error and the state: %s', async (_, fields, deny, error) => {
    const { emulator } = setup()
    const back = await emulator.login(loginUrl({ ...fields, state: 'xyz' }), { deny })
    expect(back).toBe(`https://pos.example/callback?error=${error}&state=xyz`)
  })

  it.each([
    ['a missing client', { client_id: '' }],
    ['an unknown client', { client_id: 'other' }],
    ['a missing redirect_uri', { redirect_uri: '' }],
    ['a redirect_uri with a fragment', { redirect_uri: 'https://pos.example/callback#x' }],
    ['a redirect_uri that is not registered', { redirect_uri: 'https://evil.example/' }],
  ])('sends nobody anywhere for %s', async (_, fields) => {
    const redirectUris = ['https://pos.example/callback', 'https://pos.example/callback#x']
    const { emulator } = setup({ sumupPosPro: { clients: { app: 'emulated-secret' }, redirectUris } })
    await expect(emulator.login(loginUrl(fields))).rejects.toThrow(
      /status 400: The (client_id|redirect_uri) is missing/,
    )
  })

  it('has no login page elsewhere', async () => {
    await expect(setup().emulator.login(`${tiller}/logout`)).rejects.toThrow('status 404')
  })

  it('exchanges a code from a form body', async () => {
    const { emulator, post } = setup()
    const { status, body } = await post(`${tiller}/oauth2/token`, codeFields(await codeOf(emulator)))
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^emulated-access-/),
      refresh_token: expect.stringMatching(/^emulated-refresh-/),
      token_type: 'Bearer',
      expires_in: 3_600,
    })
  })

  it('exchanges and refreshes from the query string', async () => {
    const { emulator, post } = setup()
    const query = new URLSearchParams(codeFields(await codeOf(emulator)))
    const { body } = await post(`${tiller}/oauth2/token?${query}`, {})
    const again = { ...codeFields(''), grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '' }
    const answer = await post(`${tiller}/oauth2/token?${new URLSearchParams(again)}`, {})
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3_600 } })
    expect(answer.body).not.toHaveProperty('refresh_token')
  })

  it.each([
    ['an unknown code', { code: 'unknown' }, 400, 'invalid_grant'],
    ['no code', { code: '' }, 400, 'invalid_request'],
    ['another redirect_uri', { redirect_uri: 'https://pos.example/' }, 400, 'invalid_grant'],
    ["another client's code", { client_id: 'app-2' }, 400, 'invalid_grant'],
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['no secret', { client_secret: '' }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'client_credentials' }, 400, 'unsupported_grant_type'],
  ])('refuses a token for %s', async (_, fields, status, error) => {
    const clients = { app: 'emulated-secret', 'app-2': 'emulated-secret' }
    const { emulator, post } = setup({ sumupPosPro: { clients } })
    const request = { ...codeFields(await codeOf(emulator)), ...fields }
    expect(await post(`${tiller}/oauth2/token`, request)).toMatchObject({ status, body: { error } })
  })

  it('takes a code once, and ends what it gave when it comes again', async () => {
    const { emulator, post } = setup()
    const fields = codeFields(await codeOf(emulator))
    const { body } = await post(`${tiller}/oauth2/token`, fields)
    expect(emulator.accepts('sumup-pos-pro', body.access_token ?? '')).toBe(true)
    expect(await post(`${tiller}/oauth2/token`, fields)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    expect(emulator.accepts('sumup-pos-pro', body.access_token ?? '')).toBe(false)
  })

  it('takes a code for sixty seconds', async () => {
    const { emulator, pass, post } = setup()
    const fields = codeFields(await codeOf(emulator))
    pass(60)
    expect((await post(`${tiller}/oauth2/token`, fields)).body.error).toBe('invalid_grant')
  })

  it('checks the PKCE verifier when there was a challenge', async () => {
    const { emulator, post } = setup()
    // The pair of RFC 7636, appendix B.
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
    const fields = codeFields(await codeOf(emulator, challenge))
    expect((await post(`${tiller}/oauth2/token`, fields)).body.error).toBe('invalid_grant')
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    expect((await post(`${tiller}/oauth2/token`, { ...fields, code_verifier })).status).toBe(200)
  })

  it('keeps a refresh token good for sixty days, and rotates when asked to', async () => {
    const { emulator, pass, post } = setup({ sumupPosPro: { rotation: true } })
    const { body } = await post(`${tiller}/oauth2/token`, codeFields(await codeOf(emulator)))
    const refresh = (refresh_token = '') =>
      post(`${tiller}/oauth2/token`, { ...codeFields(''), grant_type: 'refresh_token', refresh_token })
    pass(5_183_999)
    const renewed = await refresh(body.refresh_token)
    expect(renewed.body.refresh_token).not.toBe(body.refresh_token)
    pass(1)
    expect(await refresh(renewed.body.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('has no revocation endpoint, but an administrator who can', async () => {
    const { emulator, post } = setup()
    const { body } = await post(`${tiller}/oauth2/token`, codeFields(await codeOf(emulator)))
    expect((await emulator.fetch(`${tiller}/oauth2/revoke`, { method: 'POST' })).status).toBe(404)
    emulator.revokeAll('sumup-pos-pro')
    expect(emulator.accepts('sumup-pos-pro', body.access_token ?? '')).toBe(false)
  })
})

describe('myPOS', () => {
  const grant = { grant_type: 'client_credentials' }

  it('answers to Basic credentials with an opaque token of 42 letters and digits', async () => {
    const { status, body } = await setup().post(`${production}/oauth/token`, grant, basic())
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^emulated[A-Za-z0-9]{34}$/),
      token_type: 'Bearer',
      expires_in: 86_400,
    })
  })

  it('grants the scope that it knows, and sends the lifetime as a string when asked to', async () => {
    const { post } = setup({ mypos: { expiresInAsString: true } })
    const { body } = await post(`${production}/oauth/token`, { ...grant, scope: 'webhooks' }, basic())
    expect(body).toMatchObject({ scope: 'webhooks', expires_in: '86400' })
  })

  it.each([
    ['no credentials', grant, {}, 401, 'invalid_client'],
    [
      'credentials in the body',
      { ...grant, client_id: 'id', client_secret: 'emulated-secret' },
      {},
      401,
      'invalid_client',
    ],
    ['a wrong secret', grant, basic('id:wrong'), 401, 'invalid_client'],
    ['an unknown client', grant, basic('constructor:emulated-secret'), 401, 'invalid_client'],
    ['a semicolon', grant, basic('id;emulated-secret'), 401, 'invalid_client'],
    ['a header that is no Base64', grant, { authorization: 'Basic a' }, 401, 'invalid_client'],
    ['an unknown scope', { ...grant, scope: 'webhooks devices' }, basic(), 400, 'invalid_scope'],
    ['another grant', { grant_type: 'authorization_code' }, basic(), 400, 'unsupported_grant_type'],
    ['no grant', {}, basic(), 400, 'invalid_request'],
  ])('refuses %s', async (_, fields, headers, status, error) => {
    const { post } = setup({ mypos: { clients: { id: 'emulated-secret' } } })
    const answer = await post(`${production}/oauth/token`, fields, headers)
    expect(answer).toMatchObject({ status, body: { error } })
    expect(answer.headers.has('www-authenticate')).toBe(status === 401)
  })

  it('takes a semicolon when asked to, and a colon still', async () => {
    const { post } = setup({ mypos: { clients: { id: 'emulated-secret' }, semicolon: true } })
    for (const text of ['id;emulated-secret', 'id:emulated-secret']) {
      expect((await post(`${production}/oauth/token`, grant, basic(text))).status).toBe(200)
    }
  })

  it('revokes an access token with 200 and an empty body, unknown ones too', async () => {
    const { emulator, post } = setup()
    const token = (await post(`${production}/oauth/token`, grant, basic())).body.access_token ?? ''
    const foreign = await post(`${production}/oauth/revoke`, { token }, basic('other:emulated-secret'))
    expect(foreign.status).toBe(200)
    expect(emulator.accepts('mypos', token)).toBe(true)
    for (const one of [token, 'unknown']) {
      expect(await post(`${production}/oauth/revoke`, { token: one }, basic())).toMatchObject({ status: 200, body: {} })
    }
    expect(emulator.journal.at(-1)?.body).toBe('')
    expect(emulator.accepts('mypos', token)).toBe(false)
    expect((await post(`${production}/oauth/revoke`, { token })).status).toBe(401)
    expect((await post(`${production}/oauth/revoke`, {}, basic())).body.error).toBe('invalid_request')
  })

  it('keeps the tokens of the sandbox apart', async () => {
    const { emulator, post } = setup()
    const token = (await post(`${sandbox}/oauth/token`, grant, basic())).body.access_token ?? ''
    expect(emulator.accepts('mypos', token)).toBe(false)
    await post(`${production}/oauth/revoke`, { token }, basic())
    expect(emulator.accepts('mypos-sandbox', token)).toBe(true)
    await post(`${sandbox}/oauth/revoke`, { token }, basic())
    expect(emulator.accepts('mypos-sandbox', token)).toBe(false)
  })

  it('lets a token end', async () => {
    const { emulator, pass, post } = setup({ mypos: { accessTokenLifetime: 10 } })
    const token = (await post(`${production}/oauth/token`, grant, basic())).body.access_token ?? ''
    pass(9.999)
    expect(emulator.accepts('mypos', token)).toBe(true)
    pass(0.001)
    expect(emulator.accepts('mypos', token)).toBe(false)
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

describe.each(['memory', 'a socket'])('a fault over %s', (way) => {
  /** A connected till, and one request of its own that a fault is for. */
  async function broken(fault: Fault, times = 1) {
    const till = setup()
    const { refresh_token } = await connected(till)
    const at = way === 'memory' ? auth0 : `${await till.emulator.listen()}/tyro`
    till.emulator.fault({ provider: 'tyro', endpoint: 'token', grantType: 'refresh_token', times }, fault)
    const request = (init: RequestInit = {}) => {
      const body = new URLSearchParams({ client_id: 'till', grant_type: 'refresh_token', refresh_token })
      const send = way === 'memory' ? till.emulator.fetch : fetch
      return send(`${at}/oauth/token`, { method: 'POST', body, ...init })
    }
    return { ...till, request, refresh_token, at }
  }

  it('is another status with a JSON body', async () => {
    const body = { error: 'access_denied', error_description: 'Global limit has been reached' }
    const { emulator, request } = await broken({ kind: 'status', status: 500, body, headers: { 'retry-after': '7' } })
    const answer = await request()
    expect(answer.status).toBe(500)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(answer.headers.get('x-emulated')).toBe('oauth-machines')
    expect(await answer.json()).toEqual(body)
    expect(emulator.journal.at(-1)).toMatchObject({
      status: 500,
      body: JSON.stringify(body),
      fault: { kind: 'status' },
    })
  })

  it('is another status with a text body or none', async () => {
    const { emulator, request } = await broken({ kind: 'status', status: 503, body: 'down' })
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 204 })
    expect(await (await request()).text()).toBe('down')
    expect((await request()).status).toBe(204)
  })

  it('is JSON that breaks off', async () => {
    const answer = await (await broken({ kind: 'malformed' })).request()
    expect(answer.status).toBe(200)
    await expect(answer.json()).rejects.toThrow(SyntaxError)
  })

  it('is a page', async () => {
    const answer = await (await broken({ kind: 'html' })).request()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await answer.text()).toContain('Emulated')
  })

  it.each(['before', 'after'] as const)('is a reset %s the server has done its work', async (when) => {
    const { emulator, request } = await broken({ kind: 'reset', when })
    const failure = await request().catch((error) => error)
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure.message).toBe('fetch failed')
    expect(failure.cause.code).toBe('ECONNRESET')
    expect(emulator.journal.at(-1)).not.toHaveProperty('status')
    // A second time the token is superseded only if the first was processed.
    expect((await request()).status).toBe(when === 'before' ? 200 : 403)
  })

  it('is no answer until the client gives up', async () => {
    const { emulator, request } = await broken({ kind: 'hang', when: 'after' })
    await expect(request({ signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
    expect(emulator.journal.at(-1)).not.toHaveProperty('status')
    expect((await request()).status).toBe(403)
  })

  it('is no answer until the emulator closes', async () => {
    const { emulator, request } = await broken({ kind: 'hang' })
    const answer = request().catch((error) => error)
    await vi.waitUntil(() => emulator.journal.at(-1)?.fault)
    await emulator.close()
    expect((await answer).message).toBe('fetch failed')
  })

  it('is an answer that trickles for ever', async () => {
    const { request } = await broken({ kind: 'trickle', pause: 5 })
    const patience = new AbortController()
    const answer = await request({ signal: patience.signal })
    expect(answer.status).toBe(200)
    let received = ''
    const reading = (async () => {
      for await (const bytes of answer.body ?? []) {
        received += new TextDecoder().decode(bytes)
        if (received.length === 3) patience.abort(new Error('no more patience'))
      }
    })()
    await expect(reading).rejects.toThrow('no more patience')
    expect(received).toBe('   ')
  })

  it('is a huge answer', async () => {
    const answer = await (await broken({ kind: 'huge' })).request()
    expect((await answer.text()).length).toBeGreaterThan(1_048_576)
    const small = await (await broken({ kind: 'huge', size: 70_000 })).request()
    expect((await small.text()).length).toBeLessThan(100_000)
  })

  it.each([
    [307, 'POST', true],
    [302, 'GET', false],
    [303, 'GET', false],
  ] as const)('is a redirect with %i, which fetch follows with %s', async (status, method, hasBody) => {
    const location = `${way === 'memory' ? auth0 : '/tyro'}/elsewhere`
    const { emulator, request } = await broken({ kind: 'redirect', status, location })
    expect((await request()).status).toBe(404)
    const last = emulator.journal.at(-1)
    expect([last?.method, last?.form.has('refresh_token')]).toEqual([method, hasBody])
  })

  it('is a redirect that fetch can refuse or show', async () => {
    const { request } = await broken({ kind: 'redirect', location: '/elsewhere' }, 2)
    await expect(request({ redirect: 'error' })).rejects.toThrow('fetch failed')
    const shown = await request({ redirect: 'manual' })
    expect([shown.status, shown.headers.get('location')]).toEqual([302, '/elsewhere'])
  })

  it('is played as often as scripted, at its place and grant only', async () => {
    const { emulator, request, start, poll } = await broken({ kind: 'status', status: 503 }, 2)
    const { device_code = '' } = await start()
    expect((await poll(device_code)).status).toBe(403)
    expect([(await request()).status, (await request()).status, (await request()).status]).toEqual([503, 503, 200])
    expect(emulator.journal.filter(({ fault }) => fault).length).toBe(2)
  })

  it('is forgotten on request', async () => {
    const { emulator, request } = await broken({ kind: 'reset' })
    emulator.clearFaults()
    expect((await request()).status).toBe(200)
  })
})

describe('scripting a fault', () => {
  it('fails at once for a status that cannot be sent, and for no times at all', () => {
    const { emulator } = setup()
    const place = { provider: 'tyro', endpoint: 'token' } as const
    expect(() => emulator.fault(place, { kind: 'status', status: 99 })).toThrow(RangeError)
    expect(() => emulator.fault({ ...place, times: 0 }, { kind: 'reset' })).toThrow('times')
  })

  it('plays several in the order given, also on pages', async () => {
    const { emulator } = setup()
    const place = { provider: 'tyro', endpoint: 'page' } as const
    emulator.fault(place, { kind: 'html' })
    emulator.fault(place, { kind: 'status', status: 429 })
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await emulator.fetch(`${auth0}/activate`)).status)
    expect(statuses).toEqual([502, 429, 200])
  })

  it('does not carry over the headers of the answer that it replaces', async () => {
    const { emulator } = setup()
    emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'status', status: 503, when: 'after' })
    const answer = await emulator.fetch(`${production}/oauth/token`, { method: 'POST' })
    expect([answer.status, answer.headers.has('www-authenticate')]).toEqual([503, false])
  })

  it('does not send the authorization header to another origin, as no fetch does', async () => {
    const { emulator } = setup()
    const place = { provider: 'mypos', endpoint: 'token' } as const
    emulator.fault(place, { kind: 'redirect', status: 307, location: `${sandbox}/oauth/token` })
    await emulator.fetch(`${production}/oauth/token`, { method: 'POST', headers: basic() })
    const [first, second] = emulator.journal
    expect([first?.headers.has('authorization'), second?.headers.has('authorization')]).toEqual([true, false])
  })

  it('gives up a redirect that leads to itself', async () => {
    const { emulator } = setup()
    const place = { provider: 'tyro', endpoint: 'page', times: Number.POSITIVE_INFINITY } as const
    emulator.fault(place, { kind: 'redirect', location: '/activate' })
    await expect(emulator.fetch(`${auth0}/activate`)).rejects.toThrow('fetch failed')
    expect(emulator.journal.length).toBe(21)
  })

  it('rejects a request whose signal has aborted, before the server hears of it', async () => {
    const { emulator } = setup()
    const reason = new Error('gone')
    await expect(emulator.fetch(`${auth0}/activate`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const request = new Request(`${auth0}/activate`, { signal: AbortSignal.abort(reason) })
    await expect(emulator.fetch(request)).rejects.toBe(reason)
    expect(emulator.journal).toEqual([])
  })
})
