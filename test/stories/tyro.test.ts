import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TyroOptions } from '../../src/emulator/index.ts'
import { answered, fakeTime, inMemory, onSocket, type Stage, sent, till, until, userCode } from '../support/stories.ts'
import { arrival } from '../support/watch.ts'

const audience = 'https://pos.connect.tyro'
const client_id = 'till-app'
const codeRequest = { to: 'POST tyro deviceAuthorization', form: { audience, scope: 'offline_access', client_id } }
const poll = (device_code: unknown) => ({
  to: 'POST tyro token',
  form: { audience, grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code, client_id },
})
const refresh = (refresh_token: unknown) => ({
  to: 'POST tyro token',
  form: { grant_type: 'refresh_token', refresh_token, client_id },
})
const revocation = (token: unknown) => ({ to: 'POST tyro revocation', form: { token, client_id } })

const connecting = ['requestingCode', 'awaitingUser', 'polling', 'authorized']
const refreshes = { provider: 'tyro', endpoint: 'token', grantType: 'refresh_token' } as const

/** A till that the merchant has approved as soon as it showed a code. */
async function approvedTill(stage: Stage) {
  const story = till(stage)
  const { connection } = story
  connection.on('prompt.changed', ({ prompt }) => {
    if (prompt?.kind === 'device') stage.emulator.approve(prompt.userCode)
  })
  connection.send({ type: 'authorization.start' })
  await arrival(connection, 'authorized')
  return { ...story, context: () => connection.actor.getSnapshot().context }
}

describe('a till at Tyro Connect, on a socket', () => {
  const stageOf = (options: TyroOptions = {}) => onSocket({ tyro: { interval: 1, ...options } })

  it.concurrent('a till connects, renews its token by itself and disconnects', async () => {
    await using stage = await stageOf({ accessTokenLifetime: 2 })
    const { connection, states, context } = await approvedTill(stage)
    const first = await connection.accessToken()
    await arrival(connection, 'refreshing')
    await arrival(connection, 'authorized')
    expect(await connection.accessToken()).not.toBe(first)
    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')

    expect(states).toEqual([...connecting, 'refreshing', 'authorized', 'revoking', 'revoked'])
    const [code, granted, renewed] = answered(stage.emulator)
    expect(renewed?.refresh_token).not.toBe(granted?.refresh_token)
    expect(sent(stage.emulator)).toEqual([
      codeRequest,
      poll(code?.device_code),
      refresh(granted?.refresh_token),
      revocation(renewed?.refresh_token),
    ])
    expect(context()).toMatchObject({ token: undefined, failure: undefined, endedBecause: 'revoked' })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
  })

  it.concurrent('each rotation counts, and the superseded token is not sent again', async () => {
    await using stage = await stageOf()
    const { connection, context } = await approvedTill(stage)
    for (const generation of [2, 3, 4]) {
      connection.send({ type: 'token.refresh' })
      await arrival(connection, 'authorized')
      expect(context().token?.generation).toBe(generation)
      const { body } = stage.emulator.journal.at(-1) ?? {}
      expect(await connection.accessToken()).toBe(JSON.parse(body ?? '{}').access_token)
    }
    const used = sent(stage.emulator).flatMap(({ form }) => form.refresh_token ?? [])
    const issued = answered(stage.emulator).flatMap(({ refresh_token }) => refresh_token ?? [])
    expect(new Set(used).size).toBe(3)
    expect(used).toEqual(issued.slice(0, 3))
  })

  it.concurrent('without rotation the refresh token at hand is kept', async () => {
    await using stage = await stageOf({ rotation: false })
    const { connection, context } = await approvedTill(stage)
    for (const _ of [2, 3]) {
      connection.send({ type: 'token.refresh' })
      await arrival(connection, 'authorized')
    }
    const [code, granted] = answered(stage.emulator)
    const again = refresh(granted?.refresh_token)
    expect(sent(stage.emulator)).toEqual([codeRequest, poll(code?.device_code), again, again])
    expect(context().token).toMatchObject({ generation: 3, renewable: true })
  })

  it.concurrent('a merchant who refuses can be asked again', async () => {
    await using stage = await stageOf()
    const { connection, states } = till(stage)
    connection.send({ type: 'authorization.start' })
    await arrival(connection, 'awaitingUser')
    stage.emulator.deny(userCode(connection))
    await arrival(connection, 'failed')
    const { failure, endedBecause, prompt } = connection.actor.getSnapshot().context
    expect(failure).toMatchObject({ code: 'authorization_denied', error: 'access_denied', status: 403 })
    expect({ endedBecause, prompt }).toEqual({ endedBecause: 'authorization_denied', prompt: undefined })
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })

    connection.send({ type: 'authorization.start' })
    await arrival(connection, 'awaitingUser')
    stage.emulator.approve(userCode(connection))
    await arrival(connection, 'authorized')
    expect(states).toEqual(['requestingCode', 'awaitingUser', 'polling', 'failed', ...connecting])
    const [one, , other] = answered(stage.emulator)
    expect(sent(stage.emulator)).toEqual([
      ...[codeRequest, poll(one?.device_code)],
      ...[codeRequest, poll(other?.device_code)],
    ])
  })

  it.concurrent('a session that Tyro has ended, seen by a refused token, expires and names the remedy', async () => {
    await using stage = await stageOf()
    const { connection, states, context } = await approvedTill(stage)
    const endings: unknown[] = []
    connection.on('ended', ({ because }) => endings.push(because))
    stage.emulator.revokeAll('tyro')
    connection.send({ type: 'token.rejected', generation: 1 })
    await arrival(connection, 'expired')

    expect(states).toEqual([...connecting, 'refreshing', 'expired'])
    expect(context().failure).toMatchObject({ code: 'session_expired', error: 'invalid_grant', status: 403 })
    expect(context().failure?.message).toContain('The merchant must connect again.')
    expect(endings).toEqual(['session_expired'])
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    expect(connection.actor.getSnapshot().hasTag('needsUser')).toBe(true)
  })

  it.concurrent('a session that Tyro has ended keeps its token until that ends, and asks only once', async () => {
    await using stage = await stageOf({ accessTokenLifetime: 2 })
    const { connection, states } = await approvedTill(stage)
    const token = await connection.accessToken()
    stage.emulator.revokeAll('tyro')
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    expect(await connection.accessToken()).toBe(token)
    await arrival(connection, 'expired')
    expect(states).toEqual([...connecting, 'refreshing', 'authorized', 'recalling', 'expired'])
    expect(sent(stage.emulator)).toHaveLength(3)
  })

  it.concurrent('a refresh whose reply was lost is repeated inside the leeway and recovers', async () => {
    await using stage = await stageOf({ leeway: 10 })
    const { connection, states, context } = await approvedTill(stage)
    stage.emulator.fault(refreshes, { kind: 'reset', when: 'after' })
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'backingOff')
    expect(context().failure).toMatchObject({ code: 'network', retryable: true })
    await arrival(connection, 'authorized')

    expect(states).toEqual([...connecting, 'refreshing', 'backingOff', 'recalling', 'refreshing', 'authorized'])
    const [code, granted] = answered(stage.emulator)
    const again = refresh(granted?.refresh_token)
    expect(sent(stage.emulator)).toEqual([codeRequest, poll(code?.device_code), again, again])
    expect(context()).toMatchObject({ failure: undefined, token: { generation: 2 } })
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    expect(context().token?.generation).toBe(3)
  })

  it.concurrent('a refresh whose reply was lost is of unknown outcome where the server refuses its repetition', async () => {
    await using stage = await stageOf({ leeway: 0 })
    const { connection, states, context } = await approvedTill(stage)
    stage.emulator.fault(refreshes, { kind: 'reset', when: 'after' })
    connection.send({ type: 'token.rejected', generation: 1 })
    await arrival(connection, 'expired')

    expect(states).toEqual([...connecting, 'refreshing', 'backingOff', 'recalling', 'refreshing', 'expired'])
    expect(context()).toMatchObject({
      endedBecause: 'outcome_unknown',
      failure: { code: 'outcome_unknown', error: 'invalid_grant' },
    })
    expect(context().failure?.message).toContain('The merchant must connect again.')
    expect(sent(stage.emulator)).toHaveLength(4)
  })

  it.concurrent('a till keeps handing out its token while Tyro is in trouble', async () => {
    await using stage = await stageOf()
    const { connection, states, context } = await approvedTill(stage)
    const token = await connection.accessToken()
    stage.emulator.fault(refreshes, { kind: 'status', status: 503, body: 'come back later' })
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'backingOff')
    expect(await connection.accessToken()).toBe(token)
    expect(context().failure).toMatchObject({ code: 'server_unavailable', status: 503, retryable: true })
    await arrival(connection, 'authorized')

    expect(states).toEqual([...connecting, 'refreshing', 'backingOff', 'recalling', 'refreshing', 'authorized'])
    expect(context().failure).toBeUndefined()
    expect(await connection.accessToken()).not.toBe(token)
    const [code, granted] = answered(stage.emulator)
    const again = refresh(granted?.refresh_token)
    expect(sent(stage.emulator)).toEqual([codeRequest, poll(code?.device_code), again, again])
  })
})

/** A till whose code was approved at once. */
async function authorizedTill(stage: Stage) {
  const { connection } = till(stage)
  connection.send({ type: 'authorization.start' })
  await until(connection, 'awaitingUser')
  stage.emulator.approve(userCode(connection))
  await until(connection, 'authorized')
  return connection
}

describe('a till at Tyro Connect, in fake time', () => {
  beforeEach(fakeTime)
  afterEach(() => vi.useRealTimers())

  it('a code that nobody approves expires without one more poll, and a second try connects', async () => {
    await using stage = await inMemory({ tyro: { codeLifetime: 12 } })
    const { connection, states } = till(stage)
    const began = Date.now()
    connection.send({ type: 'authorization.start' })
    await until(connection, 'expired')
    expect(Date.now() - began).toBe(12_000)
    expect(connection.actor.getSnapshot().context).toMatchObject({
      prompt: undefined,
      endedBecause: 'grant_expired',
      failure: { code: 'grant_expired', retryable: false },
    })
    expect(stage.emulator.journal.map(({ at }) => at - began)).toEqual([0, 5_500, 11_000])

    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    expect(states).toEqual([
      ...['requestingCode', 'awaitingUser', 'polling', 'awaitingUser', 'polling', 'awaitingUser'],
      ...['recalling', 'expired', ...connecting],
    ])
    const [one, , , other] = answered(stage.emulator)
    expect(other?.user_code).not.toBe(one?.user_code)
    expect(sent(stage.emulator).slice(3)).toEqual([codeRequest, poll(other?.device_code)])
  })

  it('a till that is told to slow down waits five seconds more, then and later', async () => {
    await using stage = await inMemory()
    const { connection, states } = till(stage)
    const began = Date.now()
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const slowDown = { error: 'slow_down', error_description: 'You are polling faster than the interval.' }
    stage.emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 429, body: slowDown })
    await until(connection, 'slowDown')
    expect(connection.actor.getSnapshot().context).toMatchObject({ pollIntervalSeconds: 10, failure: undefined })
    await until(connection, 'awaitingUser')
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')

    expect(states).toEqual([
      ...['requestingCode', 'awaitingUser', 'polling', 'slowDown', 'polling'],
      ...['awaitingUser', 'polling', 'authorized'],
    ])
    expect(stage.emulator.journal.map(({ at }) => at - began)).toEqual([0, 5_500, 16_000, 26_500])
    const [code] = answered(stage.emulator)
    expect(sent(stage.emulator)).toEqual([codeRequest, ...Array(3).fill(poll(code?.device_code))])
  })

  it('a till whose session Tyro has ended disconnects, and is not told that Tyro cannot revoke', async () => {
    await using stage = await inMemory()
    const connection = await authorizedTill(stage)
    stage.emulator.revokeAll('tyro')
    connection.send({ type: 'token.refresh' })
    await until(connection, 'authorized')
    connection.send({ type: 'token.revoke' })
    await until(connection, 'revoked')
    expect(connection.actor.getSnapshot().context.failure?.code).not.toBe('not_supported')
  })

  it('a till renews a token of a day shortly before it ends, with nothing sent in between', async () => {
    await using stage = await inMemory()
    const connection = await authorizedTill(stage)
    const granted = stage.emulator.journal.at(-1)?.at ?? 0
    for (let minute = 0; minute < 1_500 && connection.actor.getSnapshot().context.token?.generation === 1; minute++)
      await vi.advanceTimersByTimeAsync(60_000)
    expect(stage.emulator.journal).toHaveLength(3)
    expect((stage.emulator.journal.at(-1)?.at ?? 0) - granted).toBe(86_100_000)
  })
})
