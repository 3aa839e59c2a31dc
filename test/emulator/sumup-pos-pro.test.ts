import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../src/emulator/index.ts'
import { type Fields, loginUrl, setup, tiller } from '../support/emulated.ts'

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

const refreshFields = (refresh_token = ''): Fields => ({
  ...codeFields(''),
  grant_type: 'refresh_token',
  refresh_token,
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
    const again = new URLSearchParams(refreshFields(body.refresh_token))
    const answer = await post(`${tiller}/oauth2/token?${again}`, {})
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
    const refresh = (token?: string) => post(`${tiller}/oauth2/token`, refreshFields(token))
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
