import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { InspectionEvent } from 'xstate'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { type Connection, createClient, createEnvironment, OAuthError, sumupPosPro, tyro } from '../../src/index.ts'
import { connectViewer } from '../../src/inspect/connect-viewer.ts'
import type { Screen } from '../../src/inspect/messages.ts'
import { dialAsPage } from '../support/viewer/talker.ts'
import { atEnd, testViewer } from '../support/viewer/viewers.ts'
import { arrival } from '../support/watch.ts'

const key = 'marker-viewer-key'
const clientSecret = 'marker-client-secret-0123456789'
const binding = 'marker-session-binding'
const foreign = 'marker-adopted-refresh-token'

/** Somebody who welcomes a host and keeps every message, letter by letter. */
async function listener() {
  const frames: string[] = []
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.on('listening', resolve))
  server.on('connection', (socket) => {
    socket.on('message', (data) => frames.push(String(data)))
    socket.once('message', () => socket.send('{"type":"welcome"}'))
  })
  atEnd(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  return { frames, link: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/#${key}` }
}

interface Stage {
  readonly emulator: Emulator
  readonly options: Parameters<typeof createClient>[2]
  /** Begins a login, and resolves once its prompt is on the page. */
  readonly begin: (connection: Connection) => Promise<void>
}

interface Told {
  /** What hosts, and pages, were sent: all but the greeting, which holds the key. */
  readonly frames: readonly string[]
  readonly secrets: readonly string[]
}

/** Plays a story before a raw listener and, at the same time, before a viewer with a page. */
async function play(story: (stage: Stage) => Promise<readonly string[]>): Promise<Told> {
  const emulator = createEmulator({ tyro: { interval: 1 } })
  atEnd(emulator.close)
  const raw = await listener()
  const viewer = await testViewer()
  const page = await dialAsPage(viewer.link)
  const links = [raw.link, viewer.hostLink].map((link) => connectViewer(link, { accepts: true }))
  atEnd(async () => {
    for (const link of links) link.close()
  })
  const inspect = (event: InspectionEvent) => {
    for (const link of links) link.inspect(event)
  }
  const environment = createEnvironment({ fetch: emulator.fetch, random: () => 0 })
  const begin = async (connection: Connection) => {
    await reaches(connection, 'awaitingUser', () => connection.send({ type: 'authorization.start', binding }))
    const { prompt } = connection.actor.getSnapshot().context
    const shown = prompt?.kind === 'redirect' ? prompt.url.open() : prompt?.userCode
    await page.until(({ screen }) => {
      const seen = (screen as Screen | undefined)?.prompt
      return seen !== undefined && shown === (seen.kind === 'redirect' ? seen.url : seen.userCode)
    })
  }
  const callbacks = await story({ emulator, options: { environment, inspect }, begin })
  for (const link of links) link.close()
  await page.until(({ type }) => type === 'left')
  const [greeting = '', ...frames] = raw.frames
  expect(greeting).toContain(key)
  expect(frames.length).toBeGreaterThan(20)
  const told = page.heard.map((message) => JSON.stringify(message))
  const secrets = [...secretsIn(emulator), ...callbacks, clientSecret, binding, foreign, key]
  return { frames: [...frames, ...told], secrets: [...new Set(secrets)] }
}

const parameters = [
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'refresh_token',
  'token',
  'access_token',
  'state',
]

/** All that went over the wire and is nobody's business. */
function secretsIn({ journal }: Emulator): string[] {
  return journal.flatMap(({ form, query, headers, body = '' }) => {
    const answer: Record<string, unknown> = body.startsWith('{') ? JSON.parse(body) : {}
    const said = parameters.flatMap((name) => [form.get(name), query.get(name), answer[name]])
    return [...said, headers.get('authorization')].filter((word) => typeof word === 'string' && word !== '').map(String)
  })
}

/** The messages without what is for the screen, and that by itself. */
function parted(frames: readonly string[]) {
  const prompts: string[] = []
  const rest = frames.map((frame) => {
    const { screen, ...message }: { screen?: Screen } = JSON.parse(frame)
    if (!screen) return frame
    const { prompt, ...shown } = screen
    if (prompt) prompts.push(JSON.stringify(prompt))
    return JSON.stringify({ ...message, screen: shown })
  })
  return { prompts: [...new Set(prompts)], rest }
}

const found = (texts: readonly string[], markers: readonly string[]) =>
  markers.flatMap((marker) => texts.filter((text) => text.includes(marker)).map((text) => `${marker} in ${text}`))

async function reaches(connection: Connection, state: string, act: () => void): Promise<void> {
  const there = arrival(connection, state)
  act()
  await there
}

/** What any connected session goes through until it ends, and a login that is given up. */
async function liveOn(connection: Connection, { emulator, begin }: Stage, provider: string): Promise<void> {
  await reaches(connection, 'authorized', () => connection.send({ type: 'token.refresh' }))
  const { generation = 0 } = connection.actor.getSnapshot().context.token ?? {}
  emulator.fault({ provider, endpoint: 'token' }, { kind: 'status', status: 503 })
  await reaches(connection, 'backingOff', () => connection.send({ type: 'token.rejected', generation }))
  await reaches(connection, 'authorized', () => {})
  await reaches(connection, 'revoked', () => connection.send({ type: 'token.revoke' }))
  await begin(connection)
  await reaches(connection, 'idle', () => connection.send({ type: 'authorization.cancel' }))
  await expect(connection.adopt({ refreshToken: foreign })).rejects.toThrow(OAuthError)
  await connection.stop()
}

describe('what a link tells holds no secret', { timeout: 60_000 }, () => {
  it('in the life of a till at Tyro Connect', async () => {
    let userCode = ''
    const { frames, secrets } = await play(async (stage) => {
      const { emulator, options, begin } = stage
      const till = createClient(tyro, { clientId: 'till-app' }, options).connect('till-3')
      await begin(till)
      const { prompt } = till.actor.getSnapshot().context
      userCode = prompt?.kind === 'device' ? prompt.userCode : ''
      await reaches(till, 'authorized', () => emulator.approve(userCode))
      await liveOn(till, stage, 'tyro')
      return []
    })
    const { prompts, rest } = parted(frames)
    // Two logins: prompts of both were shown, the first one's code among them.
    expect(prompts).toHaveLength(2)
    expect(prompts[0]).toContain(userCode)
    expect(secrets.length).toBeGreaterThanOrEqual(4 + 2 + 2 * 2)
    expect(found([...prompts, ...rest], secrets)).toEqual([])
    expect(found(rest, [userCode])).toEqual([])
  })

  it('in the life of a back office at SumUp POS Pro, but for `state` in the prompt', async () => {
    const states: string[] = []
    const { frames, secrets } = await play(async (stage) => {
      const { emulator, options, begin } = stage
      const registration = { clientId: 'office-app', clientSecret, redirectUri: 'https://pos.example/callback' }
      const store = createClient(sumupPosPro, registration, options).connect('store-17')
      const asked: string[] = []
      store.on('prompt.changed', ({ prompt }) => {
        if (prompt?.kind === 'redirect') asked.push(prompt.url.open())
      })
      await begin(store)
      const url = await emulator.login(asked[0] ?? '')
      const strange = url.replace(/state=[^&]*/, 'state=marker-strange-state')
      await reaches(store, 'awaitingUser', () => store.send({ type: 'authorization.responded', url: strange, binding }))
      await reaches(store, 'authorized', () => store.send({ type: 'authorization.responded', url, binding }))
      await liveOn(store, stage, 'sumup-pos-pro')
      states.push(...asked.map((each) => new URL(each).searchParams.get('state') ?? ''))
      return [url, 'marker-strange-state', ...asked]
    })
    const { prompts, rest } = parted(frames)
    expect(prompts).toHaveLength(2)
    for (const state of states) expect(found(prompts, [state])).not.toEqual([])
    // `state`, and the URL that holds it, are shown; the callback, with the code, is not.
    const isShown = (secret: string) => states.some((state) => secret.includes(state)) && !secret.includes('code=')
    expect(
      found(
        prompts,
        secrets.filter((secret) => !isShown(secret)),
      ),
    ).toEqual([])
    expect(found(rest, [...secrets, ...states])).toEqual([])
  })
})
