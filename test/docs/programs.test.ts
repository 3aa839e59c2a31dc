import { writeFileSync } from 'node:fs'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Actor, createActor, StateMachine, waitFor } from 'xstate'
import { BaseConnection } from '../../src/base-connection.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { createClient, tyro } from '../../src/index.ts'
import { environmentKey, fileVault } from '../../src/vault/file/index.ts'
import { measured, spans } from './opentelemetry.ts'
import { outputIn } from './pages.ts'
import { connectionIn, functionIn, isConnected, patience, printed, programOf, run, surroundings } from './program.ts'

/** What the merchant does with the first code that is given out. */
async function approveFirst(emulator: Emulator): Promise<void> {
  const { body = '' } = await vi.waitUntil(() => emulator.journal.find(({ status }) => status === 200), patience)
  emulator.approve(JSON.parse(body).user_code)
}

describe('the program of the page', { timeout: 30_000 }, () => {
  it('quick start prints what the page says', async () => {
    surroundings()
    const lines = printed()
    await run(programOf('quick-start'))
    expect(lines.join('\n').replace(/(?<=of )\d+/, 'N')).toBe(outputIn('docs/quick-start.md'))
  })

  it('device login connects, calls an API, and goes on after a restart', async () => {
    const { emulator, programIn } = surroundings()
    const titles = new Set<string>()
    const labels = new Set<string>()
    const codes = new Set<string>()
    vi.stubGlobal('showOnScreen', (which: string, title: string, ...lines: string[]) => {
      expect(which).toBe('store-17/till-3 at Tyro Connect')
      titles.add(title)
      const code = lines.find((line) => /^\w{4}-\w{4}$/.test(line))
      if (code === undefined || codes.has(code)) return
      expect(lines.join()).toContain('https://auth.connect.tyro.com/activate')
      codes.add(code)
      emulator.approve(code)
    })
    vi.stubGlobal('showQrCode', () => {})
    vi.stubGlobal('showButtons', (buttons: readonly { readonly label: string }[]) => {
      for (const { label } of buttons) labels.add(label)
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
    expect([...labels].sort()).toEqual(['Cancel', 'Disconnect'])
    await connectionIn(first.till).stop()

    const second = await run(programIn('device-login'))
    await isConnected(connectionIn(second.till))
    expect(emulator.journal.filter(({ endpoint }) => endpoint === 'deviceAuthorization')).toHaveLength(1)
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

  it('backend serves a till without a page, also after it had to log in again', async () => {
    const { emulator, hosts, programIn } = surroundings()
    let isKnown = true
    vi.stubGlobal('sessionOf', (request: Request) =>
      isKnown && request.headers.has('authorization') ? { id: 'till-3', store: 'store-17' } : undefined,
    )
    const oauth = functionIn((await run(programIn('backend'))).oauth)
    hosts.set('pos.example.com', async (request) => {
      const answer = await oauth(request)
      if (!(answer instanceof Response)) throw new Error('no response')
      return answer
    })
    const { till } = await run(programIn('backend', 2))
    if (!(till instanceof BaseConnection)) throw new Error('not a connection')
    onTestFinished(() => till.stop())
    await waitFor(till.actor, ({ value }) => value === 'idle', patience)
    till.send({ type: 'authorization.start' })
    const { context } = await waitFor(till.actor, ({ context }) => context.prompt !== undefined, patience)
    const url = await emulator.login(context.prompt?.kind === 'redirect' ? context.prompt.url.open() : '')
    await oauth(new Request(url, { headers: { authorization: 'Bearer of the till' } }))
    till.send({ type: 'record.changed' })
    await waitFor(till.actor, (snapshot) => snapshot.hasTag('connected'), patience)

    isKnown = false
    till.send({ type: 'token.refresh' })
    await waitFor(till.actor, ({ context }) => context.failure?.code === 'app_login_required', patience)
    isKnown = true
    till.send({ type: 'token.refresh' })
    await waitFor(till.actor, ({ value }) => value === 'authorized', patience)
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

  it('observability tells requests as spans, and which shop is cut off, and why', async () => {
    const { emulator, programIn } = surroundings()
    const lines: string[] = []
    const warn = vi.spyOn(console, 'warn').mockImplementation((...words) => void lines.push(words.join(' ')))
    onTestFinished(() => warn.mockRestore())
    const { observe } = await run(programIn('observability'))
    const till = connectionIn(createClient(tyro, { clientId: 'any' }).connect('till-3'))
    await functionIn(observe)([till], 'tyro')
    till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
    emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 503 })
    till.send({ type: 'authorization.start' })
    await isConnected(till)
    emulator.revokeAll('tyro')
    till.send({ type: 'token.refresh' })
    await waitFor(till.actor, ({ context }) => context.failure !== undefined, patience)

    const seen = spans().map(({ name, kind, attributes, status }) => [
      ...[name, kind, attributes.status, attributes.to],
      ...[status.code, attributes.failure, attributes.connection],
    ])
    const { CLIENT } = SpanKind
    const { UNSET, ERROR } = SpanStatusCode
    expect(seen).toEqual([
      ['oauth deviceAuthorization', CLIENT, 503, 'backingOff', ERROR, 'server_unavailable', 'till-3'],
      ['oauth deviceAuthorization', CLIENT, 200, 'awaitingUser', UNSET, undefined, 'till-3'],
      ['oauth token', CLIENT, 200, 'authorized', UNSET, undefined, 'till-3'],
      ['oauth token', CLIENT, 403, 'authorized', ERROR, 'session_expired', 'till-3'],
    ])
    for (const { duration } of spans()) expect(duration[0]).toBeGreaterThanOrEqual(0)
    const attributesOf = async (name: string) => (await measured(name)).map(({ attributes }) => attributes)
    expect(await attributesOf('oauth.request.duration')).toHaveLength(4)
    expect(await attributesOf('oauth.transitions')).toContainEqual(expect.objectContaining({ to: 'authorized' }))
    expect((await attributesOf('oauth.failures')).map(({ failure }) => failure)).toEqual([
      ...['server_unavailable', 'session_expired'],
    ])
    expect(lines.at(-1)).toMatch(/^oauth failure till-3 session_expired .*must connect again/)
    expect(await measured('oauth.connections')).toEqual([
      { attributes: { provider: 'tyro', state: 'authorized', failure: 'session_expired' }, value: 1 },
    ])
    till.send({ type: 'token.revoke' })
    await waitFor(till.actor, ({ value }) => value === 'revoked', patience)
    expect(await measured('oauth.endings')).toEqual([
      { attributes: { provider: 'tyro', because: 'revoked' }, value: 1 },
    ])
    expect(lines.at(-1)).toMatch(/^oauth ended till-3 revoked/)
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

  it('a lost till ends a login that waits, and tells the provider later where it is not reached', async () => {
    const { emulator, folder, programIn } = surroundings()
    const client = createClient(
      tyro,
      { clientId: 'the id that Tyro gave you' },
      { vault: fileVault(folder, { key: environmentKey('POS_KEY') }) },
    )
    const waiting = client.connect('till-4')
    waiting.send({ type: 'authorization.start' })
    await waitFor(waiting.actor, ({ value }) => value === 'awaitingUser', patience)
    await waiting.stop()
    const end = functionIn((await run(programIn('lost-till'))).end)
    expect(await end('till-4')).toBe('idle')
    expect(await client.list()).toEqual([])

    const till = client.connect('till-3')
    till.on('prompt.changed', ({ prompt }) => prompt?.kind === 'device' && emulator.approve(prompt.userCode))
    till.send({ type: 'authorization.start' })
    await isConnected(till)
    await till.stop()
    emulator.fault({ provider: 'tyro', endpoint: 'revocation' }, { kind: 'status', status: 503 })
    expect(await end('till-3')).toMatch(/in trouble/)
    const later = connectionIn(client.connect('till-3'))
    await waitFor(later.actor, ({ value }) => value === 'revoked', patience)
  })

  it('testing passes', async () => {
    surroundings()
    await run(programOf('testing'))
  })

  it('a machine of your own opens once its provider is connected, and closes with it', async () => {
    const { emulator, programIn } = surroundings()
    const running = run(programIn('own-machine'))
    await approveFirst(emulator)
    const { shop, till } = await running
    if (!(shop instanceof Actor)) throw new Error('not an actor')
    connectionIn(till).send({ type: 'token.revoke' })
    await waitFor(shop, ({ value }) => value === 'closed', patience)
  })

  it('a machine of your own runs the chart itself', async () => {
    const { emulator, programIn } = surroundings()
    const { counter } = await run(programIn('own-machine', 1))
    if (!(counter instanceof StateMachine)) throw new Error('not a machine')
    const counted = createActor(counter).start()
    onTestFinished(() => void counted.stop())
    const { login } = counted.getSnapshot().children
    login?.send({ type: 'authorization.start' })
    await approveFirst(emulator)
    await waitFor(counted, ({ value }) => value === 'open', patience)
  })

  it('adding a provider tests it by a server of ten lines', async () => {
    const { folder, programIn } = surroundings()
    const file = `${folder}/ours.json`
    writeFileSync(file, JSON.stringify({ ...tyro, id: 'our-server' }))
    await run(programIn('adding-a-provider', 1).replace('ours.json', file))
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
