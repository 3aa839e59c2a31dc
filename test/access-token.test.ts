import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEmulator } from '../src/emulator/index.ts'
import { createClient, createEnvironment, mypos, OAuthError } from '../src/index.ts'
import { json, scriptedFetch } from './support/scripted-fetch.ts'
import { pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const personNeeded = { name: 'OAuthError', code: 'authorization_required', retryable: false }

describe('accessToken()', () => {
  it('answers from memory while the token lives, without an event', async () => {
    const { newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const send = vi.spyOn(till.actor, 'send')
    const token = await till.accessToken()
    expect(await till.accessToken()).toBe(token)
    expect(send).not.toHaveBeenCalled()
  })

  it('shares one refresh between a thousand callers when the token is dead', async () => {
    const { newClient, authorize, requests, hold } = tillOnStage({ tyro: { accessTokenLifetime: 60 } })
    const till = newClient().connect('till')
    await authorize(till)
    const first = await till.accessToken()
    const release = hold('refresh_token')
    await pass(70)
    const callers = Array.from({ length: 1000 }, () => till.accessToken())
    release()
    await settle()
    const tokens = new Set(await Promise.all(callers))
    expect(tokens.size).toBe(1)
    expect(tokens.has(first)).toBe(false)
    expect(requests('refresh_token')).toHaveLength(1)
  })

  it('serves the token at hand while backing off, and rejects with the failure once it is dead', async () => {
    const { emulator, newClient, authorize } = tillOnStage({ tyro: { accessTokenLifetime: 60 } })
    const till = newClient().connect('till')
    await authorize(till)
    emulator.fault({ provider: 'tyro', endpoint: 'token', times: 50 }, { kind: 'status', status: 503 })
    await pass(52)
    expect(stateOf(till)).toBe('backingOff')
    expect(await till.accessToken()).toEqual(expect.any(String))
    await pass(20)
    expect(stateOf(till)).toBe('backingOff')
    const rejection = await till.accessToken().catch((error: unknown) => error)
    expect(rejection).toBeInstanceOf(OAuthError)
    expect(rejection).toMatchObject({ code: 'server_unavailable', retryable: true, retryAt: expect.any(Number) })
    emulator.clearFaults()
    await pass(60)
    expect(await till.accessToken()).toEqual(expect.any(String))
  })

  it.each(['idle', 'awaitingUser', 'expired', 'revoked', 'failed'] as const)(
    'rejects in %s: a person is needed',
    async (state) => {
      const { emulator, newClient, authorize } = tillOnStage()
      const till = newClient().connect('till')
      await settle()
      if (state === 'revoked') await authorize(till)
      if (state === 'revoked') till.send({ type: 'token.revoke' })
      else if (state !== 'idle') till.send({ type: 'authorization.start' })
      await settle()
      const { prompt } = till.actor.getSnapshot().context
      if (state === 'failed') emulator.deny(prompt?.kind === 'device' ? prompt.userCode : '')
      if (state === 'failed') await pass(6)
      if (state === 'expired') await pass(901)
      expect(stateOf(till)).toBe(state)
      await expect(till.accessToken()).rejects.toMatchObject(personNeeded)
    },
  )

  it('waits in recalling for what the vault says', async () => {
    const { newClient, authorize, vault } = tillOnStage()
    const client = newClient()
    await authorize(client.connect('till'))
    const restarted = newClient({ vault }).connect('till')
    expect(stateOf(restarted)).toBe('recalling')
    expect(await restarted.accessToken()).toEqual(expect.any(String))
  })

  it('gives nothing to whoever has given up already, though a token is there', async () => {
    const { newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(till.accessToken({ signal })).rejects.toThrow('enough')
    await expect(till.token({ signal })).rejects.toThrow('enough')
  })

  it('gives up after its timeout or at its signal, while the refresh goes on', async () => {
    const { newClient, authorize, hold } = tillOnStage({ tyro: { accessTokenLifetime: 60 } })
    const till = newClient().connect('till')
    await authorize(till)
    const release = hold('refresh_token')
    await pass(70)
    const late = expect(till.accessToken({ timeout: 500 })).rejects.toMatchObject({ code: 'timeout' })
    const controller = new AbortController()
    const aborted = expect(till.accessToken({ signal: controller.signal })).rejects.toThrow('enough')
    controller.abort(new Error('enough'))
    const patient = till.accessToken()
    await pass(1)
    await late
    await aborted
    release()
    expect(await patient).toEqual(expect.any(String))
  })

  it('never hands out a token that its own clock calls dead', async () => {
    const { newClient, authorize, requests } = tillOnStage({ tyro: { accessTokenLifetime: 3600 } })
    const till = newClient().connect('till')
    await authorize(till)
    const first = await till.accessToken()
    vi.setSystemTime(Date.now() + 8 * 3_600_000)
    expect(await till.accessToken()).not.toBe(first)
    expect(requests('refresh_token')).toHaveLength(1)
  })

  it('requests a token by itself where nobody is needed, and says why it cannot', async () => {
    const emulator = createEmulator({ mypos: { clients: { service: 'right' } } })
    const environment = createEnvironment({ fetch: emulator.fetch })
    const service = createClient(mypos, { clientId: 'service', clientSecret: 'right' }, { environment }).connect('a')
    expect(await service.accessToken()).toEqual(expect.any(String))
    service.send({ type: 'token.revoke' })
    await settle()
    expect(stateOf(service)).toBe('revoked')
    expect(await service.accessToken()).toEqual(expect.any(String))

    const wrong = createClient(mypos, { clientId: 'service', clientSecret: 'wrong' }, { environment }).connect('b')
    await expect(wrong.accessToken()).rejects.toMatchObject({ code: 'server_rejected' })
    const before = emulator.journal.length
    for (let call = 0; call < 20; call++)
      await expect(wrong.accessToken()).rejects.toMatchObject({ code: 'server_rejected' })
    expect(emulator.journal).toHaveLength(before)
  })
})

describe('a token that is dead on arrival', () => {
  it('is refused until the next is due, however many ask', async () => {
    const slow = async () => {
      await new Promise((answer) => setTimeout(answer, 1_200))
      return json({ access_token: `access-${server.seen.length}`, token_type: 'Bearer', expires_in: 1 })
    }
    const server = scriptedFetch(slow, slow)
    const environment = createEnvironment({ fetch: server.fetch, random: () => 0.5 })
    const service = createClient(mypos, { clientId: 'a', clientSecret: 'b' }, { environment }).connect('c')
    const first = expect(service.accessToken()).rejects.toMatchObject({ code: 'invalid_response' })
    await pass(2)
    await first
    const retryAt = service.actor.getSnapshot().context.token?.refreshAt
    for (let round = 0; round < 12; round++) {
      const asked = Array.from({ length: 50 }, () => service.accessToken().catch((error: unknown) => error))
      await pass(1)
      for (const refusal of await Promise.all(asked))
        expect(refusal).toMatchObject({ code: 'invalid_response', retryAt })
    }
    expect(server.seen).toHaveLength(1)
    await pass(5)
    expect(server.seen).toHaveLength(2)
  })
})

describe('token()', () => {
  it('tells what came with the token', async () => {
    const { newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const { accessToken, type, scope, expiresAt, generation } = await till.token()
    expect({ accessToken, type, scope, generation }).toEqual({
      accessToken: await till.accessToken(),
      type: 'Bearer',
      scope: 'offline_access',
      generation: 1,
    })
    expect(expiresAt).toBe(till.actor.getSnapshot().context.token?.expiresAt)
  })
})
