import { describe, expect, it } from 'vitest'
import { basic, type poster, production, sandbox, setup } from '../support/emulated.ts'

describe('myPOS', () => {
  const grant = { grant_type: 'client_credentials' }

  const tokenFrom = async (server: string, post: ReturnType<typeof poster>) =>
    (await post(`${server}/oauth/token`, grant, basic())).body.access_token ?? ''

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
    const token = await tokenFrom(production, post)
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
    const token = await tokenFrom(sandbox, post)
    expect(emulator.accepts('mypos', token)).toBe(false)
    await post(`${production}/oauth/revoke`, { token }, basic())
    expect(emulator.accepts('mypos-sandbox', token)).toBe(true)
    await post(`${sandbox}/oauth/revoke`, { token }, basic())
    expect(emulator.accepts('mypos-sandbox', token)).toBe(false)
  })

  it('lets a token end', async () => {
    const { emulator, pass, post } = setup({ mypos: { accessTokenLifetime: 10 } })
    const token = await tokenFrom(production, post)
    pass(9.999)
    expect(emulator.accepts('mypos', token)).toBe(true)
    pass(0.001)
    expect(emulator.accepts('mypos', token)).toBe(false)
  })
})
