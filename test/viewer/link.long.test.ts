import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createActor, createMachine } from 'xstate'
import { authorizationCode, type Connection } from '../../src/index.ts'
import { connectViewer } from '../../src/inspect/connect-viewer.ts'
import { wishes } from '../../src/inspect/messages.ts'
import type { Observation } from '../../src/inspect/observation.ts'
import { presentOf, type Story, storiesOf } from '../../src/inspect/story.ts'
import type { ViewerDeed, ViewerLinkOptions } from '../../src/inspect/viewer-link-options.ts'
import { uncaughtBy } from '../inspect/support/uncaught.ts'
import { freePort } from '../support/free-port.ts'
import { shop } from '../support/viewer/hosts.ts'
import { dialAsPage, type Heard, originOf, secretOf, type Talker } from '../support/viewer/talker.ts'
import { atEnd, testViewer } from '../support/viewer/viewers.ts'
import { arrival } from '../support/watch.ts'

const key = 'a-key-that-is-the-same-each-time'

const enters = (state: string) => (message: Heard) => {
  const observation = message.observation as Observation | undefined
  return observation?.type === 'transition' && observation.to === state
}
const shows =
  (kind: string) =>
  ({ screen }: Heard) =>
    (screen as { prompt?: { kind: string } } | undefined)?.prompt?.kind === kind

const observationsOf = ({ heard }: Talker, host = '1') =>
  heard.flatMap((message) =>
    message.type === 'observed' && message.host === host ? [message.observation as Observation] : [],
  )

/** What the viewer knows of a connection of a host. */
function storyOf(page: Talker, name: string, host = '1'): Story | undefined {
  return [...storiesOf(observationsOf(page, host)).values()].find((story) => story.name === name)
}

const stateOf = (story: Story | undefined) => story && presentOf(story)?.state
const lastScreenOf = (page: Talker) => page.heard.filter(({ type }) => type === 'screen').at(-1)?.screen

/** Waits for real time; condition by condition, for some seconds at most. */
async function eventually(condition: () => boolean, patience = 10_000): Promise<void> {
  const end = performance.now() + patience
  while (!condition()) {
    if (performance.now() > end) throw new Error('it has not come about')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A server that does this with each socket that has greeted, and keeps them, and what they say. */
async function scriptedViewer(act: (socket: WebSocket) => void) {
  const sockets: WebSocket[] = []
  const heard: string[] = []
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.on('listening', resolve))
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('message', (data) => heard.push(String(data)))
    socket.once('message', () => act(socket))
  })
  atEnd(() => new Promise((resolve) => server.close(() => resolve())))
  atEnd(async () => {
    for (const socket of sockets) socket.terminate()
  })
  const address = server.address()
  return { link: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/#${key}`, sockets, heard }
}

async function startLogin(till: Connection): Promise<void> {
  const waiting = arrival(till, 'awaitingUser')
  till.send({ type: 'authorization.start' })
  await waiting
}

describe('connectViewer', () => {
  it.each([
    'https://127.0.0.1:4455/#key',
    'ws://127.0.0.1:4455/#key',
    'http://viewer.example:4455/#key',
    'http://localhost.example/#key',
    'http://127.0.0.2:4455/#key',
    'http://0.0.0.0:4455/#key',
    'http://[::2]:4455/#key',
    'http://127.0.0.1:4455/',
    'http://127.0.0.1:4455/#',
    'http://127.0.0.1:4455/?key',
    'http://user:password@a.example/#key',
    `http://127.0.0.1/#${'k'.repeat(501)}`,
    '127.0.0.1:4455',
    '',
  ])('refuses the link %s', (link) => {
    expect(() => connectViewer(link)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
    expect(() => connectViewer(link)).toThrow('connectViewer, link (')
  })

  it.each([
    'http://127.0.0.1:4455/#key',
    'http://localhost:4455/#key',
    'http://[::1]:4455/#key',
    'http://127.0.0.1/#key',
  ])('takes the link %s', (link) => connectViewer(link).close())

  const deed = { id: '1', label: 'l', description: 'd', group: 'g', run: () => {} }
  it.each<[string, unknown]>([
    ['options', 7],
    ['colour', { colour: 'blue' }],
    ['name', { name: '' }],
    ['name', { name: 'n'.repeat(501) }],
    ['accepts', { accepts: false }],
    ['accepts', { accepts: 'token.refresh' }],
    ['accepts', { accepts: ['authorization.responded'] }],
    ['deeds', { deeds: [{ ...deed, run: undefined }] }],
    ['deeds', { deeds: [{ ...deed, label: '' }] }],
    ['deeds', { deeds: [{ ...deed, connection: 7 }] }],
    ['deeds', { deeds: [deed, deed] }],
    ['deeds', { deeds: Array.from({ length: 101 }, (_, id) => ({ ...deed, id: String(id) })) }],
    [
      'deeds',
      {
        deeds: Array.from({ length: 90 }, (_, id) => ({
          ...deed,
          description: 'd'.repeat(500),
          group: 'g'.repeat(500),
          id: String(id),
        })),
      },
    ],
    ['now', { now: 7 }],
    ['onProblem', { onProblem: 'warn' }],
  ])('refuses a wrong %s by name', (name, options) => {
    // As a caller without types would.
    const connect = () => connectViewer('http://127.0.0.1:4455/#key', options as ViewerLinkOptions)
    expect(connect).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
    expect(connect).toThrow(`connectViewer, option ${name} (`)
  })

  it('calls nobody before something is seen', async () => {
    let calls = 0
    const server = createServer((socket) => {
      calls++
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => new Promise((resolve) => server.close(() => resolve())))
    const address = server.address()
    const { connect } = shop(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/#key`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(calls).toBe(0)
    connect()
    await eventually(() => calls === 1)
  })
})

describe('a link', () => {
  it('tells the viewer what happens, and what is on the screen', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { emulator, connect } = shop(viewer.hostLink, { accepts: true })
    const till = connect()
    await arrival(till, 'idle')
    await page.until(enters('idle'))
    expect(await page.until(({ type }) => type === 'screen')).toMatchObject({ screen: { accepts: expect.any(Array) } })
    await startLogin(till)
    const { prompt } = till.actor.getSnapshot().context
    if (prompt?.kind !== 'device') throw new Error('no prompt')
    const shown = await page.until(shows('device'))
    expect(shown).toEqual({
      type: 'screen',
      host: '1',
      actor: '1',
      screen: { prompt: { ...prompt }, pollInterval: 1, accepts: ['authorization.cancel', 'token.forget'] },
    })
    emulator.approve(prompt.userCode)
    await page.until(enters('authorized'))
    await eventually(
      () => JSON.stringify(lastScreenOf(page)) === '{"accepts":["token.refresh","token.revoke","token.forget"]}',
    )
    expect(page.heard).toContainEqual({ type: 'host', host: '1', name: 'shop', deeds: [], ahead: expect.any(Number) })
    expect(storyOf(page, 'till-3')).toMatchObject({
      machine: 'deviceCode',
      requests: [{ endpoint: 'deviceAuthorization' }, { endpoint: 'token' }],
    })
    await till.stop()
    await page.until(({ observation }) => (observation as Observation | undefined)?.type === 'stopped')
  })

  it('says a failure in its own words, on the screen only', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { emulator, connect } = shop(viewer.hostLink)
    emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 503 })
    const till = connect()
    await arrival(till, 'idle')
    till.send({ type: 'authorization.start' })
    await arrival(till, 'backingOff')
    const message = till.actor.getSnapshot().context.failure?.message
    expect(message).toContain('Tyro')
    await page.until(({ screen }) => (screen as { message?: string } | undefined)?.message === message)
    expect(storyOf(page, 'till-3')?.failure).toBe('server_unavailable')
    expect(JSON.stringify(observationsOf(page))).not.toContain(message)
  })

  it('tells a screen once as long as it stays the same', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { connect } = shop(viewer.hostLink)
    const till = connect()
    await arrival(till, 'idle')
    await startLogin(till)
    // It polls and comes back, with the same prompt.
    await arrival(till, 'polling')
    await arrival(till, 'awaitingUser')
    await page.until(enters('polling'))
    await page.until(enters('awaitingUser'))
    const screens = page.heard.filter(({ type }) => type === 'screen').map(({ screen }) => JSON.stringify(screen))
    expect(screens.filter((screen, index) => screen === screens[index - 1])).toEqual([])
    expect(screens.filter((screen) => screen.includes('userCode'))).toHaveLength(1)
  })

  it("shows a machine of the host's own, without a screen", async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { link } = shop(viewer.hostLink, { accepts: true })
    const machine = createMachine({
      id: 'door',
      initial: 'shut',
      context: { prompt: { kind: 'device', userCode: 'marker' }, failure: { message: 'marker' } },
      states: { shut: { on: { open: 'open' } }, open: {} },
    })
    const door = createActor(machine, { inspect: link.inspect }).start()
    door.send({ type: 'open' })
    await page.until(enters('open'))
    page.say({ type: 'send', host: '1', actor: '1', event: 'token.refresh' })
    await page.until(({ type }) => type === 'refused')
    expect(page.heard.filter(({ type }) => type === 'screen')).toEqual([])
    expect(JSON.stringify(page.heard)).not.toContain('marker')
    door.stop()
  })

  it('cuts what is longer than the viewer takes, and stays', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { connect, link } = shop(viewer.hostLink)
    const till = connect('n'.repeat(600))
    await arrival(till, 'idle')
    await page.until(enters('idle'))
    const states = Array.from({ length: 150 }, (_, index) => [`s${index}`, { always: `s${index + 1}` }])
    const long = createMachine({
      id: 'i'.repeat(600),
      initial: 'off',
      states: { off: { on: { go: 's0' } }, ...Object.fromEntries(states), s150: {} },
    })
    const actor = createActor(long, { inspect: link.inspect }).start()
    actor.send({ type: 'go' })
    await page.until(enters('s150'))
    actor.stop()
    expect(page.heard.filter(({ type }) => type === 'left')).toEqual([])
  })

  it('leaves out what is larger than the viewer takes, and stays', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { link } = shop(viewer.hostLink)
    const word = (at: number) => `${'漢'.repeat(240)}${at}`
    const tags = Array.from({ length: 100 }, (_, at) => `${word(at)}${word(at)}`)
    const states = Array.from({ length: 100 }, (_, at) => [word(at), { tags, always: word(at + 1) }])
    const vast = createMachine({
      id: 'vast',
      initial: 'off',
      states: {
        off: { on: { go: word(0) } },
        ...Object.fromEntries(states),
        [word(100)]: { tags, on: { on: 'end' } },
        end: {},
      },
    })
    const actor = createActor(vast, { inspect: link.inspect }).start()
    actor.send({ type: 'go' })
    actor.send({ type: 'on' })
    await page.until(enters('end'))
    expect(observationsOf(page).map(({ type }) => type)).toEqual(['actor', 'transition'])
    actor.stop()
  })

  it('says good-bye when it is closed; what was told before has arrived, and nothing follows', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const now = vi.fn(Date.now)
    const { connect, link } = shop(viewer.hostLink, { now })
    const till = connect()
    await arrival(till, 'idle')
    await page.until(enters('idle'))
    till.send({ type: 'authorization.start' })
    link.close()
    now.mockClear()
    await page.until(({ type }) => type === 'left')
    expect(stateOf(storyOf(page, 'till-3'))).toBe('requestingCode')
    await arrival(till, 'awaitingUser')
    link.close()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(page.heard.at(-1)).toEqual({ type: 'left', host: '1' })
    expect(now).not.toHaveBeenCalled()
  })
})

describe('a link that is closed', () => {
  it('while it calls tells what happened, and only that', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { connect, link } = shop(viewer.hostLink, { accepts: true })
    const till = connect()
    await link.close()
    till.send({ type: 'authorization.start' })
    await page.until(({ type }) => type === 'left')
    expect(page.heard.map(({ type }) => type)).toEqual(['welcome', 'host', 'observed', 'left'])
  })

  it('before anything was seen, or where nobody is there, is closed at once, however often', async () => {
    const viewer = await testViewer()
    const quiet = connectViewer(viewer.hostLink)
    const { connect, link } = shop(`http://127.0.0.1:${await freePort()}/#${key}`)
    connect()
    const begun = performance.now()
    await Promise.all([quiet.close(), quiet.close(), link.close(), link.close()])
    await link.close()
    // Where somebody is waited for, that is a second.
    expect(performance.now() - begun).toBeLessThan(900)
  })

  it('while somebody takes the call and says nothing is closed after a second', async () => {
    const { link: hostLink, sockets } = await scriptedViewer(() => {})
    const { connect, link } = shop(hostLink)
    connect()
    await eventually(() => sockets.length === 1)
    const begun = performance.now()
    await link.close()
    expect(performance.now() - begun).toBeGreaterThan(900)
    // Sockets themselves would wait for half a minute.
    expect(performance.now() - begun).toBeLessThan(10_000)
    await eventually(() => sockets[0]?.readyState === 3)
  })

  it('while the viewer refuses it says so', async () => {
    const viewer = await testViewer()
    const problems: string[] = []
    const { connect, link } = shop(`${originOf(viewer.link)}/#wrong-key`, {
      onProblem: ({ message }) => problems.push(message),
    })
    connect()
    await link.close()
    expect(problems).toEqual([expect.stringContaining('the viewer refuses the key')])
  })

  it('between two calls does not call again', async () => {
    const port = await freePort()
    const { connect, link } = shop(`http://127.0.0.1:${port}/#${key}`)
    connect()
    await new Promise((resolve) => setTimeout(resolve, 300))
    link.close()
    const viewer = await testViewer({ port, key })
    const page = await dialAsPage(viewer.link)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(page.heard).toHaveLength(1)
  })

  it('does nothing that is asked for afterwards', async () => {
    const { link: hostLink, sockets, heard } = await scriptedViewer((socket) => socket.send('{"type":"welcome"}'))
    const run = vi.fn()
    const deed = { id: 'outage', label: 'Outage', description: 'It fails.', group: 'Faults', run }
    const { connect, link } = shop(hostLink, { accepts: true, deeds: [deed] })
    const till = connect()
    await arrival(till, 'idle')
    // Its greeting is answered with the welcome.
    await eventually(() => heard.length > 0)
    sockets[0]?.send('{"type":"do","deed":"outage"}')
    await eventually(() => run.mock.calls.length === 1)
    sockets[0]?.send('{"type":"do","deed":"outage"}')
    sockets[0]?.send('{"type":"send","actor":"1","event":"authorization.start"}')
    link.close()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(run).toHaveBeenCalledTimes(1)
    expect(till.actor.getSnapshot().value).toBe('idle')
  })
})

describe('wishes', () => {
  async function stage(accepts?: ViewerLinkOptions['accepts']) {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { connect, link } = shop(viewer.hostLink, accepts === undefined ? {} : { accepts })
    const till = connect()
    await arrival(till, 'idle')
    await page.until(({ type }) => type === 'screen')
    const wish = (event: string, actor = '1') => page.say({ type: 'send', host: '1', actor, event })
    const refusal = async () => (await page.until(({ type }) => type === 'refused')).reason
    return { page, till, wish, refusal, link }
  }

  it.each(wishes)('are not taken by default: %s', async (event) => {
    const { page, till, wish, refusal } = await stage()
    wish(event)
    expect(await refusal()).toBe(`This program takes no ${event} from a viewer: see the option accepts.`)
    expect(till.actor.getSnapshot().value).toBe('idle')
    expect(lastScreenOf(page)).toEqual({ accepts: [] })
  })

  it('are taken where the host says so', async () => {
    const { till, wish, page } = await stage(true)
    await eventually(() => JSON.stringify(lastScreenOf(page)) === '{"accepts":["authorization.start","token.forget"]}')
    const waiting = arrival(till, 'awaitingUser')
    wish('authorization.start')
    await waiting
    const idle = arrival(till, 'idle')
    wish('authorization.cancel')
    await idle
  })

  it('are taken one by one where the host says so', async () => {
    const { page, till, wish, refusal } = await stage(['authorization.start', 'token.revoke'])
    await eventually(() => JSON.stringify(lastScreenOf(page)) === '{"accepts":["authorization.start"]}')
    const waiting = arrival(till, 'awaitingUser')
    wish('authorization.start')
    await waiting
    wish('authorization.cancel')
    expect(await refusal()).toContain('takes no authorization.cancel from a viewer')
    expect(till.actor.getSnapshot().value).not.toBe('idle')
  })

  it('are refused in words where the state does not accept them', async () => {
    const { till, wish, refusal } = await stage(true)
    wish('token.revoke')
    expect(await refusal()).toBe('till-3, which is in idle, takes no token.revoke.')
    expect(till.actor.getSnapshot().value).toBe('idle')
  })

  it('are refused for a connection that has stopped, or is none', async () => {
    const { page, till, wish, refusal } = await stage(true)
    await till.stop()
    await page.until(({ observation }) => (observation as Observation | undefined)?.type === 'stopped')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (const actor of ['1', '2', '__proto__']) {
      wish('authorization.start', actor)
      expect(await refusal()).toBe('This connection has stopped.')
    }
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })
})

describe('deeds', () => {
  it('are told to the page, done when asked for, and say why not', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const done: string[] = []
    const about = { description: 'It happens.', group: 'Faults' }
    const { connect } = shop(viewer.hostLink, {
      deeds: [
        { ...about, id: 'good', label: 'Good', connection: 'till-3', run: () => void done.push('good') },
        { ...about, id: 'slow', label: 'Slow', run: async () => void done.push('slow') },
        {
          ...{ ...about, id: 'bad', label: 'Bad' },
          run() {
            throw new Error('There is\n no outage.')
          },
        },
        { ...about, id: 'odd', label: 'Odd', run: () => Promise.reject(7) },
      ],
    })
    await arrival(connect(), 'idle')
    const told = { description: 'It happens.', group: 'Faults' }
    expect(await page.until(({ type }) => type === 'host')).toMatchObject({
      deeds: [
        { ...told, id: 'good', label: 'Good', connection: 'till-3' },
        { ...told, id: 'slow', label: 'Slow' },
        { ...told, id: 'bad', label: 'Bad' },
        { ...told, id: 'odd', label: 'Odd' },
      ],
    })
    for (const deed of ['good', 'slow', 'bad', 'odd', 'none']) page.say({ type: 'do', host: '1', deed })
    const reasons = [1, 2, 3].map(async () => (await page.until(({ type }) => type === 'refused')).reason)
    expect((await Promise.all(reasons)).sort()).toEqual([
      'Bad: There is no outage.',
      'Odd: it did not work.',
      'This program does no such thing.',
    ])
    expect(done).toEqual(['good', 'slow'])
  })
})

describe('deeds whose outcome is not to be seen yet', () => {
  it('say what was done, in one line; what they return is told nobody', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const about = { description: 'It happens.', group: 'Faults' }
    const deeds: ViewerDeed[] = [
      { ...about, id: 'now', label: 'Now', run: (say) => say('The next poll\n is slower.') },
      {
        ...about,
        id: 'later',
        label: 'Later',
        async run(say) {
          await new Promise((resolve) => setTimeout(resolve, 10))
          say('Set.')
        },
      },
      // As a program without types may have it: a token, for instance.
      { ...about, id: 'token', label: 'Token', run: () => Promise.resolve('secret-token') as unknown as Promise<void> },
    ]
    const { connect } = shop(viewer.hostLink, { deeds })
    await arrival(connect(), 'idle')
    await page.until(({ type }) => type === 'host')
    for (const deed of ['now', 'later', 'token', 'no such']) page.say({ type: 'do', host: '1', deed })
    await page.until(({ type }) => type === 'refused')
    await eventually(() => page.heard.some(({ words }) => words === 'Set.'))
    expect(page.heard.filter(({ type }) => type === 'done')).toEqual([
      { type: 'done', host: '1', words: 'The next poll is slower.' },
      { type: 'done', host: '1', words: 'Set.' },
    ])
    expect(JSON.stringify(page.heard)).not.toContain('secret-token')
  })
})

/** A machine of the host's own that has much to tell. */
const lampMachine = createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { s: 'on' } }, on: { on: { s: 'off' } } },
})

describe('a viewer', () => {
  it('that comes after the host is told all that happened', async () => {
    const port = await freePort()
    const { connect } = shop(`http://127.0.0.1:${port}/#${key}`)
    const till = connect()
    await arrival(till, 'idle')
    await startLogin(till)
    const viewer = await testViewer({ port, key })
    const page = await dialAsPage(viewer.link)
    await page.until(shows('device'))
    expect(
      storyOf(page, 'till-3')
        ?.visits.map(({ state }) => state)
        .slice(0, 3),
    ).toEqual(['recalling', 'idle', 'requestingCode'])
  })

  it('that is started again with the same key is told the present, and shown the screen', async () => {
    const first = await testViewer({ key })
    const { connect } = shop(first.hostLink, { accepts: true })
    const [till, other] = [connect(), connect('till-4')]
    await Promise.all([arrival(till, 'idle'), arrival(other, 'idle')])
    const early = await dialAsPage(first.link)
    await startLogin(till)
    await early.until(shows('device'))
    await first.close()
    const second = await testViewer({ port: Number(new URL(first.link).port), key })
    const page = await dialAsPage(second.link)
    await page.until(shows('device'))
    // Once its next poll is told as well, both have come.
    await page.until(enters('polling'))
    expect(stateOf(storyOf(page, 'till-4'))).toBe('idle')
    const story = storyOf(page, 'till-3')
    expect(story?.visits[0]?.state).not.toBe('recalling')
    expect(story?.deadlines.prompt).toBe(till.actor.getSnapshot().context.prompt?.expiresAt)
    page.say({ type: 'send', host: '1', actor: '1', event: 'authorization.cancel' })
    await arrival(till, 'idle')
  })

  it('that has another key is told of once, and never called again', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const problems: string[] = []
    const { connect } = shop(`${originOf(viewer.link)}/#wrong-key`, {
      onProblem: ({ message }) => problems.push(message),
    })
    const till = connect()
    await eventually(() => problems.length > 0)
    await startLogin(till)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(problems).toEqual([
      'connectViewer, link (the viewer refuses the key): the configuration is wrong. ' +
        'Copy the link for programs from where the viewer was started; it is not tried again.',
    ])
    expect(problems.join()).not.toContain('wrong-key')
    expect(page.heard.filter(({ type }) => type === 'host')).toEqual([])
  })

  it.each(['throws', 'rejects'])('that refuses the key disturbs nobody where onProblem %s', async (kind) => {
    let calls = 0
    const broken = () => {
      calls++
      throw new Error('no log')
    }
    // No spy: it would handle what rejects.
    const onProblem = kind === 'throws' ? broken : async () => broken()
    const viewer = await testViewer()
    const uncaught = await uncaughtBy(async () => {
      shop(`${originOf(viewer.link)}/#wrong-key`, { onProblem }).connect()
      await eventually(() => calls > 0)
    })
    expect(uncaught).toEqual([])
  })

  it.each([
    [4400, ['connectViewer (the viewer does not understand this program)'], 1],
    [4401, ['connectViewer, link (the viewer refuses the key)'], 1],
    [4408, [], 2],
    [1001, [], 2],
    [1009, [], 2],
  ])('that ends with %i is understood: problems %j, calls %i', async (code, told, calls) => {
    const { link, sockets } = await scriptedViewer((socket) => socket.close(code))
    const problems: string[] = []
    shop(link, { onProblem: ({ message }) => problems.push(message.split(':')[0] ?? '') }).connect()
    await eventually(() => sockets.length === calls)
    // A second call would come after a second, a third after three.
    if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(problems).toEqual(told)
    expect(sockets).toHaveLength(calls)
  })

  it('that listens is told of ten thousand observations in one go, and then the screen', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { link, connect } = shop(viewer.hostLink)
    const till = connect()
    await page.until(({ type }) => type === 'screen')
    const lamp = createActor(lampMachine, { inspect: link.inspect }).start()
    for (let step = 0; step < 10_000; step++) lamp.send({ type: 's' })
    till.send({ type: 'authorization.start' })
    await page.until(shows('device'))
    expect(observationsOf(page).filter(({ name }) => name === 'lamp')).toHaveLength(10_001)
    lamp.stop()
  })

  it('that reads no more is given up, and told what follows when it is called again', async () => {
    const { link: hostLink, sockets, heard } = await scriptedViewer((socket) => socket.send('{"type":"welcome"}'))
    const { link } = shop(hostLink)
    const long = 'x'.repeat(200)
    const machine = createMachine({
      id: 'lamp',
      initial: 'off',
      states: { off: { on: { [long]: 'on' } }, on: { on: { [long]: 'off', end: 'end' } }, end: {} },
    })
    const lamp = createActor(machine, { inspect: link.inspect }).start()
    await eventually(() => heard.some((text) => text.includes('"actor"')))
    sockets[0]?.pause()
    for (let step = 0; step < 50_001 && sockets.length === 1; step++) {
      lamp.send({ type: long })
      if (step % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await eventually(() => sockets.length === 2)
    const from = heard.length
    lamp.send({ type: 'end' })
    await eventually(() => heard.slice(from).some((text) => text.includes('"to":"end"')))
    lamp.stop()
  })

  it('that refuses the key is warned of on the console, where nobody listens', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const viewer = await testViewer()
    shop(`${originOf(viewer.link)}/#${secretOf(viewer.link)}`).connect()
    await eventually(() => warn.mock.calls.length > 0)
    expect(warn.mock.calls).toEqual([[expect.stringContaining('the viewer refuses the key')]])
    warn.mockRestore()
  })

  it('is told no more than a thousand observations from before, and the present all the same', async () => {
    const port = await freePort()
    const { link, connect } = shop(`http://127.0.0.1:${port}/#${key}`)
    const till = connect()
    await arrival(till, 'idle')
    const lamp = createActor(lampMachine, { inspect: link.inspect }).start()
    for (let step = 0; step < 5_001; step++) lamp.send({ type: 's' })
    const viewer = await testViewer({ port, key })
    const page = await dialAsPage(viewer.link)
    await page.until(({ type }) => type === 'screen')
    const told = observationsOf(page)
    expect(told.length).toBeGreaterThan(1_000)
    expect(told.length).toBeLessThan(1_200)
    expect(stateOf(storyOf(page, 'lamp'))).toBe('on')
    expect(stateOf(storyOf(page, 'till-3'))).toBe('idle')
    lamp.stop()
  })
})

describe("a host's clock", () => {
  it.each([3_600_000, -3_600_000])('is told, and set again: %i ms ahead', async (ahead) => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    let now = () => Date.now() + ahead
    const { connect } = shop(viewer.hostLink, { now: () => now() })
    const till = connect()
    const { ahead: first } = await page.until(({ type }) => type === 'host')
    expect(Math.abs(Number(first) - ahead)).toBeLessThan(60_000)
    await page.until(({ type }) => type === 'screen')
    now = () => Date.now()
    await startLogin(till)
    const { ahead: next } = await page.until(({ type }) => type === 'clock')
    expect(Math.abs(Number(next))).toBeLessThan(60_000)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "that tells no time is taken for this machine's: %d",
    async (instant) => {
      const viewer = await testViewer()
      const page = await dialAsPage(viewer.link)
      shop(viewer.hostLink, { now: () => instant }).connect()
      const { ahead } = await page.until(({ type }) => type === 'host')
      expect(Math.abs(Number(ahead))).toBeLessThan(1_000)
    },
  )
})

describe('a program', () => {
  it('is not disturbed by a clock that throws, or tells nothing', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const broken = () => {
      throw new Error('no clock')
    }
    for (const now of [broken, () => Number.NaN]) {
      const till = shop(viewer.hostLink, { now }).connect()
      await startLogin(till)
    }
    await page.until(({ type }) => type === 'screen')
    expect(page.heard.filter(({ type }) => type === 'observed' || type === 'left')).toEqual([])
  })

  it('is not disturbed by a guard that throws, or a prompt that was restored', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const link = connectViewer(viewer.hostLink, { accepts: true })
    atEnd(async () => link.close())
    const machine = authorizationCode.provide({
      guards: {
        mayConnect() {
          throw new Error('no guard')
        },
      },
    })
    const restored = (value: string, context: object) => {
      const snapshot = JSON.parse(JSON.stringify({ status: 'active', value, context, children: {}, historyValue: {} }))
      return createActor(machine, { inspect: link.inspect, snapshot, input: { connection: value } }).start()
    }
    const actors = [
      restored('backingOff', { connection: 'guarded' }),
      restored('awaitingUser', { connection: 'restored', prompt: { kind: 'redirect', url: '[sealed]', expiresAt: 1 } }),
      restored('idle', { connection: 'well' }),
    ]
    await page.until(({ type }) => type === 'screen')
    page.say({ type: 'send', host: '1', actor: '1', event: 'authorization.start' })
    page.say({ type: 'send', host: '1', actor: '2', event: 'token.refresh' })
    await page.until(({ type }) => type === 'refused')
    expect(page.heard.filter(({ type }) => type === 'screen')).toEqual([
      { type: 'screen', host: '1', actor: '3', screen: { accepts: ['authorization.start', 'token.forget'] } },
    ])
    for (const actor of actors) actor.stop()
  })

  it('is not asked for anything by a machine that has broken down', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const link = connectViewer(viewer.hostLink, { accepts: true })
    atEnd(async () => link.close())
    const broken = () => {
      throw new Error('no action')
    }
    const machine = authorizationCode.provide({ actions: { takeWish: broken } })
    const snapshot = JSON.parse(
      '{"status":"active","value":"idle","context":{"connection":"x"},"children":{},"historyValue":{}}',
    )
    const actor = createActor(machine, { inspect: link.inspect, snapshot, input: { connection: 'x' } })
    actor.subscribe({ error: () => {} })
    actor.start()
    await page.until(({ type }) => type === 'screen')
    actor.send({ type: 'authorization.start' })
    expect(actor.getSnapshot().status).toBe('error')
    page.say({ type: 'send', host: '1', actor: '1', event: 'authorization.start' })
    expect(await page.until(({ type }) => type === 'refused')).toMatchObject({ host: '1' })
  })

  it('may forget its connections: the link keeps none that has stopped', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc')
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const { link } = shop(viewer.hostLink, { accepts: true })
    const machine = authorizationCode.provide({})
    const live = async (isStopped: boolean) => {
      const actor = createActor(machine, { inspect: link.inspect, input: { connection: 'x' } }).start()
      await page.until(({ type }) => type === 'screen')
      if (isStopped) actor.stop()
      return new WeakRef(actor)
    }
    const gone = [await live(true), await live(false), await live(true)]
    await new Promise((resolve) => setTimeout(resolve, 100))
    collect()
    expect(gone.map((each) => each.deref())).toEqual([undefined, undefined, undefined])
    // It can still be told of others.
    await live(true)
  })

  it('is not disturbed by whatever else is on the port', async () => {
    const answers = [
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\n\r\n',
      'SSH-2.0-x\r\n',
      '',
    ]
    let calls = 0
    const server = createServer((socket) => {
      socket.on('error', () => {}).resume()
      socket.end(answers[calls++ % answers.length] ?? '')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => new Promise((resolve) => server.close(() => resolve())))
    const address = server.address()
    const said = (['log', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    )
    const till = shop(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/#key`).connect()
    await startLogin(till)
    await eventually(() => calls >= 3)
    for (const spy of said) {
      expect(spy).not.toHaveBeenCalled()
      spy.mockRestore()
    }
  })
})

describe('calls', () => {
  /** When a viewer was called within some seconds; it welcomes the calls of these numbers, and drops all. */
  async function callsWithin(seconds: number, welcomed: readonly number[]): Promise<number[]> {
    const calls: number[] = []
    const server = createHttpServer()
    const sockets = new WebSocketServer({ noServer: true })
    server.on('upgrade', (request, stream, head) => {
      if (!welcomed.includes(calls.push(Date.now()))) stream.destroy()
      else
        sockets.handleUpgrade(request, stream, head, (socket) =>
          socket.send('{"type":"welcome"}', () => socket.close()),
        )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    atEnd(() => new Promise((resolve) => server.close(() => resolve())))
    await import('ws')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    atEnd(async () => void vi.useRealTimers())
    const address = server.address()
    const link = connectViewer(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/#${key}`)
    const actor = createActor(createMachine({}), { inspect: link.inspect }).start()
    for (let second = 0; second < seconds; second++) {
      // Sockets take real time, and only turns of the event loop.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
      await vi.advanceTimersByTimeAsync(1_000)
    }
    link.close()
    actor.stop()
    return calls.slice(1).map((at, index) => Math.round((at - (calls[index] ?? 0)) / 1_000))
  }

  it('come after 1, 2, 4, 8, 16 and then 30 seconds each', async () => {
    expect(await callsWithin(95, [])).toEqual([1, 2, 4, 8, 16, 30, 30])
  })

  it('come soon again where the viewer was there', async () => {
    expect(await callsWithin(12, [4])).toEqual([1, 2, 4, 1, 2])
  })
})
