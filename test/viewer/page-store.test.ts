import { describe, expect, it } from 'vitest'
import type { ToPage } from '../../src/inspect/messages.ts'
import type { Observation } from '../../src/inspect/observation.ts'
import { presentOf, storiesOf, type Visit } from '../../src/inspect/story.ts'
import { openSocket } from '../../src/viewer/page/socket.ts'
import { type Collected, collect, nothing } from '../../src/viewer/page/state/collected.ts'
import { connectionsOf, isOver, presentLife, requestsOf, visitsOf } from '../../src/viewer/page/state/connections.ts'
import { withoutOldest } from '../../src/viewer/page/state/forgetting.ts'
import { lookAt, momentOf } from '../../src/viewer/page/state/look.ts'
import { storyAt } from '../../src/viewer/page/state/past.ts'
import {
  begin,
  collectedIn,
  isPast,
  type Link,
  reduce,
  type State,
  shownOf,
  stepAt,
  stepsOf,
} from '../../src/viewer/page/state/store.ts'
import { type Telling, tell } from '../support/viewer-page/telling.ts'

const NOW = Date.UTC(2026, 0, 1)

const device = tell('1', 'shop/till', 'deviceCode', NOW)
  .answer(200, 'recall', 'idle')
  .go(1_000, 'authorization.start', 'requestingCode')
  .answer(300, 'requestCode', 'awaitingUser', {
    request: { endpoint: 'deviceAuthorization', status: 200 },
    deadlines: { poll: 5_000, prompt: 600_000 },
  })
  .go(100, 'record.changed', 'awaitingUser', { deadlines: { poll: 4_900, prompt: 599_900 } })
  .answer(5_000, 'nextPoll', 'polling')
  .answer(200, 'pollToken', 'backingOff', {
    request: { endpoint: 'token' },
    failure: 'network',
    deadlines: { retry: 8_000 },
  })
  .stop(1_000)
const service = tell('2', 'office', 'clientCredentials', NOW + 500)
  .answer(200, 'recall', 'requestingToken')
  .answer(300, 'requestToken', 'authorized', {
    request: { endpoint: 'token', status: 200 },
    deadlines: { refresh: 50_000, token: 60_000 },
  })

const byTime = (...tellings: readonly Telling[]) =>
  tellings.flatMap(({ observations }) => observations).sort((one, other) => one.at - other.at)
const both = byTime(device, service)

/** Of a tab that was never welcome. */
const emptyStorage: Storage = {
  length: 0,
  clear: () => {},
  getItem: () => null,
  key: () => null,
  removeItem: () => {},
  setItem: () => {},
}

/** Three machines that go from state to state, or stay, as a generator of numbers says: the same at each run. */
function wandering(length: number): readonly Observation[] {
  let seed = 1
  const chance = (below: number) => {
    seed = (seed * 48_271) % 0x7fff_ffff
    return seed % below
  }
  const words = ['idle', 'polling', 'awaitingUser'] as const
  let machines = ['1', '2', '3'].map((actor) => tell(actor, `till ${actor}`, 'deviceCode', NOW))
  const order = machines.flatMap(({ observations }) => observations)
  while (order.length < length) {
    const moving = chance(3)
    const more = chance(2) === 0 ? { request: { endpoint: 'token', status: 400 } as const, deadlines: { poll: 5 } } : {}
    machines = machines.map((machine, index) =>
      index === moving ? machine.go(chance(9), 'event', words[chance(3)] ?? 'idle', more) : machine,
    )
    order.push(...(machines[moving]?.observations.slice(-1) ?? []))
  }
  return order
}

const host = (id: string, name = 'app', ahead = 0): ToPage => ({ type: 'host', host: id, name, deeds: [], ahead })
const observed = (id: string, observations: readonly Observation[]) =>
  observations.map((observation): ToPage => ({ type: 'observed', host: id, observation }))
const screen = (id: string, actor: string): ToPage => ({
  ...{ type: 'screen', host: id, actor },
  screen: { accepts: [], message: 'said' },
})
const heard = (messages: readonly ToPage[], at = NOW + 3_600_000) => messages.map((message) => ({ message, at }))
const seen = (...messages: readonly ToPage[]): Collected => collect(nothing, heard(messages))
const acted = (state: State, ...actions: readonly Parameters<typeof reduce>[1][]) => actions.reduce(reduce, state)
const states = ({ observations }: Collected) =>
  [...storiesOf(observations).values()].map((story) => presentOf(story)?.state)

describe('what was told', () => {
  it('is the same, however many messages are taken at a time', () => {
    const messages = [host('a'), host('b'), ...observed('a', both), ...observed('b', both), screen('a', '2')]
    const all = seen(...messages)
    for (const size of [1, 2, 7]) {
      let collected = nothing
      for (let from = 0; from < messages.length; from += size)
        collected = collect(collected, heard(messages.slice(from, from + size)))
      expect(collected).toEqual(all)
    }
    expect(all.stories).toEqual(storiesOf(all.observations))
  })

  it('keeps the actors of two hosts apart, which both count from 1', () => {
    const { stories, owners } = seen(
      host('a'),
      host('b'),
      ...observed('a', both),
      ...observed('b', device.observations),
    )
    expect([...stories.keys()]).toEqual(['a/1', 'a/2', 'b/1'])
    expect(owners.get('b/1')).toEqual({ host: 'b', actor: '1' })
  })

  it('holds a screen until the connection stops or its host leaves', () => {
    const shown = [host('a'), ...observed('a', service.observations), screen('a', '2')]
    expect(seen(...shown).screens.has('a/2')).toBe(true)
    expect(
      seen(...shown, ...observed('a', [{ type: 'stopped', at: NOW, actor: '2', name: 'office' }])).screens.size,
    ).toBe(0)
    const left = seen(...shown, { type: 'left', host: 'a' })
    expect(left.screens.size).toBe(0)
    expect(left.hosts.get('a')).toMatchObject({ isGone: true })
    expect(left.stories.size).toBe(1)
  })

  it.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('counts down right where the clock of a host is an hour %s, and when it is set', (_, ahead) => {
    const shifted = service.observations.map((each): Observation => {
      const at = each.at + ahead
      return each.type === 'transition' ? { ...each, at, deadlines: { token: at + 60_000 } } : { ...each, at }
    })
    const now = service.at + 20_000
    const left = (...messages: readonly ToPage[]) => {
      const state = acted(begin(), { type: 'welcome' }, { type: 'told', told: heard(messages) })
      const [office] = connectionsOf(state.live)
      const look = office && lookAt(office, state, now)
      return look?.deadlines.map(({ at }) => at - look.now)
    }
    expect(left(host('a', 'app', ahead), ...observed('a', shifted))).toEqual([40_000])
    const set: ToPage = { type: 'clock', host: 'a', ahead }
    expect(left(host('a'), ...observed('a', shifted), set)).toEqual([40_000])
  })

  it('is of the time that it was told at, also before a host’s clock was set, and where what was before is forgotten', () => {
    const HOUR = 3_600_000
    const later = device.observations.map((each): Observation => ({ ...each, at: each.at + HOUR, actor: '9' }))
    const set: ToPage = { type: 'clock', host: 'a', ahead: HOUR }
    const all = seen(host('a'), ...observed('a', device.observations), set, ...observed('a', later))
    const looks = (live: Collected) =>
      live.observations.map(({ actor }, position) => {
        const look = connectionsOf(live).find(({ lives }) => lives.some((life) => life.actor === actor))
        const at = look && lookAt(look, { ...begin(), live, position }, 0)
        return [momentOf(live, position), at?.now, at?.ahead]
      })
    const instants = device.observations.map(({ at }) => at)
    const told = [...instants.map((at) => [at, at, 0]), ...instants.map((at) => [at, at + HOUR, HOUR])]
    expect(looks(all)).toEqual(told)
    for (let kept = 1; kept <= told.length; kept++)
      expect(looks(withoutOldest(all, kept)).slice(-kept)).toEqual(told.slice(-kept))
  })
})

describe('a story at a moment', () => {
  it.each([
    ['of two connections', both],
    ['of three that wander at random', wandering(300)],
  ])('%s is what telling it up to there gives, at each moment', (_, all) => {
    const stories = storiesOf(all)
    for (let position = -1; position < all.length; position++) {
      const told = storiesOf(all.slice(0, position + 1))
      for (const [actor, story] of stories) expect(storyAt(story, all, position)).toEqual(told.get(actor))
    }
  })
})

describe('forgetting', () => {
  const collected = seen(host('a'), ...observed('a', both))

  it.each([0, 1, 4, 9, both.length])('leaves where each machine is, and why, with %i observations kept', (kept) => {
    const { stories, observations } = withoutOldest(collected, kept)
    expect(stories).toEqual(storiesOf(observations))
    for (const [actor, story] of collected.stories) {
      const { visits, requests, ...present } = stories.get(actor) ?? {}
      const { visits: before, requests: asked, ...was } = story
      expect(present).toEqual(was)
      const kinds = (all: readonly Visit[]) => all.map(({ state, tags }) => ({ state, tags }))
      expect(kinds(visits ?? [])).toEqual(kinds(before.slice(-(visits?.length ?? 0))))
      const instants = requests?.map(({ at }) => at) ?? []
      expect(instants).toEqual(asked.map(({ at }) => at).slice(asked.length - instants.length))
    }
  })

  it('leaves no more than was asked for, but what is left of each machine', () => {
    expect(withoutOldest(collected, 3).observations.length).toBeLessThanOrEqual(3 + 3 * collected.stories.size)
  })

  it('happens by itself, and whoever looks at the past stays where they are', () => {
    const [first] = service.observations
    if (!first) throw new Error('too short')
    const step: Observation = {
      ...{ type: 'transition', at: NOW, actor: '2', name: 'office', from: 'authorized', to: 'authorized' },
      ...{ event: 'record.changed', arrows: [], tags: [], deadlines: {} },
    }
    const many = Array.from({ length: 29_990 }, (_, index) => ({ ...step, at: NOW + index }))
    let state = reduce(begin(), { type: 'told', told: heard([host('a'), ...observed('a', [first, ...many])]) })
    state = reduce(state, { type: 'go', to: 29_000 })
    const lookedAt = collectedIn(state).observations[29_000]
    state = reduce(state, { type: 'told', told: heard(observed('a', many.slice(0, 20))) })
    expect(collectedIn(state).observations.length).toBeLessThan(20_010)
    expect(collectedIn(state).observations[state.position ?? -1]).toEqual(lookedAt)
    expect(state.notices).toEqual([])
  })

  it('moves whoever looks at what is forgotten to the earliest moment that is kept, and says so', () => {
    const [first] = service.observations
    if (!first) throw new Error('too short')
    const all = [first, ...wandering(30_000).map((each) => ({ ...each, actor: `w${each.actor}` }))]
    let state = reduce(begin(), { type: 'told', told: heard([host('a'), ...observed('a', all.slice(0, 30_000))]) })
    state = acted(state, { type: 'go', to: 100 }, { type: 'told', told: heard(observed('a', all.slice(30_000))) })
    expect(state.live.observations[state.position ?? -1]).toMatchObject({ at: all.at(-20_000)?.at })
    expect(state.live.observations.length - (state.position ?? 0)).toBe(20_000)
    expect(state.notices.map(({ text }) => text)).toEqual([expect.stringContaining('not kept any longer')])
  })

  it('says in the timeline that earlier states are not kept, and only where they are not', () => {
    const events = (live: Collected) =>
      connectionsOf(live).map((each) => lookAt(each, { ...begin(), live }, NOW).visits[0]?.event)
    expect(events(collected)).toEqual([undefined, undefined])
    expect(events(withoutOldest(collected, 3))).toEqual(Array(2).fill('earlier ones are not kept'))
    // The server has forgotten, too: a chart of this package does not begin there.
    const late = tell('1', 'late', 'deviceCode', NOW, 'polling').observations
    expect(events(seen(host('a'), ...observed('a', late)))).toEqual(['earlier ones are not kept'])
    const whole = tell('1', 'x', 'own', NOW, 'a').go(1, 'e', 'b').observations
    expect(events(withoutOldest(seen(host('a'), ...observed('a', whole)), 0))).toEqual([undefined])
    const own = tell('1', 'late', 'own', NOW, 'polling').observations
    expect(events(seen(host('a'), ...observed('a', own)))).toEqual([undefined])
    expect(
      events(
        withoutOldest(
          seen(
            host('a'),
            ...observed('a', tell('1', 'x', 'own', NOW, 'a').go(1, 'e', 'b').go(1, 'e', 'c').observations),
          ),
          0,
        ),
      ),
    ).toEqual(['earlier ones are not kept'])
  })
})

describe('connections', () => {
  const lives = (collected: Collected) =>
    connectionsOf(collected).map(({ name, lives: all }) => `${name} ${all.length}`)
  const again = (actor: string): Telling => tell(actor, 'shop/till', 'deviceCode', NOW + 60_000)

  it('go on as the same where they were stopped and connected anew', () => {
    const collected = seen(host('a'), ...observed('a', both), ...observed('a', again('3').observations))
    expect(lives(collected)).toEqual(['shop/till 2', 'office 1'])
    const [till] = connectionsOf(collected)
    expect(till && presentLife(till).actor).toBe('a/3')
    expect(till && isOver(till)).toBe(false)
    for (let kept = 0; kept <= collected.observations.length; kept++)
      expect(lives(withoutOldest(collected, kept)).toSorted()).toEqual(['office 1', 'shop/till 2'])
  })

  it('go on as the same where their program was started again', () => {
    const running = service.observations
    const left = seen(host('a'), ...observed('a', running), { type: 'left', host: 'a' })
    const [before] = connectionsOf(left)
    expect(before && isOver(before)).toBe(true)
    const back = collect(left, heard([host('b'), ...observed('b', running)]))
    expect(lives(back)).toEqual(['office 2'])
    expect(connectionsOf(back)[0]).toMatchObject({ key: before?.key, host: { id: 'b', isGone: false } })
  })

  const store = (actor: string, at: number) =>
    tell(actor, 'store-17', 'clientCredentials', at).answer(200, 'recall', 'requestingToken')
  const withOutcome = (telling: Telling) =>
    telling.answer(300, 'requestToken', 'authorized', { request: { endpoint: 'token', status: 200 } })

  it('stay two where two of one name ran at a time, whatever has become of them since', () => {
    const one = withOutcome(store('1', NOW))
    const two = withOutcome(store('1', NOW + 100))
    const left: ToPage = { type: 'left', host: 'a' }
    const [a, b] = [observed('a', one.observations), observed('b', two.observations)]
    const interleaved = a.flatMap((each, index) => [each, b[index] ?? each])
    expect(lives(seen(host('a'), host('b'), ...interleaved, left))).toEqual(Array(2).fill('store-17 1'))
    const stopped = observed('a', one.stop(1).observations.slice(-1))
    expect(lives(seen(host('a'), host('b'), ...interleaved, ...stopped))).toEqual(Array(2).fill('store-17 1'))
    const children = byTime(one.stop(9_000), withOutcome(store('2', NOW + 100)))
    const inOne = seen(host('a'), ...observed('a', children))
    expect(lives(inOne)).toEqual(Array(2).fill('store-17 1'))
    const opened = acted(begin(), { type: 'open', name: 'a.jsonl', observations: children, problems: [] })
    expect(lives(collectedIn(opened))).toEqual(Array(2).fill('store-17 1'))
    for (let kept = 0; kept <= children.length; kept++)
      expect(lives(withoutOldest(inOne, kept))).toEqual(Array(2).fill('store-17 1'))
  })

  it('stay two after a reload, which tells one host after the other', () => {
    const one = withOutcome(store('1', NOW).go(60_000, 'x', 'backingOff'))
    const two = withOutcome(store('1', NOW + 100 - 3_600_000))
    const reloaded = (ahead: number) =>
      seen(
        ...[host('a'), ...observed('a', one.observations), { type: 'left', host: 'a' } as const],
        ...[host('b', 'app', ahead), ...observed('b', two.observations)],
      )
    expect(lives(reloaded(-3_600_000))).toEqual(Array(2).fill('store-17 1'))
    expect(lives(reloaded(-3_600_000 - 120_000))).toEqual(['store-17 2'])
  })

  it('go on as the same where a host left and what it told is forgotten', () => {
    const one = withOutcome(store('1', NOW))
    const two = withOutcome(store('1', NOW + 60_000))
    const all = seen(
      ...[host('a'), ...observed('a', one.observations), { type: 'left', host: 'a' } as const],
      ...[host('b'), ...observed('b', two.observations)],
    )
    for (let kept = 0; kept <= 6; kept++) expect(lives(withoutOldest(all, kept))).toEqual(['store-17 2'])
  })

  it('have their states and requests in the order in which they were', () => {
    const all = seen(
      host('a'),
      ...observed('a', byTime(withOutcome(store('1', NOW)), withOutcome(store('2', NOW + 100)))),
    )
    const [one, two] = connectionsOf(all)
    if (!one || !two) throw new Error('two connections were told')
    const both = { ...one, lives: [two.lives[0], one.lives[0]] as const }
    const ordered = (list: readonly { readonly index: number }[]) => list.map(({ index }) => index)
    expect(ordered(visitsOf(both))).toEqual([0, 1, 2, 3, 4, 5])
    expect(ordered(requestsOf(both))).toEqual([4, 5])
  })

  it('stand with their hosts, and stay there when one is started again', () => {
    const first = seen(host('a', 'one'), host('b', 'two'), ...observed('a', device.observations))
    const next = collect(first, heard([...observed('b', service.observations), { type: 'left', host: 'a' }]))
    const again = collect(
      next,
      heard([
        host('c', 'one'),
        ...observed(
          'c',
          both.map((each) => ({ ...each, at: each.at + 60_000 })),
        ),
      ]),
    )
    expect(connectionsOf(again).map(({ host: { id }, name }) => `${id} ${name}`)).toEqual([
      ...['c shop/till', 'c office', 'b office'],
    ])
  })

  it('are two where two of one name run at a time, or have different charts, or hosts of different names', () => {
    const running = service.observations
    const twin = tell('7', 'office', 'clientCredentials', NOW).observations
    const other = tell('8', 'office', 'authorizationCode', NOW).stop(1).observations
    const third = tell('9', 'office', 'deviceCode', NOW).observations
    const found = seen(
      host('a'),
      host('b', 'other'),
      ...observed('a', [...running, ...twin, ...other, ...third]),
      ...observed('b', running),
    )
    expect(lives(found)).toEqual(Array(5).fill('office 1'))
    expect(new Set(connectionsOf(found).map(({ key }) => key)).size).toBe(5)
  })
})

describe('the page', () => {
  const live = reduce(begin(), { type: 'told', told: heard([host('a'), ...observed('a', both)]) })
  const [till, office] = connectionsOf(live.live)
  if (!till || !office) throw new Error('two connections were told')
  const step = (by: 'first' | 'back' | 'forward' | 'last') => ({ type: 'move', by }) as const
  const names = (state: State) => shownOf(state, connectionsOf(collectedIn(state))).map(({ name }) => name)
  const tillSteps = stepsOf(live.live, [till])

  it('shows the first connection until one is chosen', () => {
    expect(names(live)).toEqual(['shop/till'])
    expect(names(acted(live, { type: 'choose', key: office.key, beside: false }))).toEqual(['office'])
  })

  it('shows connections side by side, in the order of the list, and never none', () => {
    const beside = acted(live, { type: 'choose', key: office.key, beside: true })
    expect(names(beside)).toEqual(['shop/till', 'office'])
    const alone = acted(beside, { type: 'choose', key: till.key, beside: true })
    expect(names(alone)).toEqual(['office'])
    expect(names(acted(alone, { type: 'choose', key: office.key, beside: true }))).toEqual(['office'])
    expect(names(acted(alone, { type: 'choose', key: till.key, beside: true }))).toEqual(['shop/till', 'office'])
  })

  it('steps through what happened to the connections that are shown, and to no other', () => {
    expect(tillSteps.length).toBe(device.observations.length)
    let state = live
    for (const index of tillSteps.toReversed().slice(1)) {
      state = acted(state, step('back'))
      expect(state.position).toBe(index)
    }
    expect(acted(state, step('back')).position).toBe(tillSteps[0])
    expect(acted(state, step('forward')).position).toBe(tillSteps[1])
    const beside = acted(state, { type: 'choose', key: office.key, beside: true })
    for (let index = 0; index < both.length - 1; index++)
      expect(acted(beside, { type: 'go', to: index }, step('forward')).position).toBe(index + 1)
  })

  it('goes to the beginning and to the present, and past the last step is the present', () => {
    expect(acted(live, step('first')).position).toBe(tillSteps[0])
    expect(acted(live, step('first'), step('last')).position).toBeUndefined()
    expect(acted(live, step('back'), step('forward'), step('forward')).position).toBeUndefined()
    expect(stepAt(tillSteps, undefined)).toBe(tillSteps.length - 1)
    expect(stepAt(tillSteps, (tillSteps[0] ?? 0) - 1)).toBe(-1)
  })

  it('stays where it was paused, whatever comes', () => {
    const paused = acted(live, { type: 'pause' })
    const more = acted(paused, { type: 'told', told: heard(observed('a', service.observations)) })
    expect(more.position).toBe(both.length - 1)
    expect(isPast(more)).toBe(true)
    expect(collectedIn(more).observations.length).toBe(both.length + service.observations.length)
    expect(acted(more, { type: 'live' })).toMatchObject({ position: undefined, isPlaying: false })
  })

  it('is played and paused by one key, also twice before anything is drawn', () => {
    const playing = acted(live, step('first'), { type: 'toggle' })
    expect([playing.isPlaying, acted(playing, { type: 'toggle' }).isPlaying]).toEqual([true, false])
    expect(acted(live, { type: 'toggle' })).toEqual(acted(live, { type: 'pause' }))
  })

  it('plays the past on until it is the present', () => {
    let state = acted(live, step('first'), { type: 'play' })
    for (let count = 0; count < tillSteps.length && state.isPlaying; count++) state = acted(state, step('forward'))
    expect(state).toMatchObject({ position: undefined, isPlaying: false })
    expect(acted(live, step('first'), { type: 'play' }, step('back')).isPlaying).toBe(false)
  })

  it('opens a recording at its end, in a time of its own, and comes back to a present that went on', () => {
    const problems = [{ line: 3, reason: 'none' }]
    const opened = acted(live, { type: 'open', name: 'a.jsonl', observations: device.observations, problems })
    expect(opened).toMatchObject({ position: device.observations.length - 1, recording: { problems } })
    expect(names(opened)).toEqual(['shop/till'])
    expect(acted(opened, { type: 'live' }).position).toBe(device.observations.length - 1)
    expect(acted(opened, { type: 'play' })).toMatchObject({ position: 0, isPlaying: true })
    const told = acted(opened, { type: 'told', told: heard(observed('a', service.observations)) })
    expect(collectedIn(told).observations.length).toBe(device.observations.length)
    const closed = acted(told, { type: 'close' })
    expect(collectedIn(closed).observations.length).toBe(both.length + service.observations.length)
    expect(isPast(closed)).toBe(false)
  })

  it('takes the runs of a recording for lives of one connection where they stopped, and for two where none did', () => {
    const again = service.observations.map((each) => ({ ...each, actor: '9' }))
    const runs = (first: Telling) => {
      const observations = [...first.observations, ...again]
      const opened = acted(begin(), { type: 'open', name: 'a.jsonl', observations, problems: [] })
      return connectionsOf(collectedIn(opened)).map(({ lives: all }) => all.length)
    }
    expect(runs(service.stop(1))).toEqual([2])
    expect(runs(service)).toEqual([1, 1])
  })

  it('shows no code, no button and no deed while the server is not there, and says that nobody is heard', () => {
    const deeds = [{ id: 'x', label: 'x', description: 'x', group: 'x' }]
    const running = acted(
      begin(),
      { type: 'welcome' },
      {
        type: 'told',
        told: heard([
          { type: 'host', host: 'a', name: 'app', deeds, ahead: 0 },
          ...observed('a', service.observations),
          screen('a', '2'),
        ]),
      },
    )
    const links: readonly Link[] = [
      { is: 'lost', retryAt: 1 },
      { is: 'refused', because: 'session' },
      { is: 'misunderstood' },
    ]
    const [office] = connectionsOf(running.live)
    if (!office) throw new Error('one connection was told')
    expect(lookAt(office, running, NOW)).toMatchObject({ screen: { message: 'said' } })
    expect(lookAt(office, running, NOW).why).not.toContain('not heard')
    for (const link of links) {
      const gone = acted(running, { type: 'link', link, at: NOW + 5_000 })
      expect(gone.live.screens.size).toBe(0)
      expect([...gone.live.hosts.values()].map((each) => each.deeds)).toEqual([[]])
      const look = lookAt(office, gone, NOW)
      expect(look).toMatchObject({ screen: undefined, deadlines: [] })
      expect(look.view.buttons).toEqual([])
      expect(look.why).toContain('not heard now')
      expect(states(gone.live)).toEqual(states(running.live))
      // Its times stand still, also while the server is called again and again.
      const again = acted(gone, { type: 'link', link, at: NOW + 9_000 })
      expect(lookAt(office, again, NOW + 20_000).now).toBe(NOW + 5_000)
      expect(lookAt(office, acted(again, { type: 'welcome' }), NOW + 20_000).now).toBe(NOW + 20_000)
    }
  })

  it('says what was not sent', () => {
    const told: ToPage[] = []
    const socket = openSocket({
      url: 'ws://127.0.0.1:1/',
      token: undefined,
      storage: emptyStorage,
      onLink: () => {},
      onWelcome: () => {},
      onTold: ({ message }) => told.push(message),
    })
    socket.send({ type: 'do', host: 'a', deed: 'x' })
    expect(told).toMatchObject([{ type: 'refused', reason: expect.stringContaining('nothing was sent') }])
  })

  it('keeps what it shows when it is welcome again, until it is told everything anew', () => {
    const welcome = acted(live, { type: 'link', link: { is: 'lost', retryAt: 1 }, at: NOW }, { type: 'welcome' })
    expect(welcome.link).toEqual({ is: 'open' })
    expect(collectedIn(welcome)).toEqual(live.live)
    const told = acted(welcome, { type: 'told', told: heard([host('a'), ...observed('a', device.observations)]) })
    expect(states(told.live)).toEqual(['backingOff'])
    const more = acted(told, { type: 'told', told: heard([host('b'), ...observed('b', service.observations)]) })
    expect(more.live.stories.size).toBe(2)
  })

  it('tells what a host did that is not to be seen yet, and what it refused, each in its own colour', () => {
    const said = [
      { type: 'done', host: 'a', words: 'The next poll is told to wait.' },
      { type: 'refused', host: 'a', reason: 'There is no outage.' },
    ] as const
    expect(acted(live, { type: 'told', told: heard(said) }).notices).toMatchObject([
      { text: 'The next poll is told to wait.', kind: 'done' },
      { text: 'There is no outage.', kind: 'trouble' },
    ])
  })

  it('tells what a host refused, four things at most, and forgets what is dismissed', () => {
    const refusals = ['1', '2', '3', '4', '5'].map((reason): ToPage => ({ type: 'refused', host: 'a', reason }))
    const state = acted(live, { type: 'told', told: heard(refusals) })
    expect(state.notices.map(({ text }) => text)).toEqual(['2', '3', '4', '5'])
    const [first] = state.notices
    expect(acted(state, { type: 'dismiss', id: first?.id ?? 0 }).notices.map(({ text }) => text)).toEqual([
      '3',
      '4',
      '5',
    ])
  })
})
