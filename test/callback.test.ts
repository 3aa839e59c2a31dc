import { afterEach, describe, expect, it } from 'vitest'
import { createClient, createEnvironment, memoryVault, OAuthError, sumupPosPro } from '../src/index.ts'
import { asWritten, brokenConnection, json, type Reply, refusal, scriptedFetch } from './support/scripted-fetch.ts'

const redirectUri = 'https://pos.example/callback'
const registration = { clientId: 'c', clientSecret: 's', redirectUri }
const tokens = { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 3600 }
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

/** A login up to the point where the browser is at the provider. */
async function atTheProvider(replies: Reply[], binding?: string) {
  const server = scriptedFetch(...replies)
  let skipped = 0
  const environment = createEnvironment({ fetch: server.fetch, random: () => 0, now: () => Date.now() + skipped })
  const vault = memoryVault(environment.now)
  const connect = () => {
    const connection = createClient(sumupPosPro, registration, { environment, vault }).connect('store-1')
    stops.push(() => connection.stop())
    return connection
  }
  const connection = connect()
  const stateOf = (one: typeof connection) => one.actor.getSnapshot().value
  const reaches = (state: string, one = connection) => expect.poll(() => stateOf(one)).toBe(state)
  connection.send({ type: 'authorization.start', ...(binding !== undefined && { binding }) })
  await reaches('awaitingUser')
  const { prompt } = connection.actor.getSnapshot().context
  if (prompt?.kind !== 'redirect') throw new Error('no link to open')
  const link = new URL(prompt.url.open())
  const state = link.searchParams.get('state') ?? ''
  return {
    server,
    connection,
    connect,
    reaches,
    link,
    code: () => connection.actor.getSnapshot().context.failure?.code,
    /** Where the provider sends the browser. */
    callback: (query: Record<string, string> = {}) => {
      const given = { code: 'code-1', state, ...query }
      const sent = Object.entries(given).filter(([, value]) => value !== '')
      return `${redirectUri}?${new URLSearchParams(sent)}`
    },
    skip: (seconds: number) => {
      skipped += seconds * 1000
    },
  }
}

describe('a callback', () => {
  it('is exchanged once, with the verifier of its challenge and the same redirect URI', async () => {
    const { server, connection, callback, reaches, link } = await atTheProvider([json(tokens)])
    connection.send({ type: 'authorization.responded', url: callback() })
    await reaches('authorized')
    const sent = Object.fromEntries(server.seen[0]?.parameters ?? [])
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sent.code_verifier))
    expect(Buffer.from(digest).toString('base64url')).toBe(link.searchParams.get('code_challenge'))
    expect(sent.redirect_uri).toBe(link.searchParams.get('redirect_uri'))
    expect(sent.code).toBe('code-1')
    expect(await connection.accessToken()).toBe('access-1')
    expect(server.differences()).toEqual(asWritten)
  })

  it.each([
    ['without a state', { state: '' }],
    ['with another state', { state: 'x'.repeat(43) }],
  ])('%s sends nothing, and leaves the login waiting for its own', async (_, query) => {
    const { server, connection, callback, reaches } = await atTheProvider([json(tokens)])
    connection.send({ type: 'authorization.responded', url: callback(query) })
    await reaches('awaitingUser')
    expect(connection.actor.getSnapshot().context.failure?.code).toBe('state_mismatch')
    expect(server.seen).toEqual([])
    connection.send({ type: 'authorization.responded', url: callback() })
    await reaches('authorized')
  })

  it.each([
    ['another session', 'session-1', 'session-2'],
    ['no session', 'session-1', undefined],
    ['a session, where none asked', undefined, 'session-1'],
  ])('from %s sends nothing', async (_, asked, came) => {
    const { server, connection, callback, reaches } = await atTheProvider([], asked)
    connection.send({ type: 'authorization.responded', url: callback(), ...(came !== undefined && { binding: came }) })
    await reaches('awaitingUser')
    expect(connection.actor.getSnapshot().context.failure?.code).toBe('state_mismatch')
    expect(server.seen).toEqual([])
  })

  it('from the same session is exchanged', async () => {
    const { connection, callback, reaches } = await atTheProvider([json(tokens)], 'session-1')
    connection.send({ type: 'authorization.responded', url: callback(), binding: 'session-1' })
    await reaches('authorized')
  })

  it('with an error sends nothing, and says which', async () => {
    const { server, connection, callback, reaches, code } = await atTheProvider([])
    connection.send({ type: 'authorization.responded', url: callback({ code: '', error: 'access_denied' }) })
    await reaches('failed')
    expect(code()).toBe('authorization_denied')
    expect(server.seen).toEqual([])
  })

  it('that comes after ten minutes sends nothing', async () => {
    const { server, connection, callback, skip, connect, reaches } = await atTheProvider([])
    skip(600)
    const other = connect()
    await reaches('expired', other)
    connection.send({ type: 'authorization.responded', url: callback() })
    await reaches('expired')
    expect(server.seen).toEqual([])
  })

  it('that comes twice, to two windows at once, is exchanged once', async () => {
    const { server, connection, callback, connect, reaches } = await atTheProvider([json(tokens)])
    const other = connect()
    await reaches('awaitingUser', other)
    for (const one of [connection, other]) one.send({ type: 'authorization.responded', url: callback() })
    await Promise.all([reaches('authorized'), reaches('authorized', other)])
    expect(server.seen).toHaveLength(1)
  })

  describe('that is handed over by respond()', () => {
    it.each([
      ['a session', tokens, 'connected'],
      ['a refusal', { error: 'invalid_grant' }, 'authorization_failed'],
    ])('as soon as the prompt is there, inside its listener, leads to %s', async (_, body, outcome) => {
      const { fetch } = scriptedFetch(json(body, 'error' in body ? 400 : 200))
      const client = createClient(sumupPosPro, registration, { environment: createEnvironment({ fetch }) })
      const store = client.connect('store-1')
      stops.push(() => store.stop())
      const responded = new Promise<string>((resolve) => {
        store.on('prompt.changed', ({ prompt }) => {
          if (prompt?.kind !== 'redirect') return
          const state = new URL(prompt.url.open()).searchParams.get('state')
          const answer = store.respond(`${redirectUri}?code=c&state=${state}`)
          answer.then(
            () => resolve('connected'),
            (error) => resolve(error.code),
          )
        })
      })
      store.send({ type: 'authorization.start' })
      expect(await responded).toBe(outcome)
    })

    const ending = (answer: Promise<void>) =>
      answer.then(
        () => 'connected',
        (error: unknown) => (error instanceof OAuthError ? error.code : error),
      )

    it('resolves once it has led to a session', async () => {
      const { connection, callback } = await atTheProvider([json(tokens)], 'session-1')
      await connection.respond(new URL(callback()), { binding: 'session-1' })
      expect(connection.actor.getSnapshot().value).toBe('authorized')
    })

    it('rejects as foreign while the login goes on waiting for its own', async () => {
      const { connection, callback } = await atTheProvider([json(tokens)])
      expect(await ending(connection.respond(callback({ state: 'forged' })))).toBe('state_mismatch')
      expect(await ending(connection.respond(callback()))).toBe('connected')
    })

    it.each([
      ['authorization_denied', { code: '', error: 'access_denied' }, []],
      ['server_unavailable', {}, [() => new Response(null, { status: 503 })]],
      ['outcome_unknown', {}, [brokenConnection()]],
    ])('rejects with what it led to: %s', async (expected, query, replies) => {
      const { connection, callback } = await atTheProvider(replies)
      expect(await ending(connection.respond(callback(query)))).toBe(expected)
    })

    it('waits for the vault to be read where a page has just been loaded', async () => {
      const { connect, callback } = await atTheProvider([json(tokens)])
      expect(await ending(connect().respond(callback()))).toBe('connected')
    })

    it('rejects where no login waits, and when patience ends, which stops nothing', async () => {
      const slow = () => new Promise<Response>((resolve) => setTimeout(() => resolve(Response.json(tokens)), 50))
      const { connection, callback, reaches } = await atTheProvider([slow])
      const late = connection.respond(callback(), { timeout: 0 })
      expect(await ending(late)).toBe('timeout')
      await reaches('authorized')
      expect(await ending(connection.respond(callback()))).toBe('not_supported')
      connection.send({ type: 'token.forget' })
      await reaches('idle')
      expect(await ending(connection.respond(callback()))).toBe('authorization_required')
    })

    it('rejects when the connection is stopped meanwhile', async () => {
      const { connection, callback } = await atTheProvider([() => new Promise<Response>(() => {})])
      const answer = ending(connection.respond(callback()))
      await connection.stop({ timeout: 10 }).catch(() => {})
      expect(await answer).toBe('stopped')
    })
  })

  it('of an earlier request is refused after a later one was exchanged', async () => {
    const { server, connection, callback, reaches } = await atTheProvider([refusal('invalid_grant')])
    connection.send({ type: 'authorization.responded', url: callback() })
    await reaches('failed')
    connection.send({ type: 'authorization.start' })
    await reaches('awaitingUser')
    connection.send({ type: 'authorization.responded', url: callback() })
    await reaches('awaitingUser')
    expect(connection.actor.getSnapshot().context.failure?.code).toBe('state_mismatch')
    expect(server.seen).toHaveLength(1)
  })

  it.each<[string, () => Reply, string]>([
    ['a broken connection', brokenConnection, 'outcome_unknown'],
    ['a 502', () => new Response(null, { status: 502 }), 'outcome_unknown'],
    ['a 503', () => new Response(null, { status: 503 }), 'server_unavailable'],
    ['a 429', () => new Response(null, { status: 429, headers: { 'retry-after': '0' } }), 'rate_limited'],
  ])('whose exchange meets %s is not sent again', async (_, reply, expected) => {
    const { server, connection, callback, reaches, code } = await atTheProvider([reply()])
    connection.send({ type: 'authorization.responded', url: callback() })
    await reaches('failed')
    expect(code()).toBe(expected)
    connection.send({ type: 'authorization.responded', url: callback() })
    connection.send({ type: 'token.refresh' })
    await reaches('failed')
    expect(server.seen).toHaveLength(1)
  })
})
