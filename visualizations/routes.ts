import type { ElkPoint } from 'elkjs/lib/elk.bundled.js'
import { type Area, passes, withoutStops } from './shapes.ts'

/** Where a way can leave or reach a place. */
export interface Port {
  /** Where the place is touched. */
  readonly edge: ElkPoint
  /** The next point outside. */
  readonly away: ElkPoint
}

/** What a way keeps off: places at any cost, labels where it can. */
export interface Obstacles {
  readonly places: readonly Area[]
  readonly labels: readonly Area[]
}

/** Where a search has come to. */
interface Step extends ElkPoint {
  /** Whether it goes on level, or upright. */
  readonly level: boolean
  readonly cost: number
  readonly before: Step | undefined
}

/** How far a way keeps from what it passes. */
const gap = 7
/** How far from the edge of a frame: between it and its title. */
const close = 5
/** What is disliked, in pixels of a longer way. */
const dislike = { turn: 24, label: 120 }

/** The shortest way that passes no place, and few labels and corners. Throws where there is none. */
export function routeBetween(from: readonly Port[], to: readonly Port[], obstacles: Obstacles): readonly ElkPoint[] {
  const last = cheapest(from.map(stepOf), to.map(stepOf), stepper(obstacles, [...from, ...to]))
  const way = last ? wayTo(last) : []
  const [begin, end] = [edgeAt(from, way.at(0)), edgeAt(to, way.at(-1))]
  if (!begin || !end) throw new Error('no way between two places')
  return withoutStops([begin, ...way, end])
}

/** A way out of a place and back into it. */
export function loopAt({ x, y, width, height }: Area): readonly ElkPoint[] {
  const [edge, away, middle, half] = [x + width, x + width + 22, y + height / 2, 8]
  return [
    { x: edge, y: middle - half },
    { x: away, y: middle - half },
    { x: away, y: middle + half },
    { x: edge, y: middle + half },
  ]
}

/** The sides of a place: drawn lines come from above and below. */
export function sidesOf({ x, y, width, height }: Area): readonly Port[] {
  const middle = y + height / 2
  return [
    { edge: { x, y: middle }, away: { x: x - gap, y: middle } },
    { edge: { x: x + width, y: middle }, away: { x: x + width + gap, y: middle } },
  ]
}

/** The way into where a line begins, from the other side. */
export function behind([start, next]: readonly ElkPoint[]): readonly Port[] {
  if (!start || !next) return []
  return [{ edge: start, away: { x: start.x, y: start.y + (next.y < start.y ? close : -close) } }]
}

/** Dijkstra's algorithm. */
function cheapest(begins: readonly Step[], ends: readonly Step[], next: (step: Step) => readonly Step[]) {
  const last = new Set(ends.map(keyOf))
  const open = new Map(begins.map((step) => [keyOf(step), step]))
  const done = new Set<string>()
  for (let step = leastOf(open.values()); step; step = leastOf(open.values())) {
    const key = keyOf(step)
    if (last.has(key)) return step
    open.delete(key)
    done.add(key)
    for (const other of next(step)) {
      const known = open.get(keyOf(other))
      if (!done.has(keyOf(other)) && !(known && known.cost <= other.cost)) open.set(keyOf(other), other)
    }
  }
  return undefined
}

function leastOf(steps: Iterable<Step>): Step | undefined {
  let least: Step | undefined
  for (const step of steps) if (!least || step.cost < least.cost) least = step
  return least
}

/** From where one stands: a turn, or on to the next lane. */
function stepper(obstacles: Obstacles, ports: readonly Port[]): (step: Step) => readonly Step[] {
  const nextTo = lanesOf([...obstacles.places, ...obstacles.labels], ports)
  const walls = obstacles.places.map(grown)
  return (step) => {
    const turned = { ...step, level: !step.level, cost: step.cost + dislike.turn, before: step }
    const moved = nextTo(step).flatMap((point) => {
      if (walls.some((wall) => passes([step, point], wall))) return []
      const passed = obstacles.labels.filter((label) => passes([step, point], label)).length
      const cost = step.cost + apart(step, point) + passed * dislike.label
      return { ...point, level: step.level, cost, before: step }
    })
    return [turned, ...moved]
  }
}

/** Lanes lie beside, above and below everything, and where ways begin and end. */
function lanesOf(areas: readonly Area[], ports: readonly Port[]): (step: Step) => readonly ElkPoint[] {
  const upright = neighbours([
    ...areas.flatMap(({ x, width }) => [x - gap, x + width + gap]),
    ...ports.map(({ away }) => away.x),
  ])
  const level = neighbours([
    ...areas.flatMap(({ y, height }) => [y - gap, y + height + gap]),
    ...ports.map(({ away }) => away.y),
  ])
  return (step) =>
    step.level
      ? (upright.get(step.x) ?? []).map((x) => ({ x, y: step.y }))
      : (level.get(step.y) ?? []).map((y) => ({ x: step.x, y }))
}

/** For each lane, the ones next to it. */
function neighbours(lanes: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const sorted = [...new Set(lanes)].toSorted((one, other) => one - other)
  const nextTo = (index: number) => [sorted[index - 1], sorted[index + 1]].filter((lane) => lane !== undefined)
  return new Map(sorted.map((lane, index) => [lane, nextTo(index)]))
}

/** All steps until here, without the turns, which lead nowhere. */
function wayTo(step: Step): readonly Step[] {
  const { before } = step
  if (!before) return [step]
  return before.level === step.level ? [...wayTo(before), step] : wayTo(before)
}

const stepOf = ({ edge, away }: Port): Step => ({ ...away, level: edge.y === away.y, cost: 0, before: undefined })
const edgeAt = (ports: readonly Port[], step?: Step) =>
  ports.find(({ away }) => away.x === step?.x && away.y === step.y)?.edge
const keyOf = ({ x, y, level }: Step) => `${x} ${y} ${level}`
const apart = (one: ElkPoint, other: ElkPoint) => Math.abs(one.x - other.x) + Math.abs(one.y - other.y)
const grown = ({ x, y, width, height }: Area): Area => {
  const by = gap - 1
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by }
}
