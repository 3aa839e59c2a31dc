import { describe, expect, it } from 'vitest'
import { auth0, deviceGrant, setup } from '../support/emulated.ts'

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
})
