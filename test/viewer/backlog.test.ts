import { describe, expect, it } from 'vitest'
import { createBacklog } from '../../src/inspect/backlog.ts'
import type { Observation } from '../../src/inspect/observation.ts'
import { presentOf, type Story, storiesOf } from '../../src/inspect/story.ts'
import { appeared, moved, stopped } from '../support/viewer/observations.ts'

/** Numbers that look random, the same ones each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * sides)
  }
}

/** Some machines that appear, move and stop, as an inspector tells it. */
function life(seed: number, length: number): Observation[] {
  const roll = dice(seed)
  const running = new Map<string, string>()
  let count = 0
  return Array.from({ length }, (_, index): Observation => {
    const at = 1_000 + index
    const actors = [...running.keys()]
    const actor = actors[roll(actors.length)]
    if (actor === undefined || roll(8) === 0) {
      const appearing = String(++count)
      running.set(appearing, 'recalling')
      return appeared(appearing, { at })
    }
    if (roll(8) === 0) {
      running.delete(actor)
      return stopped(actor, at)
    }
    const from = running.get(actor) ?? ''
    // Now and then only actions happen.
    const to = roll(4) === 0 ? from : `s${roll(5)}`
    running.set(actor, to)
    const failing = roll(3) === 0 ? { failure: 'network' as const } : {}
    return moved(actor, from, to, { at, tags: [to], deadlines: { poll: at + roll(9) }, ...failing })
  })
}

/** What a viewer says of the machines that run: the present, since when, and how it came about. */
function presentsOf(observations: readonly Observation[]) {
  const running = [...storiesOf(observations).values()].filter(({ stoppedAt }) => stoppedAt === undefined)
  const present = (story: Story) => {
    const { actor, name, machine, tags, deadlines, failure, last } = story
    const visit = presentOf(story)
    return { actor, name, machine, tags, deadlines, failure, last, state: visit?.state }
  }
  return running.map(present).sort((one, other) => one.actor.localeCompare(other.actor, 'en', { numeric: true }))
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed + 1)

describe('a backlog', () => {
  it.each([1, 3, 30, 500])('of %i tells the present of all machines that run, whatever was dropped', (limit) => {
    for (const seed of seeds) {
      const observations = life(seed, 300)
      const backlog = createBacklog(limit)
      for (const observation of observations) backlog.add(observation)
      const known = backlog.all()
      // It knows as many machines from before as it has observations; of those here, fewer than thirty run at a time.
      if (limit >= 30) expect(presentsOf(known)).toEqual(presentsOf(observations))
      expect(known.slice(-limit)).toEqual(observations.slice(-limit))
      expect(known.length).toBeLessThanOrEqual(limit * 3.1 + 1)
    }
  })

  it('says since when a machine was where it was', () => {
    const backlog = createBacklog(2)
    const all = [
      appeared('1', { at: 1, state: 'a' }),
      moved('1', 'a', 'b', { at: 2 }),
      moved('1', 'b', 'b', { at: 3 }),
      moved('1', 'b', 'c', { at: 4, tags: ['t'] }),
      moved('1', 'c', 'c', { at: 5 }),
      moved('1', 'c', 'c', { at: 6 }),
    ]
    for (const observation of [...all, appeared('2'), moved('2', 'x', 'y')]) backlog.add(observation)
    backlog.take()
    const [before, last] = backlog.all().filter(({ actor }) => actor === '1')
    expect(before).toMatchObject({ at: 4, state: 'c' })
    expect(last).toEqual(all[5])
  })

  it('hands out once what was added, and keeps where it led', () => {
    for (const seed of seeds) {
      const observations = life(seed, 200)
      const backlog = createBacklog(100)
      const taken = observations.flatMap((observation, index) => {
        backlog.add(observation)
        return index % 7 === 0 ? backlog.take() : []
      })
      expect([...taken, ...backlog.take()]).toEqual(observations)
      expect(backlog.take()).toEqual([])
      expect(presentsOf(backlog.all())).toEqual(presentsOf(observations))
      // What is left of it is in its order.
      const left = backlog.all().filter(({ type }) => type === 'transition')
      expect(left).toEqual(observations.filter((observation) => left.includes(observation)))
    }
  })

  it('tells machines in the order of their appearance, whichever moved last and whatever the clock says', () => {
    const backlog = createBacklog(100)
    const known = () => backlog.all().map(({ type, actor }) => `${type} ${actor}`)
    for (const actor of ['1', '2', '3']) backlog.add(appeared(actor, { at: 10 - Number(actor) }))
    for (const actor of ['2', '1', '2', '1']) backlog.add(moved(actor, 'recalling', 'idle', { at: 20 }))
    backlog.take()
    const expected = ['actor 1', 'actor 2', 'actor 3', 'transition 2', 'transition 1']
    expect(known()).toEqual(expected)
    backlog.add(moved('1', 'idle', 'polling', { at: 30 }))
    backlog.add(appeared('4'))
    expect(known()).toEqual([...expected, 'transition 1', 'actor 4'])
    backlog.take()
    expect(known()).toEqual([...expected, 'actor 4'])
  })

  it('forgets machines that have stopped, and of too many the one that has moved least lately', () => {
    const backlog = createBacklog(3)
    for (const actor of ['1', '2', '3']) backlog.add(appeared(actor))
    backlog.add(stopped('2'))
    backlog.take()
    expect(backlog.all().map(({ actor }) => actor)).toEqual(['1', '3'])
    backlog.add(moved('1', 'recalling', 'idle'))
    for (const actor of ['4', '5']) backlog.add(appeared(actor))
    backlog.take()
    const actors = new Set(backlog.all().map(({ actor }) => actor))
    expect([...actors].sort()).toEqual(['1', '4', '5'])
  })

  it('keeps no more characters than it may, and the present all the same', () => {
    const long = 'l'.repeat(500)
    const tags = Array.from({ length: 100 }, () => long)
    const backlog = createBacklog(10_000, 1_000_000)
    backlog.add(appeared('quiet'))
    backlog.add(appeared('1'))
    for (let at = 0; at < 1_000; at++) backlog.add(moved('1', 'a', `s${at}`, { at, tags, arrows: tags }))
    const known = backlog.all()
    expect(JSON.stringify(known).length).toBeLessThan(1_400_000)
    expect(known.length).toBeGreaterThan(8)
    expect(presentsOf(known).map(({ actor, state }) => [actor, state])).toEqual([
      ['1', 's999'],
      ['quiet', 'recalling'],
    ])
  })

  it('keeps no more characters of how machines stood than it may', () => {
    const tags = Array.from({ length: 100 }, () => 'l'.repeat(500))
    const backlog = createBacklog(10_000, 1_000_000)
    for (let actor = 1; actor <= 1_000; actor++) {
      backlog.add(appeared(String(actor), { tags }))
      backlog.take()
    }
    const known = backlog.all()
    expect(JSON.stringify(known).length).toBeLessThan(1_100_000)
    expect(known.length).toBeGreaterThan(15)
    expect(known.at(-1)?.actor).toBe('1000')
  })
})
