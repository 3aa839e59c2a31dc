import { describe, expect, it } from 'vitest'
import type { MyposOptions } from '../../src/emulator/index.ts'
import { answered, onSocket, sent, service, serviceSecret } from '../support/stories.ts'
import { arrival } from '../support/watch.ts'

const authorization = `Basic ${btoa(`ServiceClient:${serviceSecret}`)}`
const request = { to: 'POST mypos token', form: { grant_type: 'client_credentials' }, authorization }
const revocation = (token: unknown) => ({ to: 'POST mypos revocation', form: { token }, authorization })
const connecting = ['requestingToken', 'authorized']
const place = { provider: 'mypos', endpoint: 'token' } as const

const stageOf = (options: MyposOptions = {}) =>
  onSocket({ mypos: { clients: { ServiceClient: serviceSecret }, ...options } })

describe('a service at myPOS', () => {
  it.concurrent('a service that asks for a token gets one, renews it by itself and disconnects', async () => {
    await using stage = await stageOf({ accessTokenLifetime: 2 })
    const { connection, states } = service(stage)
    const first = await connection.accessToken()
    await arrival(connection, 'refreshing')
    await arrival(connection, 'authorized')
    const second = await connection.accessToken()
    expect(second).not.toBe(first)
    expect(stage.emulator.accepts('mypos', second)).toBe(true)
    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')

    expect(stage.emulator.accepts('mypos', second)).toBe(false)
    expect(states).toEqual(['idle', ...connecting, 'refreshing', 'authorized', 'revoking', 'revoked'])
    expect(sent(stage.emulator)).toEqual([request, request, revocation(second)])
    expect(connection.actor.getSnapshot().context).toMatchObject({ endedBecause: 'revoked', failure: undefined })
  })

  it.concurrent('callers who ask at the same time share one request', async () => {
    await using stage = await stageOf()
    const { connection } = service(stage)
    const tokens = await Promise.all(Array.from({ length: 20 }, () => connection.accessToken()))
    expect(new Set(tokens).size).toBe(1)
    expect(sent(stage.emulator)).toEqual([request])
  })

  it.concurrent('the sandbox is asked with the same words, and shares nothing with production', async () => {
    await using stage = await stageOf()
    const { connection } = service(stage, { sandbox: true })
    const token = await connection.accessToken()
    expect(stage.emulator.accepts('mypos-sandbox', token)).toBe(true)
    expect(stage.emulator.accepts('mypos', token)).toBe(false)
    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')
    expect(stage.emulator.accepts('mypos-sandbox', token)).toBe(false)
    const there = sent(stage.emulator).map(({ to }) => to)
    expect(there).toEqual(['POST mypos-sandbox token', 'POST mypos-sandbox revocation'])
  })

  it.concurrent('a connection that was made in production is not used in the sandbox', async () => {
    await using stage = await stageOf()
    await service(stage).connection.accessToken()
    const { connection } = service(stage, { sandbox: true })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'vault_mismatch', retryable: false })
    expect(sent(stage.emulator)).toHaveLength(1)
  })

  it.concurrent('a wrong secret fails with the word of the server, and is not tried again', async () => {
    await using stage = await stageOf()
    const { connection, states } = service(stage, { clientSecret: 'of another shop' })
    const refused = { code: 'server_rejected', failure: { error: 'invalid_client', status: 401, retryable: false } }
    await expect(connection.accessToken()).rejects.toMatchObject(refused)
    expect(states).toEqual(['idle', 'requestingToken', 'failed'])
    await expect(connection.accessToken()).rejects.toMatchObject(refused)
    expect(sent(stage.emulator)).toHaveLength(1)
  })

  it.concurrent('a scope is asked for by name, granted, and refused where it is unknown', async () => {
    await using stage = await stageOf({ knownScopes: ['webhooks'] })
    const { connection } = service(stage, { scopes: ['webhooks'] })
    expect(await connection.token()).toMatchObject({ scope: 'webhooks', type: 'Bearer', generation: 1 })
    expect(sent(stage.emulator)).toEqual([{ ...request, form: { ...request.form, scope: 'webhooks' } }])
    await connection.forget()
    const { connection: other } = service(stage, { scopes: ['devices'] })
    const refused = { code: 'server_rejected', failure: { error: 'invalid_scope', status: 400 } }
    await expect(other.accessToken()).rejects.toMatchObject(refused)
  })

  it.concurrent('a lifetime that is sent as text is understood', async () => {
    await using stage = await stageOf({ expiresInAsString: true })
    const { connection } = service(stage)
    const { expiresAt = 0 } = await connection.token()
    expect(expiresAt - Date.now()).toBeGreaterThan(86_000_000)
  })

  it.concurrent('a revocation that meets trouble is tried again, and no token is handed out meanwhile', async () => {
    await using stage = await stageOf()
    const { connection, states } = service(stage)
    const token = await connection.accessToken()
    stage.emulator.fault({ provider: 'mypos', endpoint: 'revocation' }, { kind: 'status', status: 503 })
    connection.send({ type: 'token.revoke' })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await arrival(connection, 'backingOff')
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    expect(stage.emulator.accepts('mypos', token)).toBe(true)
    await arrival(connection, 'revoked')

    expect(stage.emulator.accepts('mypos', token)).toBe(false)
    expect(states).toEqual([
      ...['idle', ...connecting],
      ...['revoking', 'backingOff', 'recalling', 'revoking', 'revoked'],
    ])
    expect(sent(stage.emulator)).toEqual([request, revocation(token), revocation(token)])
  })

  it.concurrent('a token that myPOS has ended is replaced without anybody', async () => {
    await using stage = await stageOf()
    const { connection, states } = service(stage)
    const token = await connection.accessToken()
    stage.emulator.revokeAll('mypos')
    connection.send({ type: 'token.rejected', generation: 1 })
    const next = await connection.accessToken()
    expect(next).not.toBe(token)
    expect(stage.emulator.accepts('mypos', next)).toBe(true)
    expect(states).toEqual(['idle', ...connecting, 'refreshing', 'authorized'])
    expect(sent(stage.emulator)).toEqual([request, request])
  })

  it.concurrent('a rejected token of an earlier generation asks for nothing', async () => {
    await using stage = await stageOf()
    const { connection } = service(stage)
    await connection.accessToken()
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    expect(connection.send({ type: 'token.rejected', generation: 1 })).toMatchObject({ code: 'not_supported' })
    expect(sent(stage.emulator)).toHaveLength(2)
  })

  it.concurrent('trouble and a lost reply during a renewal keep the token, and it is renewed in the end', async () => {
    await using stage = await stageOf()
    const { connection, states } = service(stage)
    const token = await connection.accessToken()
    stage.emulator.fault(place, { kind: 'status', status: 503 })
    stage.emulator.fault(place, { kind: 'reset', when: 'after' })
    connection.send({ type: 'token.refresh' })
    for (const code of ['server_unavailable', 'network']) {
      await arrival(connection, 'backingOff')
      expect(connection.actor.getSnapshot().context.failure?.code).toBe(code)
      expect(await connection.accessToken()).toBe(token)
    }
    await arrival(connection, 'authorized')
    expect(states).toEqual([
      ...['idle', ...connecting],
      ...['refreshing', 'backingOff', 'recalling', 'refreshing', 'backingOff', 'recalling', 'refreshing', 'authorized'],
    ])
    expect(answered(stage.emulator).at(-1)?.access_token).toBe(await connection.accessToken())
  })

  it.concurrent('trouble at the first request backs off, tells callers when, and connects in the end', async () => {
    await using stage = await stageOf()
    const { connection, states } = service(stage)
    stage.emulator.fault(place, { kind: 'html' })
    const failure = await connection.accessToken().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'server_unavailable', retryable: true, retryAt: expect.any(Number) })
    await arrival(connection, 'authorized')
    expect(states).toEqual(['idle', 'requestingToken', 'backingOff', 'recalling', ...connecting])
    expect(sent(stage.emulator)).toEqual([request, request])
  })
})
