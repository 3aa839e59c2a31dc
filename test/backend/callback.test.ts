import { describe, expect, it, onTestFinished } from 'vitest'
import type { BackendOptions, Returned } from '../../src/backend/index.ts'
import { type ClientOptions, createClient, memoryVault, sumupPosPro } from '../../src/index.ts'
import { question } from './support/asking.ts'
import {
  callBack,
  clientSecret,
  deviceOf,
  origin,
  type PairOptions,
  redirectUri,
  serverOf,
  sumupClient,
} from './support/pair.ts'
import { comeBack, contextOf, loginUrl, soon, stateOf } from './support/story.ts'

/** A device whose merchant is about to log in, and the URL that the provider sends the browser back to. */
async function begun(options: PairOptions = {}, deny = false) {
  const returned: Returned[] = []
  const page: BackendOptions['page'] = (outcome) => {
    returned.push(outcome)
    return '/stores/17'
  }
  const server = await serverOf(sumupClient, { ...options, backend: { page, ...options.backend } })
  const connection = deviceOf(server, sumupPosPro).connect('store-17')
  connection.send({ type: 'authorization.start', binding: 'of-the-host' })
  await soon(() => stateOf(connection) === 'awaitingUser')
  const url = await comeBack(server.emulator, connection, deny)
  const exchanges = () => server.emulator.journal.filter(({ endpoint }) => endpoint === 'token').length
  return { ...server, server, connection, url, returned, exchanges }
}

describe('the callback of the handler', () => {
  it('exchanges the code and sends the browser to a page whose address holds none of it', async () => {
    const { server, url, returned, exchanges, connection } = await begun()
    const response = await callBack(server, url, 'browser-1')
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([303, '/stores/17', ''])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    expect(returned).toEqual([{ connection: 'store-17', failure: undefined }])
    expect(exchanges()).toBe(1)
    connection.send({ type: 'record.changed' })
    await soon(() => stateOf(connection) === 'authorized')
    await connection.stop()
  })

  it('leads to the root of the server, or wherever a string says', async () => {
    for (const page of ['/', '/settings#providers']) {
      const { server, url } = await begun({ backend: { page } })
      expect((await callBack(server, url, 'browser-1')).headers.get('location')).toBe(page)
    }
    const { handle } = await serverOf(sumupClient)
    const stray = await handle(new Request(`${origin}/oauth/callback?code=1&state=2`))
    expect(stray.headers.get('location')).toBe('/')
  })

  it.each([
    ['another browser', 'browser-2', undefined],
    ['a browser without a session', undefined, undefined],
    ['a session that may not use the connection any more', 'browser-1', { allows: () => false }],
  ])('is no use to %s: nothing is sent, and the own one still is', async (_, session, backend) => {
    const vault = memoryVault()
    const { server, url, exchanges } = await begun({ vault })
    const other = backend ? await serverOf(sumupClient, { vault, backend }) : server
    const response = await callBack(other, url, session)
    expect(response.status).toBe(303)
    expect(exchanges()).toBe(0)
    await callBack(server, url, 'browser-1')
    expect(exchanges()).toBe(1)
  })

  it('tells a page of another session no more than that it does not belong', async () => {
    const { server, url, returned } = await begun()
    await callBack(server, url, undefined)
    await callBack(server, url.replace(/state=[^&]+/, 'state=forged'), 'browser-1')
    await callBack(server, url.replace(/&?state=[^&]+/, ''), 'browser-1')
    await callBack(server, url, 'browser-2')
    const stray = { connection: undefined, failure: expect.objectContaining({ code: 'state_mismatch' }) }
    expect(returned).toEqual([stray, stray, stray, { ...stray, connection: 'store-17' }])
  })

  it('says why a login has ended', async () => {
    const { server, url, returned, exchanges, connection } = await begun({}, true)
    await callBack(server, url, 'browser-1')
    expect(returned).toMatchObject([{ connection: 'store-17', failure: { code: 'authorization_denied' } }])
    expect(exchanges()).toBe(0)
    connection.send({ type: 'record.changed' })
    await soon(() => stateOf(connection) === 'failed')
    expect(contextOf(connection).failure).toMatchObject({ code: 'authorization_denied' })
    await connection.stop()
  })

  it('exchanges a code once, however often the browser comes, and tells it the same each time', async () => {
    const { server, url, returned, exchanges } = await begun()
    await Promise.all([1, 2, 3].map(() => callBack(server, url, 'browser-1')))
    await callBack(server, url, 'browser-1')
    expect(exchanges()).toBe(1)
    expect(returned).toEqual(Array.from({ length: 4 }, () => ({ connection: 'store-17', failure: undefined })))
    await callBack(server, url, 'browser-2')
    expect(returned.at(-1)).toMatchObject({ connection: undefined, failure: { code: 'state_mismatch' } })
  })

  it('asks a browser to come back that finds it at its end, and keeps its code good', async () => {
    const vault = memoryVault()
    const { server, url, exchanges } = await begun({ vault })
    await server.handle.stop()
    const response = await callBack(server, url, 'browser-1')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.text()).toContain('load this page again')
    const renewed = await serverOf(sumupClient, { vault })
    await callBack(renewed, url, 'browser-1')
    expect([exchanges(), renewed.emulator.journal.length]).toEqual([0, 1])
  })

  it('leads to pages of any name, and to nothing that is none', async () => {
    const pages = {
      '/läden?store=東京 1': '/l%C3%A4den?store=%E6%9D%B1%E4%BA%AC%201',
      '/a\r\nset-cookie: x': undefined,
    }
    for (const [page, expected = '/a%0D%0Aset-cookie:%20x'] of Object.entries(pages)) {
      const { server, url } = await begun({ backend: { page } })
      expect((await callBack(server, url, 'browser-1')).headers.get('location')).toBe(expected)
    }
    const { server, url } = await begun({ backend: { page: () => JSON.parse('17') } })
    const response = await callBack(server, url, 'browser-1')
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ failure: { message: expect.stringContaining('option page') } })
  })

  describe('without state, where the host has opted out of it,', () => {
    const client = (options: ClientOptions) =>
      createClient(
        sumupPosPro,
        { clientId: 'vendor', clientSecret, redirectUri, deviations: ['unsafe_missing_state'] },
        options,
      )
    async function withoutState(options: PairOptions = {}) {
      const server = await serverOf(client, { emulator: { sumupPosPro: { echoState: false } }, ...options })
      const begin = async (name: string, session: string) => {
        const connection = deviceOf(server, sumupPosPro, session).connect(name)
        onTestFinished(() => connection.stop())
        connection.send({ type: 'authorization.start' })
        await soon(() => stateOf(connection) === 'awaitingUser')
        return { connection, url: await comeBack(server.emulator, connection) }
      }
      const tokens = () => server.emulator.journal.filter(({ endpoint }) => endpoint === 'token').length
      return { server, begin, tokens }
    }

    it('finishes the login that was begun in its session', async () => {
      const { server, begin, tokens } = await withoutState()
      const theirs = await begin('store-18', 'browser-2')
      const { connection, url } = await begin('store-17', 'browser-1')
      expect(new URL(url).searchParams.has('state')).toBe(false)
      for (const session of [undefined, 'browser-3']) await callBack(server, url, session)
      expect(tokens()).toBe(0)
      expect((await callBack(server, url, 'browser-1')).status).toBe(303)
      connection.send({ type: 'record.changed' })
      await soon(() => stateOf(connection) === 'authorized')
      expect(stateOf(theirs.connection)).toBe('awaitingUser')
    })

    it('finishes none where two wait in one session', async () => {
      const { server, begin, tokens } = await withoutState()
      const { url } = await begin('store-17', 'browser-1')
      await begin('store-18', 'browser-1')
      await callBack(server, url, 'browser-1')
      expect(tokens()).toBe(0)
    })
  })

  it('says that nothing waits for it where the login was given up a moment ago', async () => {
    let giveUp = async () => {}
    const allows = async () => {
      const act = giveUp
      giveUp = async () => {}
      await act()
      return true
    }
    const { server, url, returned, exchanges } = await begun({ backend: { allows } })
    giveUp = async () => void (await server.handle(question({ connection: 'store-17' }, { verb: 'forget' })))
    await callBack(server, url, 'browser-1')
    expect(returned).toMatchObject([{ connection: 'store-17', failure: { code: 'state_mismatch' } }])
    expect(exchanges()).toBe(0)
  })

  it('keeps a login for another try where the vault is in trouble', async () => {
    const vault = memoryVault()
    let broken = false
    const find: typeof vault.find = (state) => (broken ? Promise.reject(new Error(state)) : vault.find(state))
    const { server, url, returned, exchanges } = await begun({ vault: { ...vault, find } })
    broken = true
    await callBack(server, url, 'browser-1')
    broken = false
    await callBack(server, url, 'browser-1')
    expect(returned).toMatchObject([
      { connection: undefined, failure: { code: 'vault_unavailable' } },
      { connection: 'store-17', failure: undefined },
    ])
    expect(exchanges()).toBe(1)
  })

  it('is found where a router has taken the beginning of the path away, and nowhere else', async () => {
    const { server, url, exchanges } = await begun()
    for (const path of ['/elsewhere', '/elsewhere/callback', '/oauth/callback/', '/oauth/', '/callback2', '/back'])
      expect((await callBack(server, url.replace('/oauth/callback', path), 'browser-1')).status).toBe(404)
    expect((await server.handle(new Request(url, { method: 'POST' }))).status).toBe(404)
    expect(exchanges()).toBe(0)
    expect((await callBack(server, url.replace('/oauth/callback', '/callback'), 'browser-1')).status).toBe(303)
    expect(exchanges()).toBe(1)
  })

  it.each([
    ['/oauth/callback/', '/callback/'],
    ['/', '/'],
  ])('is at %s and at %s where that is registered, and is no other page of the server', async (registered, path) => {
    const client = (options: ClientOptions) =>
      createClient(sumupPosPro, { clientId: 'vendor', clientSecret, redirectUri: `${origin}${registered}` }, options)
    const { handle } = await serverOf(client)
    const statusOf = async (path: string) => (await handle(new Request(`${origin}${path}`))).status
    expect([await statusOf(registered), await statusOf(path)]).toEqual([303, 303])
    for (const other of ['/', '/oauth/', '/callback', '//', '/back/'])
      if (other !== path) expect([other, await statusOf(other)]).toEqual([other, 404])
  })

  it('does not finish what the server’s own connection has begun for nobody in particular', async () => {
    const { server, connection, url, exchanges, client } = await begun()
    await connection.forget()
    const own = client.connect('store-17')
    own.send({ type: 'authorization.start' })
    await soon(() => stateOf(own) === 'awaitingUser')
    const unbound = await server.emulator.login(loginUrl(own))
    await callBack(server, unbound, 'browser-1')
    await callBack(server, url, 'browser-1')
    expect(exchanges()).toBe(0)
    await own.stop()
    await connection.stop()
  })
})

describe('a login', () => {
  it('is bound to the session that began it, whatever a device says', async () => {
    const { server, connection, url, traffic, exchanges } = await begun()
    const wish = { type: 'authorization.responded', url, binding: 'browser-1' }
    const asked = { connection: 'store-17', wish }
    const answer = await server.handle(question(asked, { verb: 'exchangeCode', session: 'browser-2' }))
    expect(await answer.json()).toMatchObject({
      summary: { standing: 'awaitingUser', failure: { code: 'state_mismatch' } },
    })
    expect(exchanges()).toBe(0)
    connection.send({ type: 'authorization.responded', url, binding: 'browser-2' })
    await soon(() => stateOf(connection) === 'authorized')
    expect(exchanges()).toBe(1)
    expect(traffic.filter(({ asked }) => asked.includes('binding'))).toEqual([])
    await connection.stop()
  })

  it('cannot be begun without a session, by whatever wish', async () => {
    const { handle, vault } = await serverOf(sumupClient)
    for (const wish of [undefined, { type: 'record.changed' }, { type: 'authorization.start', binding: 'mine' }]) {
      const asked = { connection: 'store-17', ...(wish && { wish }) }
      await handle(question(asked, { verb: 'prepareAuthorization' }))
      const { record } = (await vault.read('store-17')) ?? {}
      // SHA-256 of `browser-1`, in base64url.
      expect(record).toMatchObject({ pending: { binding: 'XibXFGvQ9JyLQKELldzdLV2p34fqFtW8YiTEWgdBk8w' } })
      await handle(question(asked, { verb: 'forget' }))
    }
  })

  it('shows its link in the session that began it, and in no other that may use the connection', async () => {
    const { server, connection, traffic } = await begun()
    const state = new URL(loginUrl(connection)).searchParams.get('state') ?? 'none'
    const sameSession = deviceOf(server, sumupPosPro).connect('store-17')
    const other = deviceOf(server, sumupPosPro, 'browser-2').connect('store-17')
    for (const each of [sameSession, other]) await soon(() => stateOf(each) === 'awaitingUser')
    expect(loginUrl(sameSession)).toBe(loginUrl(connection))
    expect(contextOf(other).prompt).toBeUndefined()
    expect(traffic.filter(({ session, told }) => session === 'browser-2' && told?.includes(state))).toEqual([])
    expect(traffic.filter(({ told }) => told?.includes(state)).length).toBeGreaterThan(1)

    // Whoever may use it may also begin anew.
    other.send({ type: 'authorization.cancel' })
    await soon(() => stateOf(other) === 'idle')
    other.send({ type: 'authorization.start' })
    await soon(() => stateOf(other) === 'awaitingUser')
    expect(loginUrl(other)).not.toContain(state)
    await Promise.all([connection, sameSession, other].map((each) => each.stop()))
  })
})
