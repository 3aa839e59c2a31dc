import type { ElkPoint } from 'elkjs/lib/elk.bundled.js'

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const radius = 7
const head = { length: 8, half: 4 }

/** A way of straight pieces with rounded corners, and room for a head at its end. */
export function roundedWay(points: readonly ElkPoint[], room = head.length - 1): string {
  const pieces = points.map((point, index) => {
    const before = points[index - 1]
    const after = points[index + 1]
    if (!before) return `M${written(point)}`
    if (!after) return `L${written(towards(point, before, room))}`
    const bend = Math.min(radius, apart(before, point) / 2, apart(point, after) / 2)
    return `L${written(towards(point, before, bend))}Q${written(point)} ${written(towards(point, after, bend))}`
  })
  return pieces.join('')
}

/** The head of an arrow at the end of its way. */
export function arrowHead(points: readonly ElkPoint[]): string {
  const [before, tip] = points.slice(-2)
  if (!before || !tip) return ''
  const base = towards(tip, before, head.length)
  const aside = { x: ((tip.y - base.y) * head.half) / head.length, y: ((base.x - tip.x) * head.half) / head.length }
  const corners = [tip, { x: base.x + aside.x, y: base.y + aside.y }, { x: base.x - aside.x, y: base.y - aside.y }]
  return `M${corners.map(written).join('L')}Z`
}

/** Slides pieces of a way by a few pixels, where that saves a bend that is too small to be seen as one. */
export function straightened(points: readonly ElkPoint[]): readonly ElkPoint[] {
  const way = withoutStops(withoutSteps(points))
  return withoutFirstBend(withoutFirstBend(way).toReversed()).toReversed()
}

/** ELK leaves small steps where a way passes a frame. */
function withoutSteps(points: readonly ElkPoint[]): readonly ElkPoint[] {
  const visible = 3
  const near = (value: number, before = value) => (Math.abs(value - before) < visible ? before : value)
  const way: ElkPoint[] = []
  for (const { x, y } of points) {
    const before = way.at(-1)
    way.push({ x: near(x, before?.x), y: near(y, before?.y) })
  }
  return way
}

/** Leaves out the points where a way does not turn. */
export function withoutStops(points: readonly ElkPoint[]): readonly ElkPoint[] {
  return points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]]
    if (!before || !after) return true
    const goesOn = (before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y)
    return !goesOn
  })
}

function withoutFirstBend(points: readonly ElkPoint[]): readonly ElkPoint[] {
  const [start, bend, after, ...rest] = points
  const visible = 7
  if (!start || !bend || !after || rest.length === 0) return points
  if (start.x !== bend.x || bend.y !== after.y || Math.abs(bend.x - after.x) > visible) return points
  return [{ x: after.x, y: start.y }, ...rest]
}

/** Whether a way of upright and level pieces passes an area. */
export function passes(points: readonly ElkPoint[], area: Area): boolean {
  return points.some((point, index) => {
    const next = points[index + 1] ?? point
    const [left, right] = [Math.min(point.x, next.x), Math.max(point.x, next.x)]
    const [top, bottom] = [Math.min(point.y, next.y), Math.max(point.y, next.y)]
    return left < area.x + area.width && right > area.x && top < area.y + area.height && bottom > area.y
  })
}

/** One decimal is as fine as a screen shows, and keeps the file the same where arithmetic differs in the last digit. */
export const rounded = (value: number): string => String(Math.round(value * 10) / 10)

const written = ({ x, y }: ElkPoint) => `${rounded(x)} ${rounded(y)}`
const apart = (one: ElkPoint, other: ElkPoint) => Math.hypot(other.x - one.x, other.y - one.y)

function towards(from: ElkPoint, to: ElkPoint, distance: number): ElkPoint {
  const share = distance / (apart(from, to) || 1)
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}
