import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AnyStateMachine, createMachine } from 'xstate'
import { layoutOf } from '../visualizations/layout.ts'
import { large } from '../visualizations/measures.ts'
import { chartOf, keyOf } from '../visualizations/model.ts'
import { drawn, pictures } from '../visualizations/pictures.ts'
import { sceneOf } from '../visualizations/scene.ts'
import { type Area, passes } from '../visualizations/shapes.ts'
import { charts } from './support/charts.ts'

const folder = new URL('../visualizations/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

let fresh: ReadonlyMap<string, string>
beforeAll(async () => {
  fresh = await pictures()
})

/** Every arrow of a machine in the order in which it is tried, told without the code that draws. */
function arrowsOf(machine: AnyStateMachine) {
  return Object.values(machine.root.states).flatMap(({ key, transitions }) =>
    [...transitions].flatMap(([event, all]) =>
      all.map(({ target, guard, actions, reenter }, order) => ({
        from: key,
        event,
        order,
        to: target?.map((node) => node.key),
        guard: known(guard),
        actions: actions.map(known),
        reenter,
      })),
    ),
  )
}

/** A guard or an action with what its params say whatever the answer is. */
function known(word: unknown): unknown {
  if (typeof word !== 'object' || word === null || !('type' in word)) return word && { type: word, params: {} }
  const params = 'params' in word ? word.params : {}
  const said = typeof params === 'function' ? params({ context: {}, event: {} }) : params
  return JSON.parse(JSON.stringify({ type: word.type, params: said }))
}

/** The arrows that a picture marks, wherever it draws or tells them. */
function marked(svg: string): Set<string> {
  return new Set([...svg.matchAll(/data-arrow="([^"]+)"/g)].flatMap(([, keys = '']) => keys.split(' ')))
}

describe('visualizations/', () => {
  it('holds what is generated, as it would be drawn now', () => {
    const files = readdirSync(folder).filter((name) => !name.endsWith('.ts'))
    expect(files.sort()).toEqual([...fresh.keys()].sort())
    for (const [name, content] of fresh) expect(read(name), `${name}: run "npm run draw"`).toBe(content)
  })

  it('shows every chart', () => {
    expect(drawn.map(([, machine]) => machine)).toEqual(charts.map(({ chart }) => chart))
  })

  it('comes out the same again', async () => {
    expect(await pictures()).toEqual(fresh)
  })
})

describe.each(drawn.map(([name, machine]) => ({ name, machine })))('$name', ({ name, machine }) => {
  it('can be made again from its JSON', () => {
    const again = createMachine(JSON.parse(read(`${name}.json`)))
    expect(arrowsOf(again)).toEqual(arrowsOf(machine))
    const told = ({ root }: AnyStateMachine) =>
      Object.values(root.states).map(({ key, description, tags, invoke }) => ({
        key,
        description,
        tags,
        invoke: invoke.map(({ id, src }) => ({ id, src })),
      }))
    expect(told(again)).toEqual(told(machine))
    expect([again.id, again.root.initial.target.map(({ key }) => key)]).toEqual([
      machine.id,
      machine.root.initial.target.map(({ key }) => key),
    ])
  })

  it('draws every state and every arrow, or tells it in a note', () => {
    const svg = read(`${name}.svg`)
    const states = [...svg.matchAll(/data-state="([^"]+)"/g)].map(([, state]) => state)
    expect(states).toEqual(Object.keys(machine.root.states))
    const arrows = arrowsOf(machine).map(({ from, event, to = [from] }) => `${from}|${event}|${to.join()}`)
    expect([...marked(svg)].sort()).toEqual([...new Set(arrows)].sort())
  })

  it('tells in its notes only what is so, and draws or tells nothing twice', () => {
    const { notes, lines, stays, chart } = sceneOf(chartOf(machine))
    for (const { arrows, text } of notes) expect(arrows.length, text).not.toBe(1)
    const folded = new Set(notes.flatMap(({ arrows }) => arrows))
    expect(folded.size).toBe(notes.flatMap(({ arrows }) => arrows).length)
    const left = new Set(chart.arrows.filter((arrow) => !folded.has(arrow)).map(keyOf))
    const shown = [...lines, ...stays].flatMap(({ keys }) => keys)
    const stubs = notes.flatMap(({ drawnFrom, arrows }) => (drawnFrom ? arrows.map(keyOf) : []))
    expect(shown.sort()).toEqual([...left, ...stubs].sort())
  })

  it('draws an answer without a guard, or with the one that a note tells', () => {
    expect(read(`${name}.svg`)).toContain('[standingIs]: the record stands where the arrow leads;')
    const drawnKeys = sceneOf(chartOf(machine)).lines.flatMap(({ keys }) => keys)
    const answers = arrowsOf(machine).filter(
      ({ from, event, to = [from] }) =>
        event.startsWith('xstate.done.actor') && drawnKeys.includes(`${from}|${event}|${to.join()}`),
    )
    const guards = answers.map(({ guard, to }) => ({ guard, to })).filter(({ guard }) => guard !== undefined)
    expect(guards.length).toBeGreaterThan(5)
    for (const { guard, to } of guards)
      expect([
        { type: 'standingIs', params: { standing: to?.[0] } },
        { type: 'isWished', params: { wish: 'token.revoke', standings: expect.any(Array) } },
        { type: 'answersWith', params: { expected: 'due' } },
      ]).toContainEqual(guard)
  })

  it('refuses to draw a note that would lie', () => {
    const chart = chartOf(machine)
    const without = (cause: string) => ({ ...chart, arrows: chart.arrows.filter((arrow) => arrow.cause !== cause) })
    expect(() => sceneOf(without('defect'))).toThrow('the note would lie')
    expect(() => sceneOf(without('answer'))).toThrow('the note would lie')
  })

  it('is a well-formed picture with a title, for light and dark', () => {
    const svg = read(`${name}.svg`)
    expect(unclosed(svg)).toEqual([])
    expect(svg).toMatch(new RegExp(`<title id="${machine.id}-title">${machine.id}: [^<]+</title>`))
    expect(svg).toContain(`<desc id="${machine.id}-desc">`)
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).not.toMatch(/NaN|undefined|\bInfinity\b/)
    expect(Number(/ width="(\d+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(1048)
  })

  it('draws no line over a label or a state, and no label over another', async () => {
    const { lines, states } = await layoutOf(sceneOf(chartOf(machine)), large)
    const labels = lines.filter(({ label }) => label.width > 0)
    for (const { line, points } of lines) {
      const passed = labels.filter(({ label }) => passes(points, label))
      expect(passed.map((other) => `${line.keys} over the label of ${other.line.keys}`)).toEqual([])
      const others = states.filter(({ state: { name } }) => name !== line.to && name !== line.from)
      expect(others.filter(({ area }) => passes(points, area)).map(({ state: { name } }) => name)).toEqual([])
    }
    for (const { line, label } of labels) {
      const covered = labels.filter((other) => other.label !== label && overlap(label, other.label))
      expect(covered.map((other) => `${line.keys} over ${other.line.keys}`)).toEqual([])
    }
  })

  it('has the same arrows as Mermaid text', () => {
    const text = read(`${name}.mmd`)
    const drawnArrows = [...text.matchAll(/^ {2}(\w+) --> (\w+) :/gm)].map(([, from, to]) => `${from} ${to}`)
    const { lines, frames } = sceneOf(chartOf(machine))
    const expected = lines.flatMap(({ from, to }) =>
      (frames.find(({ id }) => id === from)?.states ?? [from]).map((state) => `${state} ${to}`),
    )
    expect(drawnArrows).toEqual(expected.filter((line) => !line.startsWith('every request ')))
  })
})

function overlap(one: Area, other: Area): boolean {
  const apart =
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y
  return !apart
}

/** The tags that are open where a text ends, or closed without having been opened. */
function unclosed(svg: string): string[] {
  const open: string[] = []
  for (const [, closing, tag = '', empty] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[\w:-]+="[^"<]*")*\s*(\/?)>/gi)) {
    if (empty) continue
    if (!closing) open.push(tag)
    else if (open.at(-1) === tag) open.pop()
    else return [...open, `/${tag}`]
  }
  const rest = svg.replaceAll(/<\/?[a-z]+(?:\s[\w:-]+="[^"<]*")*\s*\/?>/gi, '')
  return /[<>]|&(?!(?:amp|lt|gt|quot);)/.test(rest) ? [...open, 'bare < > &'] : open
}
