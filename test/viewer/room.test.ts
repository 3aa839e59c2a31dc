import { describe, expect, it } from 'vitest'
import type { Observation } from '../../src/inspect/observation.ts'
import { presentOf, storiesOf } from '../../src/inspect/story.ts'
import { createRoom } from '../../src/viewer/room.ts'
import { appeared, moved, observed, stopped } from '../support/viewer/observations.ts'
import { dialAsHost, dialAsPage, type Heard, type Talker } from '../support/viewer/talker.ts'
import { testViewer } from '../support/viewer/viewers.ts'

const screen = { accepts: [], pollInterval: 5 }
/** Small, on one machine. */
const ahead = expect.any(Number)
const deed = { id: 'outage', label: 'Outage', description: 'The server fails.', group: 'Faults', connection: 'till-1' }

/** Waits until the viewer has heard all that a host has said: what comes back is the answer to the last of it. */
async function heardFrom(host: Talker, page: Talker): Promise<void> {
  const reason = `mark ${Math.random()}`
  host.say({ type: 'refused', reason })
  await page.until((message) => message.reason === reason)
}

const withoutWelcome = ({ heard }: Talker) => heard.filter(({ type }) => type !== 'welcome')

describe('a page', () => {
  it('is told what hosts tell, in order', async () => {
    const { link, hostLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink, 'shop', [deed])
    host.say(observed(appeared('1')))
    host.say({ type: 'screen', actor: '1', screen, now: Date.now() })
    host.say(observed(moved('1', 'recalling', 'idle')))
    await heardFrom(host, page)
    expect(withoutWelcome(page).slice(0, -1)).toEqual([
      { type: 'host', host: '1', name: 'shop', deeds: [deed], ahead },
      { type: 'observed', host: '1', observation: appeared('1') },
      { type: 'screen', host: '1', actor: '1', screen },
      { type: 'observed', host: '1', observation: moved('1', 'recalling', 'idle') },
    ])
  })

  it('that comes later is told everything so far, after its welcome', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const early = await dialAsPage(link)
    const shop = await dialAsHost(hostLink, 'shop', [deed])
    const office = await dialAsHost(hostLink, 'office')
    shop.say(observed(appeared('1')))
    shop.say({ type: 'screen', actor: '1', screen: { accepts: ['token.refresh'] }, now: Date.now() })
    shop.say({ type: 'screen', actor: '1', screen, now: Date.now() })
    office.say(observed(appeared('1', { name: 'till' })))
    await heardFrom(shop, early)
    await heardFrom(office, early)
    const late = await dialAsPage(newLink())
    await heardFrom(shop, late)
    expect(late.heard[0]).toMatchObject({ type: 'welcome' })
    expect(withoutWelcome(late).slice(0, -1)).toEqual([
      { type: 'host', host: '1', name: 'shop', deeds: [deed], ahead },
      { type: 'host', host: '2', name: 'office', deeds: [], ahead },
      { type: 'observed', host: '1', observation: appeared('1') },
      { type: 'observed', host: '2', observation: appeared('1', { name: 'till' }) },
      { type: 'screen', host: '1', actor: '1', screen },
    ])
  })

  it('that comes later is told in which order things happened, whoever did them and whatever their clocks say', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const early = await dialAsPage(link)
    const shop = await dialAsHost(hostLink, 'shop')
    const office = await dialAsHost(hostLink, 'office')
    const say = async (host: Talker, observation: Observation) => {
      host.say(observed(observation))
      await heardFrom(host, early)
    }
    await say(shop, appeared('1', { at: 9_000 }))
    await say(office, appeared('1', { at: 2_000 }))
    await say(shop, moved('1', 'recalling', 'idle', { at: 3_000 }))
    await office.close()
    await early.until(({ type }) => type === 'left')
    await say(shop, stopped('1'))
    const late = await dialAsPage(newLink())
    await heardFrom(shop, late)
    const told = late.heard.filter(({ type }) => type === 'observed' || type === 'left')
    expect(told).toEqual(early.heard.filter(({ type }) => type === 'observed' || type === 'left'))
    expect(told).toHaveLength(5)
  })

  it('is told that a host has left; who comes later still sees what it did, and no screen of it', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink)
    host.say(observed(appeared('1')))
    host.say({ type: 'screen', actor: '1', screen, now: Date.now() })
    await heardFrom(host, page)
    await host.close()
    expect(await page.until(({ type }) => type === 'left')).toEqual({ type: 'left', host: '1' })
    const late = await dialAsPage(newLink())
    await late.until(({ type }) => type === 'left')
    expect(withoutWelcome(late)).toEqual([
      { type: 'host', host: '1', name: 'shop', deeds: [], ahead },
      { type: 'observed', host: '1', observation: appeared('1') },
      { type: 'left', host: '1' },
    ])
  })

  it('is told no screen of a machine that has stopped', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink)
    host.say(observed(appeared('1')))
    host.say({ type: 'screen', actor: '1', screen, now: Date.now() })
    host.say(observed(stopped('1')))
    await heardFrom(host, page)
    const late = await dialAsPage(newLink())
    await heardFrom(host, late)
    expect(late.heard.filter(({ type }) => type === 'screen')).toEqual([])
    expect(late.heard).toContainEqual({ type: 'observed', host: '1', observation: stopped('1') })
  })

  it('is told of the last twenty hosts that have left, and of all that are there', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const page = await dialAsPage(link)
    await dialAsHost(hostLink, 'stays')
    for (let visit = 1; visit <= 22; visit++) {
      const host = await dialAsHost(hostLink, `guest ${visit}`)
      await host.close()
      await page.until(({ type }) => type === 'left')
    }
    const late = await dialAsPage(newLink())
    const last = await dialAsHost(hostLink, 'last')
    await heardFrom(last, late)
    const names = late.heard.filter(({ type }) => type === 'host').map(({ name }) => name)
    const guests = Array.from({ length: 20 }, (_, index) => `guest ${index + 3}`)
    expect(names).toEqual(['stays', ...guests, 'last'])
  })

  it('hears no other page', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const [one, other] = [await dialAsPage(link), await dialAsPage(newLink())]
    const host = await dialAsHost(hostLink)
    one.say({ type: 'send', host: '1', actor: '1', event: 'token.refresh' })
    await host.until(({ type }) => type === 'send')
    one.say({ type: 'send', host: '9', actor: '1', event: 'token.refresh' })
    expect(await one.until(({ type }) => type === 'refused')).toMatchObject({ host: '9' })
    await heardFrom(host, other)
    expect(other.heard.filter(({ type }) => type === 'refused')).toHaveLength(1)
  })
})

describe("a host's clock", () => {
  const shop = (now: number) => ({ name: 'shop', deeds: [], now })

  it.each([3_600_000, -3_600_000])('is told with the host: %i ms ahead', (ahead) => {
    const { enterHost, enterPage } = createRoom(() => 10_000_000)
    const told: unknown[] = []
    enterPage(() => ({ send: (message) => told.push(message) }))
    enterHost(shop(10_000_000 + ahead), { send: () => {} })
    const host = { type: 'host', host: '1', name: 'shop', deeds: [], ahead }
    expect(told).toEqual([host])
    let known: unknown
    enterPage((all) => {
      known = all
      return { send: () => {} }
    })
    expect(known).toEqual([host])
  })

  it('is told again where it has changed by more than a second, before the screen, also to pages that come later', () => {
    const { enterHost, enterPage } = createRoom(() => 10_000_000)
    const told: unknown[] = []
    const { hear } = enterHost(shop(10_000_000), { send: () => {} })
    enterPage(() => ({ send: (message) => told.push(message) }))
    for (const ahead of [1_000, -1_000, 1_001, 2_001, 0])
      hear({ type: 'screen', actor: '1', screen, now: 10_000_000 + ahead })
    const shown = { type: 'screen', host: '1', actor: '1', screen }
    const clock = (ahead: number) => ({ type: 'clock', host: '1', ahead })
    expect(told).toEqual([shown, shown, clock(1_001), shown, shown, clock(0), shown])
    let known: unknown
    enterPage((all) => {
      known = all
      return { send: () => {} }
    })
    expect(known).toEqual([{ type: 'host', host: '1', name: 'shop', deeds: [], ahead: 0 }, shown])
  })

  it('is told before what was observed by it, also to pages that come later', () => {
    const { enterHost, enterPage } = createRoom(() => 10_000_000)
    const told: unknown[] = []
    enterPage(() => ({ send: (message) => told.push(message) }))
    const { hear } = enterHost(shop(10_000_000), { send: () => {} })
    const known = () => {
      let all: readonly unknown[] = []
      enterPage((first) => {
        all = first
        return { send: () => {} }
      })
      return all
    }
    const observe = (ahead: number) =>
      hear({ type: 'observed', observation: appeared('1', { at: 10_000_000 + ahead }) })
    for (const ahead of [-9_000, 0, 3_600_000, 3_590_000]) observe(ahead)
    const clock = (ahead: number) => ({ type: 'clock', host: '1', ahead })
    expect(told.map((each) => Object(each).type)).toEqual([
      ...['host', 'observed', 'observed', 'clock', 'observed', 'observed'],
    ])
    expect(told[3]).toEqual(clock(3_600_000))
    expect(known()).toEqual(told)
    hear({ type: 'screen', actor: '1', screen, now: 10_000_000 })
    expect(told.at(-2)).toEqual(clock(0))
    expect(known()).toEqual(told)
    observe(0)
    expect(known().slice(0, -1)).toEqual(told.filter((each) => Object(each).type !== 'screen'))
  })
})

describe('the room', () => {
  it('keeps no more of screens than some megabytes', () => {
    const { enterHost, enterPage } = createRoom()
    const { hear } = enterHost({ name: 'shop', deeds: [], now: 0 }, { send: () => {} })
    const message = 'm'.repeat(40_000)
    for (let actor = 0; actor < 500; actor++)
      hear({ type: 'screen', actor: String(actor), screen: { message, accepts: [] }, now: 0 })
    enterPage((known) => {
      expect(JSON.stringify(known).length).toBeLessThan(4_100_000)
      expect(known.at(-1)).toMatchObject({ type: 'screen', actor: '499' })
      return { send: () => {} }
    })
    expect.assertions(2)
  })

  it('tells a page that has left nothing more', () => {
    const { enterHost, enterPage } = createRoom()
    const told: unknown[] = []
    const seat = enterPage(() => ({ send: (message) => told.push(message) }))
    enterHost({ name: 'shop', deeds: [], now: 0 }, { send: () => {} })
    seat.leave()
    enterHost({ name: 'office', deeds: [], now: 0 }, { send: () => {} })
    expect(told).toEqual([{ type: 'host', host: '1', name: 'shop', deeds: [], ahead }])
  })
})

describe('a wish or a deed', () => {
  it('goes to its host, as it is, and to no other', async () => {
    const { link, hostLink } = await testViewer()
    const page = await dialAsPage(link)
    const [shop, office] = [await dialAsHost(hostLink, 'shop'), await dialAsHost(hostLink, 'office')]
    page.say({ type: 'send', host: '2', actor: '7', event: 'token.revoke', more: 'dropped' })
    page.say({ type: 'do', host: '2', deed: 'outage' })
    expect(await office.until(({ type }) => type === 'send')).toEqual({
      type: 'send',
      actor: '7',
      event: 'token.revoke',
    })
    expect(await office.until(({ type }) => type === 'do')).toEqual({ type: 'do', deed: 'outage' })
    await heardFrom(office, page)
    expect(shop.heard).toEqual([{ type: 'welcome' }])
  })

  it('for a host that has left, or never was, is refused', async () => {
    const { link, hostLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink)
    await host.close()
    await page.until(({ type }) => type === 'left')
    for (const gone of ['1', '2', '__proto__']) {
      page.say({ type: 'do', host: gone, deed: 'outage' })
      const refusal = await page.until(({ type }) => type === 'refused')
      expect(refusal).toEqual({ type: 'refused', host: gone, reason: 'This program has left.' })
    }
  })
})

describe('a message after the greeting', () => {
  it.each<[string, unknown]>([
    ['no JSON', '}'],
    ['a state that is a number', observed({ ...appeared('1'), state: 7 } as unknown as Observation)],
    ['an unknown failure', observed(moved('1', 'a', 'b', { failure: 'odd' as 'network' }))],
    ['an unknown wish', { type: 'screen', actor: '1', screen: { accepts: ['authorization.responded'] }, now: 1 }],
    ['an endless number', '{"type":"screen","actor":"1","now":1,"screen":{"accepts":[],"pollInterval":1e999}}'],
    ['an endless clock', '{"type":"screen","actor":"1","now":1e999,"screen":{"accepts":[]}}'],
    ['no clock', { type: 'screen', actor: '1', screen }],
    ['a wish of a page', { type: 'send', host: '1', actor: '1', event: 'token.refresh' }],
  ])('of a host that is %s ends with 4400', async (_, message) => {
    const { hostLink } = await testViewer()
    const host = await dialAsHost(hostLink)
    host.say(message)
    expect(await host.ended()).toMatchObject({ code: 4400 })
  })

  it.each<[string, unknown]>([
    ['no JSON', '}'],
    ['an event that needs more', { type: 'send', host: '1', actor: '1', event: 'authorization.responded' }],
    ['an observation', { ...observed(appeared('1')), host: '1' }],
    ['a deed without a name', { type: 'do', host: '1' }],
  ])('of a page that is %s ends with 4400', async (_, message) => {
    const { link } = await testViewer()
    const page = await dialAsPage(link)
    page.say(message)
    expect(await page.ended()).toMatchObject({ code: 4400 })
  })

  it('is handed on without the members that nobody knows', async () => {
    const { link, hostLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink)
    host.say({ ...observed({ ...appeared('1'), ...{ context: 'marker' } }), token: 'marker' })
    host.say({ type: 'screen', actor: '1', screen: { ...screen, state: 'marker' }, now: Date.now() })
    await heardFrom(host, page)
    expect(page.heard).toContainEqual({ type: 'observed', host: '1', observation: appeared('1') })
    expect(JSON.stringify(page.heard)).not.toContain('marker')
  })
})

const observationsIn = (heard: readonly Heard[]) =>
  heard.flatMap(({ type, observation }) => (type === 'observed' ? [observation as Observation] : []))

describe('memory', () => {
  it('holds the latest ten thousand observations of a host, and where each machine was before', {
    timeout: 30_000,
  }, async () => {
    const { link, hostLink, newLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink)
    host.say(observed(appeared('1', { state: 'idle' })))
    host.say(observed(moved('1', 'idle', 'backingOff', { deadlines: { retry: 99 }, failure: 'network' })))
    host.say(observed(appeared('2', { state: 's0' })))
    for (let step = 0; step < 12_000; step++)
      host.say(observed(moved('2', `s${step}`, `s${step + 1}`, { at: 2_000 + step })))
    await heardFrom(host, page)
    const late = await dialAsPage(newLink())
    await heardFrom(host, late)
    const kept = observationsIn(late.heard)
    expect(kept.length).toBeGreaterThanOrEqual(10_000)
    expect(kept.length).toBeLessThanOrEqual(11_100)
    const stories = storiesOf(kept)
    const one = stories.get('1')
    expect(one && presentOf(one)?.state).toBe('backingOff')
    expect(one).toMatchObject({ deadlines: { retry: 99 }, failure: 'network' })
    expect(
      stories
        .get('2')
        ?.visits.map(({ state }) => state)
        .slice(-10_000),
    ).toEqual(Array.from({ length: 10_000 }, (_, index) => `s${index + 2_001}`))
  })

  it('holds at most a thousand screens of a host', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const page = await dialAsPage(link)
    const host = await dialAsHost(hostLink)
    for (let actor = 1; actor <= 1_100; actor++)
      host.say({ type: 'screen', actor: String(actor), screen, now: Date.now() })
    await heardFrom(host, page)
    const late = await dialAsPage(newLink())
    await heardFrom(host, late)
    const actors = late.heard.flatMap(({ type, actor }) => (type === 'screen' ? [actor] : []))
    expect(actors).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index + 101)))
  })

  it('is not used up by a page that does not read: it is dropped', { timeout: 30_000 }, async () => {
    const { link, hostLink, newLink } = await testViewer()
    const [frozen, page] = [await dialAsPage(link), await dialAsPage(newLink())]
    frozen.socket.pause()
    const host = await dialAsHost(hostLink)
    const long = 'x'.repeat(200)
    for (let step = 0; step < 40_000; step++) {
      host.say(observed(moved('1', long, long)))
      // At the pace of a page that reads.
      if (step % 1_000 === 999) await heardFrom(host, page)
    }
    frozen.socket.resume()
    expect(await frozen.ended()).toMatchObject({ code: 1006 })
    expect(frozen.heard.length).toBeLessThan(30_000)
    expect(page.socket.readyState).toBe(page.socket.OPEN)
  })

  it('is told whole to a page that takes its time, however much that is', { timeout: 30_000 }, async () => {
    const { link, hostLink, newLink } = await testViewer()
    const page = await dialAsPage(link)
    const long = 'x'.repeat(150)
    const hosts = [await dialAsHost(hostLink), await dialAsHost(hostLink)]
    for (const host of hosts) {
      for (let step = 0; step < 9_000; step++) host.say(observed(moved('1', long, long, { at: step })))
      await heardFrom(host, page)
    }
    const slow = await dialAsPage(newLink())
    slow.socket.pause()
    hosts[0]?.say(observed(stopped('1')))
    await new Promise((resolve) => setTimeout(resolve, 300))
    slow.socket.resume()
    await slow.until(({ observation }) => (observation as Observation | undefined)?.type === 'stopped')
    const times = observationsIn(slow.heard).map(({ at }) => at)
    const once = Array.from({ length: 9_000 }, (_, step) => step)
    expect(times).toEqual([...once, ...once, 3_000])
  })
})
