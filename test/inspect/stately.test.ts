import { describe, expect, it } from 'vitest'
import { type AnyStateMachine, createMachine } from 'xstate'
import type { Observation } from '../../src/inspect/index.ts'
import { definitionOf } from '../../src/inspect/stately/definition.ts'
import { statelyBrowser, statelyWebSocket } from '../../src/inspect/stately/index.ts'
import { sayTo } from '../../src/inspect/stately/messages.ts'
import { belongsTo } from '../../src/inspect/stately/window.ts'
import { arrowsOf, charts } from '../support/charts.ts'

const appearance = (machine: string, state = 'recalling') =>
  ({ type: 'actor', at: 1, actor: '1', name: 'store-17/till.3', machine, state, tags: ['pending'] }) as const

/** The arrows of a chart, as names only. */
const namesOf = (chart: AnyStateMachine) =>
  arrowsOf(chart).map(({ name, to, guard, actions }) => ({
    name,
    to,
    guard: guard?.type,
    actions: actions.map((action) => action?.type),
  }))

describe.each(charts)('the definition of $id for Stately', ({ id, chart }) => {
  const definition = definitionOf(appearance(id))

  it('has the arrows, states, guards and actions of the chart, by name', () => {
    const built = createMachine(JSON.parse(JSON.stringify(definition)))
    expect(namesOf(built)).toEqual(namesOf(chart))
    expect(built.root.initial.target[0]?.key).toBe('recalling')
    for (const [key, node] of Object.entries(chart.root.states)) {
      expect(built.root.states[key]?.tags).toEqual(node.tags)
      expect(built.root.states[key]?.invoke.map(({ id: actor, src }) => `${actor} ${src}`)).toEqual(
        node.invoke.map(({ id: actor, src }) => `${actor} ${src}`),
      )
    }
  })

  it('is called as the connection, and holds names only', () => {
    expect(definition.id).toBe('store-17/till.3')
    const members = new Set<string>()
    const text = JSON.stringify(definition, (key, value) => {
      if (!/^\d*$/.test(key)) members.add(key)
      return value
    })
    expect(text).not.toMatch(/params|meta|input|description|inline|function|=>/)
    const words = [
      'id',
      'initial',
      'states',
      'tags',
      'invoke',
      'src',
      'onDone',
      'onError',
      'on',
      'target',
      'guard',
      'actions',
    ]
    const others = [...members].filter((member) => !words.includes(member))
    const known = [...Object.keys(chart.root.states), ...chart.events]
    expect(others.filter((member) => !known.includes(member))).toEqual([])
  })
})

describe('a machine of the host’s', () => {
  it.each([
    ['of another name', 'host', 'a'],
    ['of the name of a flow, with states of its own', 'deviceCode', 'a'],
    ['of the name of a flow, with a state that every object has', 'deviceCode', 'constructor'],
  ])('%s has no definition but its name', (_, machine, state) => {
    expect(definitionOf(appearance(machine, state))).toEqual({ id: 'store-17/till.3' })
  })
})

describe('what Stately is told', () => {
  const moved: Observation = {
    ...{ type: 'transition', at: 2, actor: '1', name: 'store-17/till.3', from: 'recalling', to: 'backingOff' },
    ...{ event: 'xstate.done.actor.recall', arrows: [], tags: ['pending'], deadlines: { retry: 9 } },
    ...{ request: { endpoint: 'token', status: 503 }, failure: 'server_unavailable' },
  }
  const stopped: Observation = { type: 'stopped', at: 3, actor: '1', name: 'store-17/till.3' }

  function told(...observations: readonly Observation[]) {
    const messages: unknown[] = []
    const { sink, present } = sayTo({ send: (message) => messages.push(JSON.parse(JSON.stringify(message))) })
    for (const observation of observations) sink(observation)
    return { messages, present, sink }
  }

  it('is an actor, and then events and snapshots, of what was observed', () => {
    const { messages } = told(appearance('deviceCode'), moved, stopped)
    const context = { connection: 'store-17/till.3', deadlines: { retry: 9 }, failure: 'server_unavailable' }
    const event = { type: 'xstate.done.actor.recall', request: { endpoint: 'token', status: 503 } }
    const common = { sessionId: '1', _version: expect.stringMatching(/^\d/), createdAt: expect.stringMatching(/^\d+$/) }
    const first = {
      ...{ status: 'active', value: 'recalling', tags: ['pending'] },
      context: { connection: 'store-17/till.3', deadlines: {} },
    }
    const last = { status: 'active', value: 'backingOff', tags: ['pending'], context }
    const definition = expect.stringMatching(/^\{"id":"store-17\/till\.3","initial":"recalling","states":\{/)
    const rest = { id: null, rootId: 'anonymous' }
    expect(messages).toEqual([
      { type: '@xstate.actor', ...common, id: null, name: 'store-17/till.3', definition, snapshot: first },
      { type: '@xstate.snapshot', ...common, ...rest, snapshot: first, event: { type: 'xstate.init' } },
      { type: '@xstate.event', ...common, id: expect.any(String), rootId: 'anonymous', event },
      { type: '@xstate.snapshot', ...common, ...rest, snapshot: last, event },
      {
        type: '@xstate.snapshot',
        ...common,
        ...rest,
        snapshot: { ...last, status: 'stopped' },
        event: { type: 'xstate.stop' },
      },
    ])
  })

  it('is where each running machine is, for who comes late', () => {
    const { messages, present } = told(appearance('deviceCode'), { ...appearance('host', 'a'), actor: '2' }, moved)
    messages.length = 0
    present()
    expect(messages).toMatchObject([
      { type: '@xstate.actor', sessionId: '1', snapshot: { value: 'backingOff' } },
      { type: '@xstate.snapshot', sessionId: '1', snapshot: { value: 'backingOff' } },
      { type: '@xstate.actor', sessionId: '2', snapshot: { value: 'a' } },
      { type: '@xstate.snapshot', sessionId: '2' },
    ])
  })

  it('is nothing more of a machine that has stopped, or that nobody saw begin', () => {
    const { messages, present } = told(moved, appearance('host', 'a'), stopped, moved, stopped)
    expect(messages).toHaveLength(3)
    present()
    expect(messages).toHaveLength(3)
  })

  it('does not grow with machines that end without a word', () => {
    const { messages, present, sink } = told()
    for (let actor = 1; actor <= 1_100; actor++) sink({ ...appearance('host', 'a'), actor: String(actor) })
    messages.length = 0
    present()
    expect(messages).toHaveLength(2_000)
    expect(messages[0]).toMatchObject({ sessionId: '101' })
  })
})

describe('a way to Stately', () => {
  it.each([
    'ws://example.com',
    'wss://stately-sky-beta.mellson.partykit.dev',
    'http://127.0.0.1:1',
    'ws://127.0.0.1.example.com',
    'x',
    '',
  ])('over a WebSocket does not lead to %j', (url) => {
    expect(() => statelyWebSocket({ url })).toThrow(/statelyWebSocket, option url/)
  })

  it.each(['http://example.com', 'javascript:alert(1)', 'data:text/html,x', 'ws://127.0.0.1', 'x'])(
    'in a window does not lead to %j',
    (url) => {
      expect(() => statelyBrowser({ url })).toThrow(/statelyBrowser, option url/)
    },
  )

  it.each([
    ['https://stately.ai', true],
    ['https://www.stately.ai', true],
    ['https://a.b.stately.ai', true],
    ['http://stately.ai', false],
    ['https://stately.ai:8443', false],
    ['https://notstately.ai', false],
    ['https://stately.ai.example', false],
    ['https://ai', false],
    ['null', false],
    ['', false],
  ])('in a window speaks with %s: %s', (origin, isStately) => {
    expect(belongsTo(new URL('https://stately.ai/inspect'), origin)).toBe(isStately)
  })

  it.each([
    ['options', null],
    ['url', { url: 7 }],
    ['nope', { nope: 1 }],
    ['iframe', { iframe: null }],
    ['onProblem', { onProblem: 'x' }],
  ])('refuses a wrong %s by name', (name, options) => {
    // As a caller without types would.
    for (const make of [statelyWebSocket, statelyBrowser])
      expect(() => Reflect.apply(make, undefined, [options])).toThrow(`${make.name}, option ${name} (`)
  })

  it('in a window needs a page', () => {
    expect(() => statelyBrowser()).toThrow(/statelyBrowser .*statelyWebSocket/)
  })
})
