import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, memoryVault, seal, sumupPosPro, tyro, type Vault, VaultError } from '../src/index.ts'
import { blank, redirect } from './support/records.ts'
import {
  fakeTime,
  inMemory,
  loginUrl,
  office,
  officeSecret,
  redirectUri,
  type Stage,
  service,
  until,
} from './support/stories.ts'

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

const binding = 'session of this browser'

/** Offices at SumUp POS Pro whose merchants are asked to log in, and the URLs that their browsers came back to. */
async function awaiting(stage: Stage, ...names: string[]) {
  const { client, connection: unused } = office(stage)
  await unused.stop()
  const connections = names.map((name) => client.connect(name))
  stage.connections.push(...connections)
  const callbacks: string[] = []
  for (const connection of connections) {
    connection.send({ type: 'authorization.start', binding })
    await until(connection, 'awaitingUser')
    callbacks.push(await stage.emulator.login(loginUrl(connection)))
  }
  return { client, connections, callbacks }
}

const stateIn = (url = '') => new URL(url).searchParams.get('state') ?? ''

describe('find', () => {
  it('tells whose login a redirect answers, so that one callback route serves all', async () => {
    await using stage = await inMemory()
    const { client, connections, callbacks } = await awaiting(stage, 'store-1', 'store-2', 'store-3')
    expect(await Promise.all(callbacks.map((url) => client.find(url)))).toEqual(['store-1', 'store-2', 'store-3'])
    const [, second] = connections
    const [, url = ''] = callbacks
    second?.send({ type: 'authorization.responded', url, binding })
    if (second) await until(second, 'authorized')
    // It waits no more.
    expect(await client.find(url)).toBeUndefined()
    expect(await client.find(callbacks[0] ?? '')).toBe('store-1')
  })

  it('takes the URL as the browser asked for it: absolute, a URL, a path with its query, a refusal, sealed', async () => {
    await using stage = await inMemory()
    const { client, callbacks } = await awaiting(stage, 'store-1')
    const url = new URL(callbacks[0] ?? '')
    const refusal = `${redirectUri}?error=access_denied&state=${stateIn(url.href)}`
    const asked = [url.href, url, `${url.pathname}${url.search}`, url.search, refusal, seal(url)]
    expect(await Promise.all(asked.map((form) => client.find(form)))).toEqual(asked.map(() => 'store-1'))
  })

  it.each<[string, (state: string) => string]>([
    ['another state', (state) => `${redirectUri}?code=c&state=${state}x`],
    ['a part of the state', (state) => `${redirectUri}?code=c&state=${state.slice(0, -1)}`],
    ['no state', () => `${redirectUri}?code=c`],
    ['an empty state', () => `${redirectUri}?code=c&state=`],
    ['the state in another member', (state) => `${redirectUri}?code=${state}`],
    ['another path', (state) => `https://pos.example/elsewhere?code=c&state=${state}`],
    ['another host', (state) => `https://evil.example/callback?code=c&state=${state}`],
    ['another scheme', (state) => `http://pos.example/callback?code=c&state=${state}`],
    ['the state in the fragment', (state) => `${redirectUri}#state=${state}`],
    ['no URL at all', () => 'http://'],
    ['nothing', () => ''],
  ])('knows nobody for %s', async (_, build) => {
    await using stage = await inMemory()
    const { client, callbacks } = await awaiting(stage, 'store-1')
    const state = stateIn(callbacks[0])
    expect(state.length).toBeGreaterThan(20)
    expect(await client.find(build(state))).toBeUndefined()
  })

  it('is not asked of the vault where there is no state', async () => {
    await using stage = await inMemory()
    const find = vi.spyOn(stage.vault, 'find')
    const { client } = await awaiting(stage, 'store-1')
    await client.find(redirectUri)
    expect(find).not.toHaveBeenCalled()
    await client.find(`${redirectUri}?state=x`)
    expect(find).toHaveBeenCalledOnce()
  })

  it('works in a process that has no connection open, and opens none', async () => {
    await using stage = await inMemory()
    const { callbacks } = await awaiting(stage, 'store-1')
    const registration = { clientId: 'office-app', clientSecret: officeSecret, redirectUri }
    const elsewhere = createClient(sumupPosPro, registration, stage.options)
    expect(await elsewhere.find(callbacks[0] ?? '')).toBe('store-1')
  })

  it("is blind to another client's login, although the vault knows it", async () => {
    await using stage = await inMemory()
    const { callbacks } = await awaiting(stage, 'store-1')
    const registration = { clientId: 'another-app', clientSecret: officeSecret, redirectUri }
    const other = createClient(sumupPosPro, registration, stage.options)
    expect(await stage.vault.find(stateIn(callbacks[0]))).toBe('store-1')
    expect(await other.find(callbacks[0] ?? '')).toBeUndefined()
  })

  it('does not believe a vault that finds by something else', async () => {
    await using stage = await inMemory()
    const { callbacks } = await awaiting(stage, 'store-1')
    const vault: Vault = { ...stage.vault, find: async () => 'store-1' }
    const registration = { clientId: 'office-app', clientSecret: officeSecret, redirectUri }
    const client = createClient(sumupPosPro, registration, { ...stage.options, vault })
    expect(await client.find(callbacks[0] ?? '')).toBe('store-1')
    expect(await client.find(`${redirectUri}?state=something-else`)).toBeUndefined()
    const gone: Vault = { ...stage.vault, find: async () => 'never-written' }
    const forgetful = createClient(sumupPosPro, registration, { ...stage.options, vault: gone })
    expect(await forgetful.find(callbacks[0] ?? '')).toBeUndefined()
  })

  it('knows nobody where the grant has no redirect', async () => {
    const vault = memoryVault()
    await vault.write('till', { ...blank, pending: redirect }, undefined)
    const client = createClient(tyro, { clientId: 'till-app' }, { vault })
    expect(await client.find(`${redirectUri}?state=${redirect.state}`)).toBeUndefined()
  })
})

describe('list', () => {
  it("names the client's own connections, in whatever state, and no others", async () => {
    await using stage = await inMemory()
    const { client, connections } = await awaiting(stage, 'store-1', 'store-2', 'store-3')
    const { client: otherProvider, connection: payouts } = service(stage)
    await payouts.accessToken()
    await connections[1]?.forget()
    expect((await stage.vault.list()).toSorted()).toEqual(['payouts', 'store-1', 'store-3'])
    expect((await client.list()).toSorted()).toEqual(['store-1', 'store-3'])
    expect(await otherProvider.list()).toEqual(['payouts'])
    const registration = { clientId: 'another-app', clientSecret: officeSecret, redirectUri }
    expect(await createClient(sumupPosPro, registration, stage.options).list()).toEqual([])
  })

  it('is empty at first, and knows nothing of a connection that has stored nothing', async () => {
    await using stage = await inMemory()
    const { client, connection } = office(stage)
    await until(connection, 'idle')
    expect(await client.list()).toEqual([])
  })

  it('names records that this version cannot read, since they may be forgotten', async () => {
    const vault = memoryVault()
    const client = createClient(tyro, { clientId: 'till-app' }, { vault })
    const ours = { provider: 'tyro', client: 'device_code till-app https://auth.connect.tyro.com/oauth/token' }
    const odd: unknown[] = [
      { ...ours, version: 99 },
      ours,
      { provider: 'tyro' },
      { client: ours.client },
      null,
      'text',
      [],
    ]
    for (const [index, record] of odd.entries()) await vault.write(`odd-${index}`, record as typeof blank, undefined)
    expect((await client.list()).toSorted()).toEqual(['odd-0', 'odd-1'])
  })
})

describe('a vault in trouble', () => {
  const troubled = (step: 'find' | 'list' | 'read', error: Error) => ({
    ...memoryVault(),
    list: async () => ['store-1'],
    find: async () => 'store-1',
    [step]: () => Promise.reject(error),
  })
  const ask = {
    find: (vault: Vault) =>
      createClient(sumupPosPro, { clientId: 'a', clientSecret: 's', redirectUri }, { vault }).find(
        `${redirectUri}?state=s`,
      ),
    list: (vault: Vault) => createClient(tyro, { clientId: 'a' }, { vault }).list(),
  }

  it.each([
    ['find', 'find'],
    ['find', 'read'],
    ['list', 'list'],
    ['list', 'read'],
  ] as const)('makes %s reject, without what it said, at its %s', async (question, step) => {
    const refused = ask[question](troubled(step, new Error('MARKER')))
    await expect(refused).rejects.toMatchObject({ name: 'OAuthError', code: 'vault_unavailable', retryable: true })
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('MARKER') })
  })

  it.each(['find', 'list'] as const)('makes %s name a problem that is known', async (question) => {
    const refused = ask[question](troubled(question, new VaultError('no_key')))
    await expect(refused).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('its key cannot be had'),
    })
  })
})
