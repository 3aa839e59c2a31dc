import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { waitFor } from 'xstate'
import { BaseConnection } from '../../src/base-connection.ts'
import { Connection } from '../../src/connection.ts'
import { createClient, tyro } from '../../src/index.ts'
import { environmentKey, fileVault } from '../../src/vault/file/index.ts'
import { collected, spans, told } from './opentelemetry.ts'
import { blocksOf, written } from './pages.ts'
import { programOf, run, surroundings } from './program.ts'

// Everything is real but the network: see `surroundings`. A poll is due each second.
const patience = { timeout: 15_000 }

function connectionIn(value: unknown): Connection {
  if (!(value instanceof Connection)) throw new Error('not a connection')
  onTestFinished(() => value.stop())
  return value
}

function functionIn(value: unknown): (...given: unknown[]) => Promise<unknown> {
  if (typeof value !== 'function') throw new Error('not a function')
  return async (...given) => value(...given)
}

const isConnected = (connection: Connection) =>
  waitFor(connection.actor, (snapshot) => snapshot.hasTag('connected'), patience)

function printed(): string[] {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => void lines.push(words.join(' ')))
  onTestFinished(() => log.mockRestore())
  return lines
}

describe('the program of the page', { timeout: 30_000 }, () => {
  it('quick start prints what the page says', async () => {
    surroundings()
    const lines = printed()
    await run(programOf('quick-start'))
    const page = written.filter(({ path }) => path === 'docs/quick-start.md').flatMap(blocksOf)
    const expected = page.find(({ language }) => language === 'text')?.code
    expect(lines.join('\n').replace(/(?<=of )\d+/, 'N')).toBe(expected)
  })

  it('device login connects, calls an API, and goes on after a restart', async () => {
    const { emulator, programIn } = surroundings()
    const titles = new Set<string>()
    vi.stubGlobal('showOnScreen', (title: string, _text: string, code: string) => {
      if (code !== '' && titles.size > 0 && !titles.has('Connected') && !titles.has(code)) emulator.approve(code)
      titles.add(title).add(code)
    })
    const clocks: unknown[] = []
    const { setInterval } = globalThis
    vi.stubGlobal('setInterval', (ring: () => void, span: number) => void clocks.push(setInterval(ring, span)))
    onTestFinished(() => {
      for (const clock of clocks) if (clock instanceof Object) clearInterval(Number(clock))
    })

    const first = await run(programIn('device-login'))
    await isConnected(connectionIn(first.till))
    expect([...titles]).toEqual(expect.arrayContaining(['Approve the connection', 'Connected']))
    expect(await functionIn(first.orders)()).toEqual({ ok: true })
    await connectionIn(first.till).stop()

    const second = await run(programIn('device-login'))
    await isConnected(connectionIn(second.till))
    expect(emulator.journal.filter(({ endpoint }) => endpoint === 'deviceAuthorization')).toHaveLength(1)
  })

  it('desktop redirect logs in by a browser, and not at the next launch', async () => {
    const { hosts, programIn } = surroundings()
    const opened: URL[] = []
    vi.stubGlobal('openBrowser', async (address: string) => {
      const url = new URL(address)
      opened.push(url)
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.search = String(new URLSearchParams({ code: 'a-code', state: url.searchParams.get('state') ?? '' }))
      await fetch(back)
    })
    hosts.set('auth.example.com', async (request) => {
      const form = new URLSearchParams(await request.text())
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const isProved = opened[0]?.searchParams.get('code_challenge') === challenge
      if (!isProved) return Response.json({ error: 'invalid_grant' }, { status: 400 })
      return Response.json({ access_token: 'a-token', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' })
    })
    const key = '{ bytes: async () => new Uint8Array(32).fill(7) }'
    const code = programIn('desktop-redirect').replace(/keyringKey\(\{.*?\}\)/, key)

    const first = connectionIn((await run(code)).shop)
    expect(await first.accessToken()).toBe('a-token')
    await first.stop()
    const second = connectionIn((await run(code)).shop)
    expect(await second.accessToken()).toBe('a-token')
    expect(opened).toHaveLength(1)
  })

  it('server to server calls an API', async () => {
    const { emulator, programIn } = surroundings()
    const before = process.listeners('SIGTERM')
    const { merchant, transactions } = await run(programIn('server-to-server'))
    onTestFinished(() => {
      for (const added of process.listeners('SIGTERM')) if (!before.includes(added)) process.off('SIGTERM', added)
    })
    expect(await functionIn(transactions)()).toEqual({ ok: true })
    expect(connectionIn(merchant).actor.getSnapshot().hasTag('connected')).toBe(true)
    expect(emulator.journal.map(({ provider, status }) => [provider, status])).toEqual([['mypos', 200]])
  })

  it('several merchants takes a callback once, in its own session, and goes on after a restart', async () => {
    const { emulator, programIn } = surroundings()
    const office = await run(programIn('several-merchants'))
    const { logIn } = await run(programIn('several-merchants', 1))
    const sent = Promise.withResolvers<string>()
    vi.stubGlobal('redirectBrowser', (url: string) => sent.resolve(emulator.login(url)))

    const store = await functionIn(office.connectionOf)('store-17')
    await functionIn(logIn)(store, 'a session')
    const url = await sent.promise
    const callback = functionIn(office.callback)
    await expect(callback(url, 'another session')).rejects.toMatchObject({ code: 'state_mismatch' })
    expect(await callback(url, 'a session')).toBe('/stores/store-17')
    expect(await callback(url, 'a session')).toBe('/not-awaited')
    await functionIn(office.stop)()

    const later = await run(programIn('several-merchants'))
    expect(await functionIn(later.stop)()).toHaveLength(1)
    const last = await run(programIn('several-merchants'))
    await isConnected(connectionIn(await functionIn(last.connectionOf)('store-17')))
  })

  it('backend connects a page, which sees no token', async () => {
    const { emulator, hosts, programIn } = surroundings()
    vi.stubGlobal('location', { href: 'https://pos.example.com/connect' })
    vi.stubGlobal('sessionOf', () => ({ id: 'a session', store: 'store-17' }))
    const server = await run(programIn('backend'))
    const oauth = functionIn(server.oauth)
    const answers: string[] = []
    hosts.set('pos.example.com', async (request) => {
      const answer = await oauth(request)
      if (!(answer instanceof Response)) throw new Error('no response')
      answers.push(await answer.clone().text())
      return answer
    })
    const login = Promise.withResolvers<string>()
    const titles: string[] = []
    vi.stubGlobal('showOnScreen', (title: string, link: string) => {
      titles.push(title)
      if (link !== '') login.resolve(link)
    })

    const page = await run(programIn('backend', 1))
    await functionIn(page.connect)()
    const back = await oauth(new Request(await emulator.login(await login.promise)))
    expect(back instanceof Response && back.headers.get('location')).toBe('/connect')
    const reloaded = await run(`${programIn('backend', 1)}\n`)
    await vi.waitFor(() => expect(titles).toContain('Connected'), patience)
    expect(await functionIn(server.orders)('store-17')).toEqual({ ok: true })
    expect(answers.length).toBeGreaterThan(1)
    expect(answers.join()).not.toMatch(/access_token|emulated-/)
    for (const { store } of [page, reloaded]) if (store instanceof BaseConnection) await store.stop()
  })

  it('moving takes over what lives, and names what does not', async () => {
    const { emulator, programIn } = surroundings()
    const lines = printed()
    const post = async (path: string, form: Record<string, string>) => {
      const answer = await emulator.fetch(`https://auth.connect.tyro.com${path}`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'the same id as before', ...form }),
      })
      return answer.json()
    }
    const { device_code, user_code } = await post('/oauth/device/code', {
      scope: 'offline_access',
      audience: 'https://pos.connect.tyro',
    })
    emulator.approve(user_code)
    const { refresh_token } = await post('/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
    })
    vi.stubGlobal('oldSessions', async () => [
      { store: 'store-1', refreshToken: refresh_token },
      { store: 'store-2', refreshToken: 'unknown' },
    ])
    await run(programIn('moving'))
    expect(lines[0]).toBe('store-1 moved')
    expect(lines[1]).toMatch(/^store-2 session_expired .*must connect again/)
    await run(programIn('moving'))
    expect(lines[2]).toMatch(/^store-1 not_supported/)
  })

  it('observability tells requests as spans, and where connections stand', async () => {
    const { emulator, programIn } = surroundings()
    const { observe } = await run(programIn('observability'))
    const till = connectionIn(createClient(tyro, { clientId: 'any' }).connect('till-3'))
    await functionIn(observe)([till], 'tyro')
    till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
    emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 503 })
    till.send({ type: 'authorization.start' })
    await isConnected(till)

    const seen = spans.map(({ name, code, attributes }) => [name, attributes.status, attributes.to, code])
    expect(seen).toEqual([
      ['oauth deviceAuthorization', 503, 'backingOff', 2],
      ['oauth deviceAuthorization', 200, 'awaitingUser', 0],
      ['oauth token', 200, 'authorized', 0],
    ])
    for (const { startTime, endTime } of spans) expect(endTime).toBeGreaterThanOrEqual(startTime)
    expect(told.filter(({ name }) => name === 'oauth.request.duration')).toHaveLength(3)
    expect(told.filter(({ name }) => name === 'oauth.transitions').at(-1)?.attributes).toMatchObject({
      to: 'authorized',
    })
    expect(collected()).toEqual([
      { name: 'oauth.connections', value: 1, attributes: { provider: 'tyro', state: 'authorized' } },
    ])
    till.send({ type: 'token.revoke' })
    await waitFor(till.actor, ({ value }) => value === 'revoked', patience)
    const endings = told.filter(({ name }) => name === 'oauth.endings')
    expect(endings.map(({ attributes }) => attributes)).toEqual([{ provider: 'tyro', because: 'revoked' }])
  })

  it('a lost till ends its session at the provider', async () => {
    const { emulator, folder, programIn } = surroundings()
    const vault = fileVault(folder, { key: environmentKey('POS_KEY') })
    const till = createClient(tyro, { clientId: 'the id that Tyro gave you' }, { vault }).connect('till-3')
    till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
    till.send({ type: 'authorization.start' })
    await isConnected(till)
    await till.stop()

    const end = functionIn((await run(programIn('lost-till'))).end)
    expect(await end('till-3')).toBe('revoked')
    const revocations = emulator.journal.filter(({ endpoint }) => endpoint === 'revocation')
    expect(revocations.map(({ status }) => status)).toEqual([200])
    expect(await end('a till that never was')).toBe('idle')
  })

  it('testing passes', async () => {
    surroundings()
    await run(programOf('testing'))
  })

  it('adding a provider connects to it, and calls its API', async () => {
    const { emulator, hosts, programIn } = surroundings()
    // A server of that shape: the emulated Tyro, behind another name.
    hosts.set('auth.example.com', async (request) => {
      const url = request.url.replace('auth.example.com', 'auth.connect.tyro.com')
      const body = new URLSearchParams(await request.text())
      body.set('audience', 'https://pos.connect.tyro')
      return emulator.fetch(url, { method: 'POST', body })
    })
    const api = hosts.get('api.tyro.com')
    if (api) hosts.set('api.example.com', api)
    const till = connectionIn((await run(programIn('adding-a-provider'))).till)
    till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
    till.send({ type: 'authorization.start' })
    await isConnected(till)
    expect(await (await till.fetch('https://api.example.com/orders')).json()).toEqual({ ok: true })
  })
})
