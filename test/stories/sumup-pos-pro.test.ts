import { describe, expect, it } from 'vitest'
import type { SumupPosProOptions } from '../../src/emulator/index.ts'
import {
  answered,
  loginUrl,
  office,
  officeSecret,
  onSocket,
  opened,
  redirectUri,
  type Stage,
  sent,
} from '../support/stories.ts'
import { arrival } from '../support/watch.ts'

const binding = 'session of this browser'
const to = 'POST sumup-pos-pro token'
const client = { client_id: 'office-app', client_secret: officeSecret }
const exchange = (callback: string) => ({
  to,
  form: {
    ...client,
    grant_type: 'authorization_code',
    code: new URL(callback).searchParams.get('code'),
    redirect_uri: redirectUri,
    code_verifier: expect.stringMatching(/^[\w-]{43}$/),
  },
})
const refresh = (refresh_token: unknown) => ({ to, form: { ...client, grant_type: 'refresh_token', refresh_token } })
const connecting = ['preparing', 'awaitingUser', 'exchangingCode', 'authorized']
const refreshes = { provider: 'sumup-pos-pro', endpoint: 'token', grantType: 'refresh_token' } as const

type More = Parameters<typeof office>[1]

/** A back office whose browser is about to be sent to log in. */
async function startedOffice(stage: Stage, more: More = {}, bound: string | undefined = binding) {
  const story = office(stage, more)
  const { connection } = story
  connection.send({ type: 'authorization.start', ...(bound !== undefined && { binding: bound }) })
  await arrival(connection, 'awaitingUser')
  return { ...story, context: () => connection.actor.getSnapshot().context }
}

/** A back office whose merchant has logged in and allowed. */
async function connectedOffice(stage: Stage, more: More = {}) {
  const story = await startedOffice(stage, more)
  const callback = await stage.emulator.login(loginUrl(story.connection))
  story.connection.send({ type: 'authorization.responded', url: callback, binding })
  await arrival(story.connection, 'authorized')
  return { ...story, callback }
}

const stageOf = (options: SumupPosProOptions = {}) => onSocket({ sumupPosPro: options })

describe('a back office at SumUp POS Pro', () => {
  it.concurrent('a back office connects, renews its token by itself and disconnects', async () => {
    await using stage = await stageOf({ accessTokenLifetime: 2 })
    const { connection, states, context, callback } = await connectedOffice(stage)
    const first = await connection.accessToken()
    await arrival(connection, 'refreshing')
    await arrival(connection, 'authorized')
    const second = await connection.accessToken()
    expect(second).not.toBe(first)
    connection.send({ type: 'token.revoke' })
    await arrival(connection, 'revoked')

    expect(states).toEqual([...connecting, 'refreshing', 'authorized', 'revoking', 'revoked'])
    expect(opened(stage.emulator)).toEqual({
      client_id: 'office-app',
      response_type: 'code',
      scope: 'order/write order/read purchase-request/write',
      redirect_uri: redirectUri,
      state: new URL(callback).searchParams.get('state'),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    const [granted] = answered(stage.emulator)
    expect(sent(stage.emulator)).toEqual([exchange(callback), refresh(granted?.refresh_token)])
    expect(context()).toMatchObject({ token: undefined, endedBecause: 'revoked', failure: { code: 'not_supported' } })
    expect(context().failure?.message).toContain("remove the integration in the merchant's account")
    await expect(connection.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    expect(JSON.stringify(await stage.vault.read('store-17'))).not.toContain(second)
  })

  it.concurrent('the authorization URL writes a space as %20 and a slash as %2F', async () => {
    await using stage = await stageOf()
    const { connection } = await startedOffice(stage)
    expect(loginUrl(connection)).toContain('scope=order%2Fwrite%20order%2Fread%20purchase-request%2Fwrite&')
  })

  it.concurrent('a refresh token that does not rotate is kept, and with rotation the newest is sent', async () => {
    for (const rotation of [false, true]) {
      await using stage = await stageOf({ rotation })
      const { connection, context } = await connectedOffice(stage)
      for (const generation of [2, 3]) {
        connection.send({ type: 'token.refresh' })
        await arrival(connection, 'authorized')
        expect(context().token?.generation).toBe(generation)
      }
      const [granted, renewed] = answered(stage.emulator)
      const next = rotation ? renewed : granted
      const [, ...refreshed] = sent(stage.emulator)
      expect(refreshed).toEqual([refresh(granted?.refresh_token), refresh(next?.refresh_token)])
    }
  })

  it.concurrent('a merchant who refuses sends nothing to the token endpoint, and can be asked again', async () => {
    await using stage = await stageOf()
    const { connection, states, context } = await startedOffice(stage)
    const refused = await stage.emulator.login(loginUrl(connection), { deny: true })
    connection.send({ type: 'authorization.responded', url: refused, binding })
    await arrival(connection, 'failed')
    expect(context().failure).toMatchObject({ code: 'authorization_denied', error: 'access_denied' })
    expect(sent(stage.emulator)).toEqual([])

    connection.send({ type: 'authorization.start', binding })
    await arrival(connection, 'awaitingUser')
    const url = await stage.emulator.login(loginUrl(connection))
    connection.send({ type: 'authorization.responded', url, binding })
    await arrival(connection, 'authorized')
    expect(states).toEqual(['preparing', 'awaitingUser', 'exchangingCode', 'failed', ...connecting])
    expect(sent(stage.emulator)).toEqual([exchange(url)])
  })

  it.concurrent('a callback that comes twice is exchanged once', async () => {
    await using stage = await stageOf()
    const { connection, states } = await startedOffice(stage)
    const url = await stage.emulator.login(loginUrl(connection))
    expect(connection.send({ type: 'authorization.responded', url, binding })).toBeUndefined()
    expect(connection.send({ type: 'authorization.responded', url, binding })).toMatchObject({ code: 'not_supported' })
    await arrival(connection, 'authorized')
    expect(connection.send({ type: 'authorization.responded', url, binding })).toMatchObject({ code: 'not_supported' })
    expect(states).toEqual(connecting)
    expect(sent(stage.emulator)).toEqual([exchange(url)])
  })

  it.concurrent('a callback that comes to two windows at once is exchanged once, and both are connected', async () => {
    await using stage = await stageOf()
    const { connection } = await startedOffice(stage)
    const { connection: window } = office(stage)
    await arrival(window, 'awaitingUser')
    const url = await stage.emulator.login(loginUrl(connection))
    for (const each of [connection, window]) each.send({ type: 'authorization.responded', url, binding })
    await Promise.all([arrival(connection, 'authorized'), arrival(window, 'authorized')])
    expect(sent(stage.emulator)).toEqual([exchange(url)])
    expect(await window.accessToken()).toBe(await connection.accessToken())
  })

  it.concurrent('a callback from another browser session, or without one, is refused before anything is sent', async () => {
    await using stage = await stageOf()
    for (const other of ['session of an attacker', undefined]) {
      const { connection, context } = await startedOffice(stage)
      const url = await stage.emulator.login(loginUrl(connection))
      connection.send({ type: 'authorization.responded', url, ...(other !== undefined && { binding: other }) })
      await arrival(connection, 'awaitingUser')
      expect(context().failure).toMatchObject({ code: 'state_mismatch', retryable: false })
      await connection.forget()
    }
    expect(sent(stage.emulator)).toEqual([])
  })

  it.concurrent('a callback without state is refused, unless a host opts out and brings a binding', async () => {
    await using stage = await stageOf({ echoState: false })
    const optedOut: More = { deviations: ['unsafe_missing_state'] }
    const tries: [More, string | undefined, string][] = [
      [{}, binding, 'awaitingUser'],
      [optedOut, undefined, 'awaitingUser'],
      [optedOut, binding, 'authorized'],
    ]
    for (const [more, bound, end] of tries) {
      const { connection, context } = await startedOffice(stage, more, bound)
      const url = await stage.emulator.login(loginUrl(connection))
      connection.send({ type: 'authorization.responded', url, ...(bound !== undefined && { binding: bound }) })
      await arrival(connection, end)
      expect(context().failure?.code).toBe(end === 'awaitingUser' ? 'state_mismatch' : undefined)
      await connection.forget()
    }
    expect(sent(stage.emulator)).toHaveLength(1)
  })

  it.concurrent('a wrong state is refused even where a missing one would pass', async () => {
    await using stage = await stageOf()
    const { connection, context } = await startedOffice(stage, { deviations: ['unsafe_missing_state'] })
    const url = new URL(await stage.emulator.login(loginUrl(connection)))
    url.searchParams.set('state', 'of another request')
    connection.send({ type: 'authorization.responded', url, binding })
    await arrival(connection, 'awaitingUser')
    expect(context().failure?.code).toBe('state_mismatch')
    expect(sent(stage.emulator)).toEqual([])
  })

  it.concurrent('a host that opts in sends the token parameters in the query, and nothing in the body', async () => {
    await using stage = await stageOf()
    const more: More = { deviations: ['unsafe_token_parameters_in_query'] }
    const { connection, callback } = await connectedOffice(stage, more)
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'authorized')
    const [granted] = answered(stage.emulator)
    const inQuery = ({ form, ...rest }: { to: string; form: object }) => ({ ...rest, form: {}, query: form })
    expect(sent(stage.emulator)).toEqual([inQuery(exchange(callback)), inQuery(refresh(granted?.refresh_token))])
  })

  it.concurrent('a scope that is not enabled fails by its name', async () => {
    await using stage = await stageOf()
    const { connection, context } = await startedOffice(stage, { scopes: ['order/read', 'store/read'] })
    const url = await stage.emulator.login(loginUrl(connection))
    connection.send({ type: 'authorization.responded', url, binding })
    await arrival(connection, 'failed')
    expect(context().failure).toMatchObject({ code: 'server_rejected', error: 'invalid_scope', retryable: false })
    expect(context().failure?.message).toContain('invalid_scope')
    expect(sent(stage.emulator)).toEqual([])
  })

  it.concurrent('a session that SumUp has ended expires and names the remedy', async () => {
    await using stage = await stageOf()
    const { connection, states, context } = await connectedOffice(stage)
    stage.emulator.revokeAll('sumup-pos-pro')
    expect(stage.emulator.accepts('sumup-pos-pro', await connection.accessToken())).toBe(false)
    connection.send({ type: 'token.rejected', generation: 1 })
    await arrival(connection, 'expired')
    expect(states).toEqual([...connecting, 'refreshing', 'expired'])
    expect(context().failure).toMatchObject({ code: 'session_expired', error: 'invalid_grant', status: 400 })
    expect(context().failure?.message).toContain('The merchant must connect again.')
  })

  it.concurrent('a lost reply to a refresh is harmless without rotation', async () => {
    await using stage = await stageOf()
    const { connection, states, context } = await connectedOffice(stage)
    const token = await connection.accessToken()
    stage.emulator.fault(refreshes, { kind: 'reset', when: 'after' })
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'backingOff')
    expect(await connection.accessToken()).toBe(token)
    await arrival(connection, 'authorized')
    expect(states).toEqual([...connecting, 'refreshing', 'backingOff', 'recalling', 'refreshing', 'authorized'])
    expect(context()).toMatchObject({ failure: undefined, token: { generation: 2 } })
  })

  it.concurrent('a lost reply to the exchange is not repeated, and its outcome is unknown', async () => {
    await using stage = await stageOf()
    const { connection, states, context } = await startedOffice(stage)
    stage.emulator.fault({ provider: 'sumup-pos-pro', endpoint: 'token' }, { kind: 'reset', when: 'after' })
    const url = await stage.emulator.login(loginUrl(connection))
    connection.send({ type: 'authorization.responded', url, binding })
    await arrival(connection, 'failed')
    expect(states).toEqual(['preparing', 'awaitingUser', 'exchangingCode', 'failed'])
    expect(context().failure).toMatchObject({ code: 'outcome_unknown' })
    expect(sent(stage.emulator)).toEqual([exchange(url)])
  })

  it.concurrent('a token is handed out while SumUp is in trouble, until SumUp has recovered', async () => {
    await using stage = await stageOf()
    const { connection, states } = await connectedOffice(stage)
    const token = await connection.accessToken()
    stage.emulator.fault(refreshes, { kind: 'status', status: 503 })
    connection.send({ type: 'token.refresh' })
    await arrival(connection, 'backingOff')
    expect(await connection.accessToken()).toBe(token)
    await arrival(connection, 'authorized')
    expect(await connection.accessToken()).not.toBe(token)
    expect(states).toEqual([...connecting, 'refreshing', 'backingOff', 'recalling', 'refreshing', 'authorized'])
  })

  it.concurrent('a login that was given up looks up the request of a late callback, and sends nothing', async () => {
    await using stage = await stageOf()
    const { connection, states } = await startedOffice(stage)
    const url = await stage.emulator.login(loginUrl(connection))
    connection.send({ type: 'authorization.cancel' })
    await arrival(connection, 'idle')
    connection.send({ type: 'authorization.responded', url, binding })
    await arrival(connection, 'idle')
    expect(states).toEqual(['preparing', 'awaitingUser', 'forgetting', 'idle', 'recalling', 'idle'])
    expect(sent(stage.emulator)).toEqual([])
  })
})
