import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { causeOf } from '../../src/inspect/cause.ts'
import { consoleReporter, createInspector, type Observation, type TransitionTaken } from '../../src/inspect/index.ts'
import { fakeTime, inMemory, service, till, until, userCode } from '../support/stories.ts'

const at = new Date(2030, 0, 1, 9, 5, 7).getTime()
const common = { at, actor: '1', name: 'till-3' } as const
const moved = (more: Partial<TransitionTaken> = {}): Observation => ({
  ...{ type: 'transition', ...common, from: 'polling', to: 'slowDown', event: 'xstate.done.actor.pollToken' },
  ...{ arrows: [], tags: [], deadlines: {}, ...more },
})

function report(...observations: readonly Observation[]): string[] {
  const lines: string[] = []
  const sink = consoleReporter((line) => lines.push(line))
  for (const observation of observations) sink(observation)
  return lines
}
const lineOf = (observation: Observation) => report(observation)[0]

describe('a console reporter', () => {
  it('prints when and where something went, why, what was asked, what failed, and what is next', () => {
    const request = { endpoint: 'token', status: 400 } as const
    const deadlines = { poll: at + 10_500, prompt: at + 900_000 }
    expect(lineOf(moved({ request, deadlines }))).toBe(
      '09:05:07  till-3  polling → slowDown  pollToken answered · token 400 · poll in 10.5 s',
    )
    expect(
      lineOf(
        moved({
          to: 'backingOff',
          request: { endpoint: 'token' },
          failure: 'network',
          deadlines: { retry: at + 2_000 },
        }),
      ),
    ).toBe(
      '09:05:07  till-3  polling → backingOff  pollToken answered · token without an answer · network · next try in 2 s',
    )
  })

  it('prints the beginning, the end, and an event that only acts', () => {
    expect(lineOf({ type: 'actor', ...common, machine: 'deviceCode', state: 'recalling', tags: [] })).toBe(
      '09:05:07  till-3  begins in recalling  deviceCode',
    )
    expect(lineOf({ type: 'stopped', ...common })).toBe('09:05:07  till-3  stopped')
    expect(lineOf(moved({ from: 'refreshing', to: 'refreshing', event: 'token.revoke' }))).toBe(
      '09:05:07  till-3  stays in refreshing  token.revoke',
    )
  })

  it('keeps its columns straight, as far as they are not too wide', () => {
    const long = 'x'.repeat(50)
    expect(
      report(
        moved({ name: 'a' }),
        moved({ name: 'store-17', from: 'idle', to: 'requestingCode' }),
        moved({ name: long }),
        moved({ name: 'b' }),
      ),
    ).toEqual([
      '09:05:07  a  polling → slowDown  pollToken answered',
      '09:05:07  store-17  idle → requestingCode  pollToken answered',
      `09:05:07  ${long}  polling → slowDown     pollToken answered`,
      '09:05:07  b         polling → slowDown     pollToken answered',
    ])
  })

  it.each([
    [{ poll: 1 }, 'poll in 0.1 s'],
    [{ poll: 5_000, prompt: 4_000 }, 'prompt ends in 4 s'],
    [{ retry: 59_900 }, 'next try in 59.9 s'],
    [{ retry: 59_901 }, 'next try in 1 min 0 s'],
    [{ refresh: 3_599_000, token: 3_600_000 }, 'refresh in 59 min 59 s'],
    [{ refresh: 3_599_001 }, 'refresh in 1 h 0 min'],
    [{ token: 86_399_000 }, 'token ends in 23 h 59 min'],
    [{ token: 86_400_000 }, 'token ends in 1 d 0 h'],
    [{ token: 60 * 86_400_000 - 1_000_000 }, 'token ends in 59 d 23 h'],
    [{ poll: 0, retry: -5_000 }, undefined],
    [{ poll: -1, prompt: 60_000 }, 'prompt ends in 1 min 0 s'],
  ])('tells the next of %j in milliseconds as %s', (spans, expected) => {
    const deadlines = Object.fromEntries(Object.entries(spans).map(([name, span]) => [name, at + span]))
    expect(lineOf(moved({ deadlines }))).toBe(
      `09:05:07  till-3  polling → slowDown  pollToken answered${expected ? ` · ${expected}` : ''}`,
    )
  })

  it('prints one line that moves no cursor, whatever a host calls its things', () => {
    const wild = 'a\r\nb\tc\u001b[31m\u202e\u2028\u0085\u007f\ud800\u200bz'
    const [line, ...more] = report(moved({ name: wild, from: wild, to: wild, event: wild }), {
      type: 'actor',
      ...common,
      name: wild,
      machine: wild,
      state: wild,
      tags: [],
    })
    expect(line).toBe('09:05:07  abc[31mz  stays in abc[31mz  abc[31mz')
    expect(more).toEqual(['09:05:07  abc[31mz  begins in abc[31mz  abc[31mz'])
  })

  it('prints on the console by itself', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      consoleReporter()(moved())
      expect(log.mock.calls).toEqual([['09:05:07  till-3  polling → slowDown  pollToken answered']])
    } finally {
      log.mockRestore()
    }
  })
})

describe('a cause', () => {
  it.each([
    ['authorization.start', 'authorization.start'],
    ['xstate.done.actor.pollToken', 'pollToken answered'],
    ['xstate.error.actor.pollToken', 'pollToken broke'],
    ['xstate.done.actor.nextPoll', 'the next poll was due'],
    ['xstate.done.actor.0.host.a', 'the invoked actor answered'],
    ['xstate.error.actor.1.host.a.b', 'the invoked actor broke'],
    ['xstate.error.actor.2nd', '2nd broke'],
    ['xstate.after.3000.host.a', 'after 3 s'],
    ['xstate.after.250.host.a', 'after 0.25 s'],
    ['xstate.after.short.host.a', 'after short'],
    ['xstate.done.actor.constructor', 'constructor answered'],
    ['constructor', 'constructor'],
    ['', 'at once'],
    ['*', 'any event'],
  ])('that is %j reads %j', (event, words) => {
    expect(causeOf(event)).toBe(words)
  })
})

describe('of real flows, a console reporter', () => {
  beforeEach(() => {
    fakeTime()
    vi.setSystemTime(at)
  })
  afterEach(() => vi.useRealTimers())

  it('prints a login, a slow down and a logout as a person would tell them', async () => {
    const lines: string[] = []
    await using stage = await inMemory({ tyro: { interval: 5 } })
    const { connection } = till(stage, { inspect: createInspector(consoleReporter((line) => lines.push(line))) })
    stage.emulator.fault(
      { provider: 'tyro', endpoint: 'token' },
      { kind: 'status', status: 429, body: { error: 'slow_down' } },
    )
    connection.send({ type: 'authorization.start' })
    await until(connection, 'slowDown')
    stage.emulator.approve(userCode(connection))
    await until(connection, 'authorized')
    connection.send({ type: 'token.revoke' })
    await until(connection, 'revoked')
    await connection.stop()
    expect(lines.map((line) => line.replace(/ {2,}/g, '  '))).toMatchInlineSnapshot(`
      [
        "09:05:07  store-17/till-3  begins in recalling  deviceCode",
        "09:05:07  store-17/till-3  stays in recalling  authorization.start",
        "09:05:07  store-17/till-3  recalling → requestingCode  recall answered",
        "09:05:07  store-17/till-3  requestingCode → awaitingUser  requestCode answered · deviceAuthorization 200 · poll in 5.5 s",
        "09:05:12  store-17/till-3  awaitingUser → polling  the next poll was due · prompt ends in 14 min 55 s",
        "09:05:12  store-17/till-3  polling → slowDown  pollToken answered · token 429 · poll in 10.5 s",
        "09:05:23  store-17/till-3  slowDown → polling  the next poll was due · prompt ends in 14 min 44 s",
        "09:05:23  store-17/till-3  polling → authorized  pollToken answered · token 200 · refresh in 23 h 55 min",
        "09:05:23  store-17/till-3  authorized → revoking  token.revoke · refresh in 23 h 55 min",
        "09:05:23  store-17/till-3  revoking → revoked  revokeToken answered · revocation 200",
        "09:05:23  store-17/till-3  stopped",
      ]
    `)
  })

  it('prints a failure and the next try', async () => {
    const lines: string[] = []
    await using stage = await inMemory()
    stage.emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'status', status: 503 })
    const { connection } = service(stage, {}, { inspect: createInspector(consoleReporter((line) => lines.push(line))) })
    connection.send({ type: 'authorization.start' })
    await until(connection, 'authorized')
    expect(lines.map((line) => line.replace(/ {2,}/g, '  '))).toMatchInlineSnapshot(`
      [
        "09:05:07  payouts  begins in recalling  clientCredentials",
        "09:05:07  payouts  stays in recalling  authorization.start",
        "09:05:07  payouts  recalling → requestingToken  recall answered",
        "09:05:07  payouts  requestingToken → backingOff  requestToken answered · token 503 · server_unavailable · next try in 0.8 s",
        "09:05:07  payouts  backingOff → recalling  the next try was due · server_unavailable",
        "09:05:07  payouts  recalling → requestingToken  recall answered · server_unavailable",
        "09:05:07  payouts  requestingToken → authorized  requestToken answered · token 200 · refresh in 23 h 55 min",
      ]
    `)
  })
})
