import { describe, expect, it } from 'vitest'
import { type AnyStateMachine, createActor } from 'xstate'
import { arrowsOf, charts, step, summary, wordOf } from './support/charts.ts'

const shared = ['authorized', 'refreshing', 'backingOff', 'revoking', 'forgetting', 'revoked', 'expired', 'failed']

const statesOf = (chart: AnyStateMachine) => Object.values(chart.root.states)
const invokesOf = (chart: AnyStateMachine) => statesOf(chart).flatMap(({ invoke }) => invoke)
/** What the charts are written with, and what `flow` has: one object, since all charts come from one setup. */
const { implementations } = charts.map(({ chart }) => chart)[0] ?? { implementations: undefined }

describe.each(charts)('$id', ({ chart, start, awaiting }) => {
  it('begins by recalling, and survives actors that nobody has provided', async () => {
    const actor = createActor(chart, { input: { connection: 'store-17/till-3' } }).start()
    expect(actor.getSnapshot()).toMatchObject({ value: 'recalling', status: 'active' })
    await new Promise((resolve) => setTimeout(resolve))
    expect(actor.getSnapshot()).toMatchObject({ value: 'failed', status: 'active' })
    expect(actor.getSnapshot().context.failure.message).toContain('recall')
    actor.stop()
  })

  it('reads in its first state, and does nothing else there', () => {
    expect(chart.root.initial.target?.map(({ key }) => key)).toEqual(['recalling'])
    const { recalling } = chart.root.states
    expect(recalling?.invoke.map(({ src }) => src)).toEqual(['recall'])
    expect([recalling?.entry, recalling?.exit, chart.root.entry, chart.root.invoke]).toEqual([[], [], [], []])
  })

  it('can reach every state', () => {
    const arrows = arrowsOf(chart)
    const reached = new Set(['recalling'])
    for (const state of reached)
      for (const { from, to } of arrows) if (from === state) for (const key of to) reached.add(key)
    expect([...reached].sort()).toEqual(Object.keys(chart.root.states).sort())
  })

  it('can leave every state', () => {
    const dead = statesOf(chart).filter(
      ({ key }) => !arrowsOf(chart).some(({ from, to }) => from === key && to.some((t) => t !== key)),
    )
    expect(dead.map(({ key }) => key)).toEqual([])
  })

  it('describes and tags every state', () => {
    expect(chart.root.description).toMatch(/RFC \d{4}/)
    for (const { key, description, tags } of statesOf(chart)) {
      expect(description, key).toMatch(/^[A-Z][^\n]+\.$/)
      expect(tags.length, key).toBeGreaterThan(0)
    }
  })

  it('is flat, and has neither timers nor transitions without an event', () => {
    for (const { key, after, always, states, type } of [chart.root, ...statesOf(chart)]) {
      expect(after, key).toEqual([])
      expect(always ?? [], key).toEqual([])
      if (key !== chart.id) expect([Object.keys(states), type], key).toEqual([[], 'atomic'])
    }
  })

  it('names every invoke once, and listens to its answer and to its defect', () => {
    const ids = invokesOf(chart).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const state of statesOf(chart))
      for (const { id } of state.invoke) {
        expect(id).toMatch(/^[a-z][A-Za-z]+$/)
        expect(state.transitions.has(`xstate.done.actor.${id}`), `${id} onDone`).toBe(true)
        expect(state.transitions.has(`xstate.error.actor.${id}`), `${id} onError`).toBe(true)
      }
  })

  it('ends every list of answers without a guard, so that no answer is unheard', () => {
    for (const { key, transitions } of statesOf(chart))
      for (const [event, arrows] of transitions) {
        if (!event.startsWith('xstate.')) continue
        expect(arrows.at(-1)?.guard, `${key} + ${event}`).toBeUndefined()
        expect(
          arrows.slice(0, -1).every(({ guard }) => guard !== undefined),
          `${key} + ${event}`,
        ).toBe(true)
      }
  })

  it('hears only events of its own actors and of its hosts', () => {
    for (const state of statesOf(chart))
      for (const event of state.transitions.keys()) {
        const [, id] = /^xstate\.(?:done|error)\.actor\.(.+)$/.exec(event) ?? []
        if (id === undefined) expect(event).toMatch(/^[a-z]+\.[a-z]+$/)
        else expect(state.invoke.map((invoke) => invoke.id)).toContain(id)
      }
    expect([...chart.root.transitions.keys()]).toEqual([])
  })

  it('leads every arrow to a state of its own', () => {
    const states = new Set(statesOf(chart))
    for (const { arrow, name } of arrowsOf(chart))
      for (const target of arrow.target ?? []) expect(states.has(target), name).toBe(true)
  })

  it('uses no word that does not exist, and none without a name', () => {
    for (const { name, guard, actions } of arrowsOf(chart)) {
      if (guard) expect(Object.keys(chart.implementations.guards), name).toContain(guard.type)
      for (const action of actions) expect(Object.keys(chart.implementations.actions), name).toContain(action?.type)
    }
    for (const { src } of invokesOf(chart)) expect(Object.keys(chart.implementations.actors)).toContain(src)
    for (const { key, entry, exit } of statesOf(chart)) expect([entry, exit], key).toEqual([[], []])
  })

  it('names the actor that broke', () => {
    for (const state of statesOf(chart))
      for (const { id, src } of state.invoke) {
        const [arrow] = state.transitions.get(`xstate.error.actor.${id}`) ?? []
        expect(
          arrow?.target?.map(({ key }) => key),
          id,
        ).toEqual(['failed'])
        expect(arrow?.actions.map(wordOf), id).toEqual([{ type: 'admitDefect', params: { actor: src } }])
      }
  })

  it('looks again, or says that it is broken, when a record stands where this chart has no state', () => {
    const foreign = (['awaitingUser', 'polling', 'slowDown'] as const).filter(
      (standing) => !awaiting.includes(standing),
    )
    for (const standing of foreign) {
      const { to, actions } = step(chart, 'recalling', { type: 'xstate.done.actor.recall', output: summary(standing) })
      // An arrow from a state to itself does not start its actor again, unless it says `reenter`.
      expect(to === 'recalling' && !actions.includes('xstate.spawnChild'), `${standing} is a dead end`).toBe(false)
    }
  })

  it('starts with its own first request', () => {
    expect(arrowsOf(chart).find(({ from, event }) => from === 'idle' && event === 'authorization.start')?.to).toEqual([
      start,
    ])
  })
})

describe('the charts together', () => {
  it('use every word of the flow', () => {
    const words = (kind: 'guard' | 'actions') =>
      new Set(charts.flatMap(({ chart }) => arrowsOf(chart).flatMap((arrow) => arrow[kind])).map((word) => word?.type))
    const sources = new Set(charts.flatMap(({ chart }) => invokesOf(chart).map(({ src }) => src)))
    expect(Object.keys(implementations?.guards ?? {}).filter((guard) => !words('guard').has(guard))).toEqual([])
    expect(Object.keys(implementations?.actions ?? {}).filter((action) => !words('actions').has(action))).toEqual([])
    expect(Object.keys(implementations?.actors ?? {}).filter((actor) => !sources.has(actor))).toEqual([])
    expect(sources.size).toBe(11)
  })

  it.each(shared)('share all arrows of %s', (key) => {
    const [device, ...others] = charts.map(({ chart, start }) => {
      const node = chart.root.states[key]
      const arrows = arrowsOf(chart)
        .filter(({ from, event }) => from === key && !(key !== 'backingOff' && event === 'authorization.responded'))
        .map(({ arrow: _, ...arrow }) => arrow)
      const invokes = node?.invoke.map(({ id, src }) => ({ id, src }))
      const { description, tags } = node ?? {}
      return JSON.stringify({ description, tags, invokes, arrows }).replaceAll(`"${start}"`, '"START"')
    })
    expect(device).toContain(`"from":"${key}"`)
    expect(others).toEqual([device, device])
  })

  it('give a state of one name the same tags, and these', () => {
    const tags = charts.flatMap(({ chart }) => statesOf(chart).map(({ key, tags }) => `${key}: ${tags.join(' ')}`))
    expect([...new Set(tags)].sort()).toEqual([
      'adopting: pending',
      'authorized: connected',
      'awaitingUser: needsUser',
      'backingOff: pending',
      'exchangingCode: pending',
      'expired: needsUser',
      'failed: needsUser',
      'forgetting: pending',
      'idle: needsUser',
      'polling: needsUser pending',
      'preparing: pending',
      'recalling: pending',
      'refreshing: connected pending',
      'requestingCode: pending',
      'requestingToken: pending',
      'revoked: needsUser',
      'revoking: pending',
      'slowDown: needsUser',
    ])
  })
})
