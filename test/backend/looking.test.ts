import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mypos, sumupPosPro, tyro } from '../../src/index.ts'
import { viewOf } from '../../src/view/index.ts'
import { callBack, deviceOf, myposClient, type PairOptions, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import {
  comeBack,
  contextOf,
  fakeTime,
  pass,
  settle,
  soon,
  stateOf,
  until,
  userCode,
  visited,
} from './support/story.ts'

beforeEach(fakeTime)
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** @param open what there is of a page, once the server is there, which refuses to be in one */
async function deviceAtSumup(options: PairOptions = {}, open = () => {}) {
  const server = await serverOf(sumupClient, options)
  open()
  const connection = deviceOf(server, sumupPosPro).connect('store-17')
  await until(connection, 'idle')
  const questions = () => server.traffic.length
  return { ...server, server, connection, states: visited(connection), questions }
}

async function loggedIn() {
  const there = await deviceAtSumup()
  there.connection.send({ type: 'authorization.start' })
  await until(there.connection, 'awaitingUser')
  await there.connection.respond(await comeBack(there.emulator, there.connection))
  there.states.length = 0
  return there
}

/** A page that is hidden or seen, and hears what browsers tell. */
function stubPage() {
  const page = { visibilityState: 'visible' }
  const target = new EventTarget()
  const heard: string[] = []
  const open = () => {
    vi.stubGlobal('document', page)
    vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
      heard.push(type)
      target.addEventListener(type, listener)
    })
    vi.stubGlobal('removeEventListener', (type: string, listener: () => void) => {
      heard.splice(heard.indexOf(type), 1)
      target.removeEventListener(type, listener)
    })
  }
  const hide = () => Object.assign(page, { visibilityState: 'hidden' })
  const show = () => Object.assign(page, { visibilityState: 'visible' })
  return { open, hide, show, heard, tell: (type: string) => target.dispatchEvent(new Event(type)) }
}

describe('a device', () => {
  it('notices within seconds that a login was finished by the callback, and changes no state until then', async () => {
    const { server, connection, states, questions } = await deviceAtSumup()
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const before = questions()
    await pass(30)
    expect(states).toEqual(['preparing', 'awaitingUser'])
    // On a slow machine a look is still under way when the next is due.
    expect(questions() - before).toBeGreaterThanOrEqual(5)
    expect(questions() - before).toBeLessThanOrEqual(10)
    await callBack(server, await comeBack(server.emulator, connection), 'browser-1')
    await pass(4, 1, connection)
    expect(states).toEqual(['preparing', 'awaitingUser', 'recalling', 'authorized'])
    await connection.stop()
  })

  it('is not asked that often where it polls anyway, or nobody is awaited', async () => {
    const server = await serverOf(tyroClient)
    const till = deviceOf(server, tyro).connect('till-3')
    till.send({ type: 'authorization.start' })
    await until(till, 'awaitingUser')
    await pass(55)
    expect(server.traffic.filter(({ path }) => path === '/oauth/recall').length).toBe(1)
    server.emulator.approve(userCode(till))
    await until(till, 'authorized')
    const before = server.traffic.length
    await pass(600, 5)
    expect(server.traffic.length - before).toBe(10)
    await till.stop()
  })

  it.each(['revoked', 'idle'] as const)(
    'notices within a minute that the back office has left it %s',
    async (state) => {
      const { connection, client, states } = await loggedIn()
      const office = client.connect('store-17')
      await until(office, 'authorized')
      office.send({ type: state === 'idle' ? 'token.forget' : 'token.revoke' })
      await pass(65, 5)
      expect(stateOf(connection)).toBe(state)
      expect(states.slice(0, 1)).toEqual(['refreshing'])
      await Promise.all([connection.stop(), office.stop()])
    },
  )

  it('notices within a minute that its person has a session again, though it would ask an hour later', async () => {
    let isIn = false
    const { server, connection } = await (async () => {
      const server = await serverOf(sumupClient, { backend: { session: () => (isIn ? 'browser-1' : undefined) } })
      return { server, connection: deviceOf(server, sumupPosPro).connect('store-17') }
    })()
    await until(connection, 'backingOff')
    expect((contextOf(connection).retryAt ?? 0) - Date.now()).toBeGreaterThan(3_500_000)
    isIn = true
    const before = server.traffic.length
    await pass(65, 5)
    expect(stateOf(connection)).toBe('idle')
    // A look, and the machine's own question.
    expect(server.traffic.length - before).toBe(2)
    await connection.stop()
  })

  it('notices that another has connected it', async () => {
    const server = await serverOf(myposClient)
    const [one, other] = ['browser-1', 'browser-2'].map((session) =>
      deviceOf(server, mypos, session).connect('payouts'),
    )
    if (!one || !other) throw new Error('There are two.')
    await until(one, 'idle')
    await until(other, 'idle')
    one.send({ type: 'authorization.start' })
    await until(one, 'authorized')
    await pass(65, 5, other)
    expect(stateOf(other)).toBe('authorized')
    await Promise.all([one.stop(), other.stop()])
  })

  it('does not heed an answer that its machine has overtaken', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let holds = false
    const { connection, states } = await deviceAtSumup({
      way: async (question, arrive) => {
        const response = await arrive(question)
        if (holds && question.url.endsWith('/recall')) await held
        return response
      },
    })
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    holds = true
    await pass(4)
    connection.send({ type: 'authorization.cancel' })
    await until(connection, 'idle')
    release()
    await pass(4)
    expect(states).toEqual(['preparing', 'awaitingUser', 'forgetting', 'idle'])
    await connection.stop()
  })

  it('says nothing of a look that fails, and looks again', async () => {
    let isReached = true
    const { server, connection, states } = await deviceAtSumup({
      way: (question, arrive) => (isReached ? arrive(question) : Promise.reject(new TypeError('Failed to fetch'))),
    })
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    const url = await comeBack(server.emulator, connection)
    isReached = false
    await pass(20)
    expect(states).toEqual(['preparing', 'awaitingUser'])
    await callBack(server, url, 'browser-1')
    isReached = true
    await pass(4, 1, connection)
    expect(stateOf(connection)).toBe('authorized')
    await connection.stop()
  })

  it('may stop while an answer to a look is awaited', async () => {
    let isAsked = false
    const { connection } = await deviceAtSumup({
      way: async (question, arrive) => {
        const response = await arrive(question)
        if (!isAsked) return response
        return new Promise(() => {})
      },
    })
    isAsked = true
    await pass(61, 61)
    // Where its rejection is nobody's, this test run fails.
    await connection.stop()
    await settle()
    expect(stateOf(connection)).toBe('idle')
  })

  it('asks no more once it has stopped', async () => {
    const { connection, questions } = await loggedIn()
    await connection.stop()
    expect(vi.getTimerCount()).toBe(0)
    const before = questions()
    await pass(300, 5)
    expect(questions()).toBe(before)
  })
})

describe('a page', () => {
  it('asks nothing while nobody sees it, and at once when it is seen again', async () => {
    const page = stubPage()
    const { server, connection, questions } = await deviceAtSumup({}, page.open)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    page.hide()
    const before = questions()
    await pass(60)
    page.tell('visibilitychange')
    await pass(10)
    expect(questions()).toBe(before)
    await callBack(server, await comeBack(server.emulator, connection), 'browser-1')
    page.show()
    page.tell('visibilitychange')
    await soon(() => stateOf(connection) === 'authorized')
    await connection.stop()
  })

  it.each(['focus', 'pageshow', 'online'])('asks at once at %s, and goes on where it had backed off', async (event) => {
    const page = stubPage()
    let isReached = true
    const way: PairOptions['way'] = async (question, arrive) =>
      isReached ? arrive(question) : new Response('log in', { status: 401 })
    const { connection, questions } = await deviceAtSumup({ way }, page.open)
    isReached = false
    connection.send({ type: 'authorization.start' })
    await until(connection, 'backingOff')
    expect(contextOf(connection).failure).toMatchObject({ code: 'app_login_required', status: 401, retryable: false })
    const { failure } = viewOf(connection.actor.getSnapshot(), Date.now())
    expect(failure).toMatchObject({
      text: 'You are logged out of this app.',
      remedy: 'Log in to it again.',
      who: 'merchant',
    })
    await pass(600, 10)
    const before = questions()
    page.tell(event)
    await soon(() => questions() === before + 1)
    await settle()
    expect([questions() - before, stateOf(connection)]).toEqual([1, 'backingOff'])
    isReached = true
    page.tell(event)
    await soon(() => stateOf(connection) === 'awaitingUser')
    await connection.stop()
  })

  it('goes on where it had backed off from a refresh, as soon as it is online', async () => {
    const page = stubPage()
    let isReached = true
    const way: PairOptions['way'] = (question, arrive) =>
      isReached ? arrive(question) : Promise.reject(new TypeError('Failed to fetch'))
    const { server, connection } = await deviceAtSumup({ way }, page.open)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    await connection.respond(await comeBack(server.emulator, connection))
    isReached = false
    connection.send({ type: 'token.refresh' })
    await pass(100, 1, connection)
    expect(stateOf(connection)).toBe('backingOff')
    isReached = true
    page.tell('online')
    await soon(() => stateOf(connection) === 'authorized')
    await connection.stop()
  })

  it('asks once where everything is told at the same time', async () => {
    const page = stubPage()
    const { connection, questions } = await deviceAtSumup({}, page.open)
    const before = questions()
    for (const event of ['visibilitychange', 'focus', 'pageshow']) page.tell(event)
    await soon(() => questions() > before)
    await settle()
    expect(questions() - before).toBe(1)
    await connection.stop()
  })

  it('hears nothing any more once its connection has stopped', async () => {
    const page = stubPage()
    const { connection } = await deviceAtSumup({}, page.open)
    expect(page.heard.length).toBe(4)
    await connection.stop()
    expect(page.heard).toEqual([])
  })
})
