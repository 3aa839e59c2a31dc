import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection, FlowActor } from '../../src/index.ts'
import { countdown, viewOf } from '../../src/view/index.ts'
import { fakeTime, inMemory, loginUrl, office, service, till, until, userCode } from '../support/stories.ts'

/** What a merchant reads: title and countdown; why nothing happens, and for how long; buttons; what went wrong. */
function screen({ actor }: Connection<FlowActor>): string[] {
  const { title, secondsLeft, waiting, buttons, failure } = viewOf(actor.getSnapshot(), Date.now())
  const time = (seconds: number | undefined) => (seconds === undefined ? '' : ` ${countdown(seconds)}`)
  const labels = buttons.filter(({ audience }) => audience === 'merchant').map(({ label }) => `[${label}]`)
  return [
    `${title}${time(secondsLeft)}`,
    `${waiting?.why}${time(waiting?.secondsLeft)}`,
    ...labels,
    ...(failure ? [`! ${failure.text} ${failure.remedy}`] : []),
  ]
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)
const tokens = { provider: 'tyro', endpoint: 'token' } as const
const refreshes = { ...tokens, grantType: 'refresh_token' } as const

const idle = ['Not connected', 'Nothing happens until somebody connects.', '[Connect]']
const connecting = ['Connecting', 'The provider is being asked for a code.', '[Cancel]']
const notYet = 'Nobody has allowed access yet. The provider is asked again shortly.'
const renewed = 'The connection is renewed automatically before it ends.'
const atRest = 'Nothing happens until somebody connects.'

describe('what the screen of a till says', () => {
  beforeEach(fakeTime)
  afterEach(() => vi.useRealTimers())

  it('in a login, a renewal in trouble and a logout', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    expect(screen(connection)).toEqual(['One moment', 'The connection is being looked up.'])
    await until(connection, 'idle')
    expect(screen(connection)).toEqual(idle)

    connection.send({ type: 'authorization.start' })
    expect(screen(connection)).toEqual(connecting)
    await until(connection, 'awaitingUser')
    expect(screen(connection)).toEqual(['Approve the connection 15:00', `${notYet} 0:06`, '[Cancel]'])
    await seconds(2)
    expect(screen(connection)).toEqual(['Approve the connection 14:58', `${notYet} 0:04`, '[Cancel]'])

    const screens: string[][] = []
    connection.actor.subscribe(() => screens.push(screen(connection)))
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    const asked = 'The provider is being asked whether access was allowed.'
    expect(screens).toEqual([
      ['Approve the connection 14:55', asked, '[Cancel]'],
      ['Connected', `${renewed} 23:55:00`, '[Disconnect]'],
    ])

    stage.emulator.fault(refreshes, { kind: 'status', status: 503 })
    connection.send({ type: 'token.refresh' })
    expect(screen(connection)).toEqual(['Connected', 'The connection is being renewed.', '[Disconnect]'])
    await until(connection, 'backingOff')
    expect(screen(connection)).toEqual([
      'Connected for now',
      'Trying again automatically. 0:01',
      '[Disconnect]',
      '! The provider is in trouble. You need not do anything.',
    ])
    await until(connection, 'authorized')
    expect(screen(connection)).toEqual(['Connected', `${renewed} 23:55:00`, '[Disconnect]'])

    connection.send({ type: 'token.revoke' })
    expect(screen(connection)).toEqual(['Disconnecting', 'The provider is being asked to end the connection.'])
    await until(connection, 'revoked')
    expect(screen(connection)).toEqual(['Disconnected', atRest, '[Connect again]'])
  })

  it('when it is told to slow down, and when a poll finds no one', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    stage.emulator.fault(tokens, { kind: 'status', status: 400, body: { error: 'slow_down' } })
    await until(connection, 'slowDown')
    const slower = 'The provider wants to be asked less often: no more often than every 10 seconds from now on.'
    expect(screen(connection)).toEqual(['Approve the connection 14:55', `${slower} 0:11`, '[Cancel]'])

    stage.emulator.fault(tokens, { kind: 'reset' })
    await until(connection, 'awaitingUser')
    expect(screen(connection)).toEqual([
      'Approve the connection 14:44',
      'Trying again automatically. 0:21',
      '[Cancel]',
      '! The provider cannot be reached. If this lasts, check the internet connection of this device.',
    ])
    connection.send({ type: 'authorization.cancel' })
    expect(screen(connection)).toEqual(['One moment', 'What was stored here is being erased.'])
    await until(connection, 'idle')
    expect(screen(connection)).toEqual(idle)
  })

  it('when the clock is set back by an hour: no time that nobody waits, and the polls go on', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    expect(screen(connection)[0]).toBe('Approve the connection 15:00')
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(screen(connection)).toEqual(['Approve the connection', notYet, '[Cancel]'])
    const asked: unknown[] = []
    connection.actor.subscribe(({ value }) => asked.push(value))
    await seconds(6.5)
    expect(asked).toEqual(['polling', 'awaitingUser'])
    expect(screen(connection)).toEqual(['Approve the connection', `${notYet} 0:05`, '[Cancel]'])
  })

  it('when the merchant refuses', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    stage.emulator.deny(userCode(connection))
    await until(connection, 'failed')
    const why = '! Access was refused. Try again, and allow access.'
    expect(screen(connection)).toEqual(['That did not work', atRest, '[Try again]', why])
  })

  it('when nobody comes in time', async () => {
    await using stage = await inMemory({ tyro: { codeLifetime: 12 } })
    const { connection } = till(stage)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    await seconds(11.5)
    expect(screen(connection)).toEqual(['Approve the connection 0:01', `${notYet} 0:05`, '[Cancel]'])
    await until(connection, 'expired')
    const why = '! Nobody allowed access in time. Try again when you are ready.'
    expect(screen(connection)).toEqual(['Time is up', atRest, '[Get a new code]', why])
    connection.send({ type: 'authorization.start' })
    expect(screen(connection)).toEqual(connecting)
  })

  it('when the provider has ended the session', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    stage.emulator.revokeAll('tyro')
    connection.send({ type: 'token.rejected', generation: 1 })
    await until(connection, 'expired')
    const why = '! The provider has ended the connection. Connect again.'
    expect(screen(connection)).toEqual(['The connection has ended', atRest, '[Connect again]', why])
  })

  it('when the answer to a renewal is lost, and the session with it', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    connection.send({ type: 'authorization.start' })
    await until(connection, 'awaitingUser')
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    stage.emulator.fault(refreshes, { kind: 'reset', when: 'after' })
    connection.send({ type: 'token.refresh' })
    await until(connection, 'backingOff')
    await until(connection, 'authorized')
    const end = 'The connection cannot be renewed. When it ends, somebody must connect again.'
    const why = '! An answer of the provider was lost, and the connection with it. When it ends, connect again.'
    const [title, waiting, ...others] = screen(connection)
    expect([title, waiting?.replace(/ [\d:]+$/, ''), ...others]).toEqual([
      'Connected for now',
      end,
      '[Disconnect]',
      why,
    ])
    const { buttons } = viewOf(connection.actor.getSnapshot(), Date.now())
    expect(buttons.map(({ label }) => label)).not.toContain('Renew now')
  })

  it('when the first request finds no network', async () => {
    await using stage = await inMemory()
    const { connection } = till(stage)
    stage.emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'reset' })
    connection.send({ type: 'authorization.start' })
    await until(connection, 'backingOff')
    expect(screen(connection)).toEqual([
      'Not connected yet',
      'Trying again automatically. 0:01',
      '[Cancel]',
      '! The provider cannot be reached. If this lasts, check the internet connection of this device.',
    ])
    await until(connection, 'awaitingUser')
    expect(screen(connection)[0]).toBe('Approve the connection 15:00')
  })
})

describe('what other screens say', () => {
  beforeEach(fakeTime)
  afterEach(() => vi.useRealTimers())

  it('of a back office: a link to the login page, and after a logout what is left to do', async () => {
    await using stage = await inMemory()
    const { connection } = office(stage)
    connection.send({ type: 'authorization.start', binding: 'this browser' })
    await until(connection, 'awaitingUser')
    const url = loginUrl(connection)
    expect(viewOf(connection.actor.getSnapshot(), Date.now()).link).toEqual({ url, label: 'Open the login page' })
    const back = 'The browser is expected back from the login page. 10:00'
    expect(screen(connection)).toEqual(['Log in to connect 10:00', back, '[Cancel]'])

    connection.send({ type: 'authorization.responded', url: await stage.emulator.login(url), binding: 'this browser' })
    const confirming = 'The provider is being asked to confirm the login.'
    expect(screen(connection)).toEqual(['Connecting', confirming, '[Cancel]'])
    await until(connection, 'authorized')
    connection.send({ type: 'token.revoke' })
    await until(connection, 'revoked')
    expect(screen(connection)).toEqual([
      'Disconnected',
      atRest,
      '[Connect again]',
      '! The provider may still list this device. End the connection in your account at the provider as well.',
    ])
  })

  it('of a service: nobody is needed', async () => {
    await using stage = await inMemory()
    const { connection } = service(stage)
    await until(connection, 'idle')
    const needed = 'It connects automatically when it is needed.'
    expect(screen(connection)).toEqual(['Not connected', needed, '[Connect]'])
    expect(viewOf(connection.actor.getSnapshot(), Date.now())).not.toHaveProperty('instruction')
    connection.send({ type: 'authorization.start' })
    expect(screen(connection)).toEqual(['Connecting', 'The provider is being asked for access.', '[Cancel]'])
    await until(connection, 'authorized')
    expect(screen(connection)[0]).toBe('Connected')
    await connection.stop()
    expect(screen(connection)).toEqual(['Stopped', 'The program has stopped this connection.'])
  })
})
