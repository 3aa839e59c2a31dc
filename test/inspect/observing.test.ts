import { describe, expect, it, vi } from 'vitest'
import { assign, createActor, fromPromise, raise, setup } from 'xstate'
import { deviceCode } from '../../machines/device-code.ts'
import { consoleReporter, createInspector, type Observation, recorder } from '../../src/inspect/index.ts'
import { lineOf, parseRecording } from '../../src/inspect/recording.ts'
import { token } from '../support/charts.ts'
import { answering, authorized, waiting } from './support/answering.ts'
import { uncaughtBy } from './support/uncaught.ts'

/** Keeps what is told of whatever is inspected. */
function eye() {
  const seen: Observation[] = []
  let at = 0
  const inspect = createInspector((observation) => seen.push(observation), {
    now: () => ++at,
    // What is thrown here would be dropped.
    onProblem: (error) => void Promise.reject(error),
  })
  return {
    seen,
    inspect,
    moves: () => seen.flatMap((one) => (one.type === 'transition' ? [`${one.from} → ${one.to}`] : [])),
  }
}

const machine = setup({ types: { events: {} as { type: string } } })
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('of a flow, an inspector tells', () => {
  it('where it begins, each arrow with its request and its deadlines, and that it has stopped', async () => {
    const { seen, inspect } = eye()
    const actor = createActor(answering(deviceCode, { pollToken: authorized }), {
      input: { connection: 'store-17/till-3' },
      inspect,
    }).start()
    await settled()
    actor.send({ type: 'authorization.start' })
    await settled()
    actor.stop()
    const common = { actor: '1', name: 'store-17/till-3' }
    expect(seen).toEqual([
      { type: 'actor', ...common, at: 1, machine: 'deviceCode', state: 'recalling', tags: ['pending'] },
      {
        ...{ type: 'transition', ...common, at: 2, from: 'recalling', to: 'idle', event: 'xstate.done.actor.recall' },
        arrows: ['recalling|xstate.done.actor.recall|idle'],
        tags: ['needsUser'],
        deadlines: {},
      },
      {
        ...{ type: 'transition', ...common, at: 3, from: 'idle', to: 'requestingCode', event: 'authorization.start' },
        arrows: ['idle|authorization.start|requestingCode'],
        tags: ['pending'],
        deadlines: {},
      },
      {
        ...{ type: 'transition', ...common, at: 4, from: 'requestingCode', to: 'awaitingUser' },
        event: 'xstate.done.actor.requestCode',
        arrows: ['requestingCode|xstate.done.actor.requestCode|awaitingUser'],
        tags: ['needsUser'],
        deadlines: { poll: 5_000, prompt: 900_000 },
        request: { endpoint: 'token', status: 400 },
      },
      {
        ...{
          type: 'transition',
          ...common,
          at: 5,
          from: 'awaitingUser',
          to: 'polling',
          event: 'xstate.done.actor.nextPoll',
        },
        arrows: ['awaitingUser|xstate.done.actor.nextPoll|polling'],
        tags: ['needsUser', 'pending'],
        deadlines: { poll: 5_000, prompt: 900_000 },
      },
      {
        ...{
          type: 'transition',
          ...common,
          at: 6,
          from: 'polling',
          to: 'authorized',
          event: 'xstate.done.actor.pollToken',
        },
        arrows: ['polling|xstate.done.actor.pollToken|authorized'],
        tags: ['connected'],
        deadlines: { refresh: 1_000, token: 2_000 },
        request: { endpoint: 'token', status: 200 },
      },
      { type: 'stopped', ...common, at: 7 },
    ])
  })

  it('the failure, and the next try', async () => {
    const { seen, inspect } = eye()
    const failing = {
      ...waiting,
      standing: 'backingOff',
      retryAt: 60_000,
      failure: { code: 'network', message: 'a', retryable: true },
    }
    const actor = createActor(answering(deviceCode, { requestCode: failing, deadline: 'never' }), {
      input: { connection: 'till' },
      inspect,
    })
    actor.start()
    await settled()
    actor.send({ type: 'authorization.start' })
    await settled()
    actor.stop()
    expect(seen.at(-2)).toMatchObject({ to: 'backingOff', failure: 'network', deadlines: { retry: 60_000 } })
  })

  it('no renewal of a token that cannot be renewed, and the same names for the same arrows each time', async () => {
    const { seen, inspect } = eye()
    const fixed = { ...authorized, token: { ...token, renewable: false } }
    const machine = answering(deviceCode, { recall: fixed, refreshToken: fixed })
    const actor = createActor(machine, { input: { connection: 'till' }, inspect }).start()
    for (let turn = 0; turn < 2; turn++) {
      await settled()
      actor.send({ type: 'token.refresh' })
    }
    await settled()
    const moves = seen.filter((one) => one.type === 'transition')
    expect(moves[0]?.deadlines).toEqual({ token: 2_000 })
    expect(moves.map(({ arrows }) => arrows.join())).toEqual([
      'recalling|xstate.done.actor.recall|authorized',
      ...Array.from({ length: 2 }, () => [
        'authorized|token.refresh|refreshing',
        'refreshing|xstate.done.actor.refreshToken|authorized',
      ]).flat(),
    ])
  })

  it('no number that is none, and no failure code that is not known, whatever a host’s own actor answers', async () => {
    const { seen, inspect } = eye()
    const odd = {
      ...waiting,
      ...{ nextPollAt: 'marker', retryAt: Number.NaN, pollIntervalSeconds: 'marker' },
      prompt: { kind: 'device', userCode: 'marker', expiresAt: { marker: 1 } },
      token: { renewable: true, refreshAt: 'marker', expiresAt: Number.POSITIVE_INFINITY },
      failure: { code: 'marker', message: 'marker' },
      request: { endpoint: 'marker', status: 'marker' },
    }
    const actor = createActor(answering(deviceCode, { requestCode: odd, deadline: 'never' }), {
      input: { connection: 'till' },
      inspect,
    })
    actor.start()
    await settled()
    actor.send({ type: 'authorization.start' })
    await settled()
    const last = seen.at(-1)
    expect(last).toMatchObject({ to: 'awaitingUser' })
    expect(last?.type === 'transition' && last.deadlines).toEqual({})
    expect(JSON.stringify(seen)).not.toContain('marker')
  })
})

describe('of a machine of the host’s, an inspector tells', () => {
  it('nothing of an event that leads nowhere, and one transition for an event that only acts', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({ initial: 'a', states: { a: { on: { act: { actions: () => {} } } } } })
    const actor = createActor(chart, { inspect }).start()
    actor.send({ type: 'unknown' })
    expect(seen).toHaveLength(1)
    actor.send({ type: 'act' })
    expect(seen[1]).toMatchObject({ from: 'a', to: 'a', event: 'act', arrows: ['a|act|a'], deadlines: {} })
  })

  it('where it is when it has been made, though arrows led there', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({
      id: 'host',
      initial: 'a',
      states: { a: { always: 'b' }, b: { on: { go: 'a' } } },
    })
    const actor = createActor(chart, { inspect }).start()
    expect(seen).toEqual([{ type: 'actor', at: 1, actor: '1', name: 'host', machine: 'host', state: 'b', tags: [] }])
    actor.send({ type: 'go' })
    expect(seen[1]).toMatchObject({ from: 'b', to: 'b', event: 'go', arrows: ['b|go|a', 'a||b'] })
  })

  it('each arrow of a step that goes through several states', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { entry: raise({ type: 'on' }), on: { on: 'c' } }, c: {} },
    })
    createActor(chart, { inspect }).start().send({ type: 'go' })
    expect(seen[1]).toMatchObject({ from: 'a', to: 'c', event: 'go', arrows: ['a|go|b', 'b|on|c'] })
  })

  it('nested and parallel states by their whole way', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({
      type: 'parallel',
      states: {
        one: {
          type: 'parallel',
          states: {
            left: { initial: 'x', states: { x: { on: { go: 'y' } }, y: {} } },
            right: { initial: 'z', states: { z: {} } },
          },
        },
        other: {},
      },
    })
    createActor(chart, { inspect }).start().send({ type: 'go' })
    expect(seen).toMatchObject([
      { state: 'one.left.x, one.right.z, other' },
      { to: 'one.left.y, one.right.z, other', arrows: ['one.left.x|go|one.left.y'] },
    ])
  })

  it('a history state by the state that was remembered', () => {
    const { seen, inspect, moves } = eye()
    const chart = machine.createMachine({
      initial: 'work',
      states: {
        work: {
          initial: 'a',
          on: { out: 'away' },
          states: { a: { on: { go: 'b' } }, b: {}, again: { type: 'history' } },
        },
        away: { on: { back: 'work.again' } },
      },
    })
    const actor = createActor(chart, { inspect }).start()
    for (const type of ['go', 'out', 'back']) actor.send({ type })
    expect(moves()).toEqual(['work.a → work.b', 'work.b → away', 'away → work.b'])
    expect(seen.at(-1)).toMatchObject({ arrows: ['away|back|work.again'] })
  })

  it('machines that it spawns, and no other actor', async () => {
    const { seen, inspect } = eye()
    const chart = setup({
      types: { events: {} as { type: 'go' } },
      actors: {
        child: machine.createMachine({ id: 'child', initial: 'x', states: { x: {} } }),
        work: fromPromise(async () => 1),
      },
    }).createMachine({
      id: 'parent',
      initial: 'a',
      states: {
        a: { invoke: { src: 'work', onDone: 'b' } },
        b: { entry: assign(({ spawn }) => ({ ref: spawn('child', { id: 'marker' }) })) },
      },
    })
    createActor(chart, { inspect }).start()
    await settled()
    expect(seen.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'actor parent',
      'actor child',
      'transition parent',
    ])
  })

  it('its end once, however often it is started and stopped after that', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } })
    const actor = createActor(chart, { inspect }).start()
    actor.send({ type: 'go' })
    for (let turn = 0; turn < 3; turn++) actor.start().stop()
    expect(seen.map(({ type }) => type)).toEqual(['actor', 'transition', 'stopped'])
    const other = createActor(chart, { inspect }).start()
    for (let turn = 0; turn < 3; turn++) other.stop().start()
    expect(seen.slice(3).map(({ type, actor: number }) => `${type} ${number}`)).toEqual(['actor 2', 'stopped 2'])
  })

  it('its end where it breaks by an error that nobody caught', async () => {
    const { seen, inspect } = eye()
    const chart = setup({ actors: { work: fromPromise(() => Promise.reject(new Error('marker'))) } }).createMachine({
      initial: 'a',
      states: { a: { invoke: { src: 'work' } } },
    })
    const actor = createActor(chart, { inspect })
    actor.subscribe({ error: () => {} })
    actor.start()
    await settled()
    expect(seen.map(({ type }) => type)).toEqual(['actor', 'stopped'])
  })

  it('nothing of one that breaks before it was anywhere', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({
      context: () => {
        throw new Error('marker')
      },
    })
    const actor = createActor(chart, { inspect })
    actor.subscribe({ error: () => {} })
    actor.start()
    actor.stop()
    expect(seen).toEqual([])
  })

  it('nothing of logic that looks like a machine and is none', () => {
    const { seen, inspect } = eye()
    const secret = {
      value: 'marker',
      tags: new Set(['marker']),
      status: 'active',
      output: undefined,
      error: undefined,
    } as const
    const logic = {
      ...{ id: 'marker', root: { machine: {} }, config: deviceCode.config },
      transition: () => secret,
      getInitialSnapshot: () => secret,
      getPersistedSnapshot: () => secret,
    }
    createActor(logic, { inspect }).start().send({ type: 'go' })
    expect(seen).toEqual([])
  })
})

describe('an inspector that comes late', () => {
  const chart = setup({ types: { events: {} as { type: string } }, actions: { act: (_) => {} } }).createMachine({
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: { on: { go: { target: 'c', actions: 'act' } } }, c: {} },
  })

  it('tells where the machine was before the arrow that it sees first', () => {
    const { seen, inspect } = eye()
    const actor = createActor(chart).start()
    actor.send({ type: 'go' })
    actor.system.inspect(inspect)
    actor.send({ type: 'go' })
    expect(seen).toMatchObject([
      { type: 'actor', state: 'b' },
      { from: 'b', to: 'c', arrows: ['b|go|c'] },
    ])
  })

  it('tells where the machine is where it comes in the middle of a step', () => {
    const { seen, inspect } = eye()
    const actor = createActor(chart.provide({ actions: { act: ({ system }) => void system.inspect(inspect) } })).start()
    actor.send({ type: 'go' })
    actor.send({ type: 'go' })
    expect(seen).toMatchObject([
      { type: 'actor', state: 'b' },
      { from: 'b', to: 'c' },
    ])
  })

  it('tells of a machine that it has only seen stop', () => {
    const { seen, inspect } = eye()
    const actor = createActor(chart).start()
    actor.system.inspect(inspect)
    actor.stop()
    expect(seen).toMatchObject([{ type: 'actor', state: 'a' }, { type: 'stopped' }])
  })

  it('is told nothing more once it has left', () => {
    const { seen, inspect } = eye()
    const actor = createActor(chart).start()
    const { unsubscribe } = actor.system.inspect(inspect)
    actor.send({ type: 'go' })
    unsubscribe()
    actor.send({ type: 'go' })
    expect(seen).toHaveLength(2)
  })
})

describe('what an inspector tells', () => {
  it('is never longer than what a reader takes', () => {
    const { seen, inspect } = eye()
    const long = 'x'.repeat(600)
    const chart = setup({
      types: { context: {} as { count: number }, events: {} as { type: string }, tags: {} as string },
    }).createMachine({
      id: long,
      context: { count: 0 },
      initial: long,
      states: {
        [long]: { on: { go: 'loop' }, tags: Array.from({ length: 200 }, (_, index) => `${index}${long}`) },
        loop: {
          always: {
            guard: ({ context }) => context.count < 300,
            actions: assign({ count: ({ context }) => context.count + 1 }),
            target: 'loop',
            reenter: true,
          },
        },
      },
    })
    createActor(chart, { inspect }).start().send({ type: 'go' })
    const text = ['{"type":"recording","version":1,"at":0}', ...seen.map(lineOf)].join('\n')
    expect(parseRecording(text)).toEqual({ observations: seen, problems: [] })
    expect(seen).toHaveLength(2)
    expect(seen[1]).toMatchObject({ to: 'loop', event: 'go', arrows: { length: 100 } })
  })

  it('counts machines through, and takes an actor that begins anew for another one', () => {
    const { seen, inspect } = eye()
    const chart = machine.createMachine({ initial: 'a', states: { a: {} } })
    for (let turn = 0; turn < 3; turn++) createActor(chart, { inspect }).start()
    expect(seen.map(({ actor }) => actor)).toEqual(['1', '2', '3'])
  })
})

describe('an inspector, a recorder and a reporter', () => {
  it.each<[string, unknown[]]>([
    ['createInspector, sink', []],
    ['createInspector, sink', [null]],
    ['createInspector, sink', [{}]],
    ['createInspector, sink', ['x']],
    ['createInspector, sink', [[() => {}, 1]]],
    ['createInspector, option options', [() => {}, null]],
    ['createInspector, option now', [() => {}, { now: 5 }]],
    ['createInspector, option onProblem', [[], { onProblem: 'x' }]],
    ['createInspector, option nwo', [() => {}, { nwo: Date.now }]],
    ['recorder, write', []],
    ['consoleReporter, print', [{}]],
  ])('refuse by name what is none: %s, given %j', (name, given) => {
    const make = { createInspector, recorder, consoleReporter }[name.split(',')[0] ?? '']
    // As a caller without types would.
    const making = () => Reflect.apply(make ?? expect.fail, undefined, given)
    expect(making).toThrow(expect.objectContaining({ name: 'OAuthError', code: 'invalid_configuration' }))
    expect(making).toThrow(`${name} (`)
  })
})

describe('a sink that throws', () => {
  const chart = machine.createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } })
  const broken = () => {
    throw new Error('disk full')
  }

  it('disturbs neither the machine nor the other sinks', () => {
    const problems: unknown[] = []
    const seen: Observation[] = []
    const inspect = createInspector([broken, (one) => seen.push(one)], { onProblem: (error) => problems.push(error) })
    const actor = createActor(chart, { inspect }).start()
    actor.send({ type: 'go' })
    expect(actor.getSnapshot()).toMatchObject({ value: 'b', status: 'active' })
    expect(seen).toHaveLength(2)
    expect(problems).toEqual([new Error('disk full'), new Error('disk full')])
  })

  it('is told of on the console once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      createActor(chart, { inspect: createInspector(broken) })
        .start()
        .send({ type: 'go' })
      expect(warn.mock.calls).toEqual([[expect.stringMatching(/^createInspector: .*disk full/)]])
    } finally {
      warn.mockRestore()
    }
  })

  it('and neither does one that rejects, or a recorder or reporter that writes later', async () => {
    const problems: unknown[] = []
    const later = async () => broken()
    const inspect = createInspector([later, recorder(later), consoleReporter(later)], {
      onProblem: (error) => problems.push(error),
    })
    const uncaught = await uncaughtBy(() => createActor(chart, { inspect }).start().send({ type: 'go' }))
    expect(uncaught).toEqual([])
    expect(problems).toEqual(Array(6).fill(new Error('disk full')))
  })

  it.each([
    ['throws', broken],
    ['rejects', async () => broken()],
  ])('and neither does an onProblem that %s', async (_, onProblem) => {
    const inspect = createInspector([broken, async () => broken()], { now: Date.now, onProblem })
    const actor = createActor(chart, { inspect })
    expect(await uncaughtBy(() => actor.start().send({ type: 'go' }))).toEqual([])
    expect(actor.getSnapshot().value).toBe('b')
  })

  it('and neither does a clock that throws', () => {
    const problems: unknown[] = []
    const inspect = createInspector(() => {}, { now: broken, onProblem: (error) => problems.push(error) })
    const actor = createActor(chart, { inspect }).start()
    actor.send({ type: 'go' })
    expect(actor.getSnapshot().value).toBe('b')
    expect(problems.length).toBeGreaterThan(0)
  })
})
