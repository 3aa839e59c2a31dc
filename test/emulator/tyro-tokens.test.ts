import { describe, expect, it } from 'vitest'
import { auth0, connected, setup } from '../support/emulated.ts'

const invalidRefreshToken = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }

describe('Tyro Connect', () => {
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

  it('sends expires_in as a string when asked to', async () => {
    expect(await connected(setup({ tyro: { expiresInAsString: true } }))).toMatchObject({ expires_in: '86400' })
  })

  it('takes a token request as JSON', async () => {
    const till = setup()
    const { refresh_token } = await connected(till)
    const send = (body: string) =>
      till.emulator.fetch(`${auth0}/oauth/token`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
    expect((await send(JSON.stringify({ client_id: 'till', grant_type: 'refresh_token', refresh_token }))).status).toBe(
      200,
    )
    expect(await (await send('{')).json()).toMatchObject({ error: 'invalid_request' })
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
