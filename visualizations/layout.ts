import elk, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js'
import { type Box, boxOf, pillOf, roomFor } from './boxes.ts'
import type { Measures } from './measures.ts'
import type { State } from './model.ts'
import type { Frame, Line, Scene } from './scene.ts'
import { type Area, passes, straightened } from './shapes.ts'

/** A scene with a place for everything. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly states: readonly { readonly state: State; readonly box: Box; readonly area: Area }[]
  readonly frames: readonly { readonly frame: Frame; readonly area: Area }[]
  /** Where the lines begin that stand for many. */
  readonly sources: readonly { readonly name: string; readonly area: Area }[]
  readonly lines: readonly { readonly line: Line; readonly points: readonly ElkPoint[]; readonly label: Area }[]
  /** The way from the dot, where a chart begins. */
  readonly start: readonly ElkPoint[]
}

const begin = 'begin'

/**
 * Gives everything in a scene its place.
 *
 * @param seed where ELK begins its search; another seed finds another layout. The same seed always finds the same.
 */
export async function layoutOf(scene: Scene, measures: Measures, seed = 1): Promise<Layout> {
  const boxes = new Map(scene.chart.states.map((state) => [state.name, boxOf(state, scene, measures)]))
  const placed = await new elk.default().layout(graphOf(scene, boxes, measures, seed))
  const areas = new Map(allOf(placed).map((node) => [node.id, areaOf(node)]))
  const edges = new Map(placed.edges?.map((edge) => [edge.id, edge]))
  return {
    ...areaOf(placed),
    states: scene.chart.states.map((state) => ({
      state,
      box: found(boxes, state.name),
      area: found(areas, state.name),
    })),
    sources: sourcesOf(scene).map((name) => ({ name, area: found(areas, name) })),
    frames: scene.frames.map((frame) => ({ frame, area: found(areas, frame.id) })),
    lines: scene.lines.map((line, index) => placedLine(line, found(edges, `${index}`), backwards(scene, line))),
    start: pointsOf(found(edges, begin)),
  }
}

function graphOf(scene: Scene, boxes: ReadonlyMap<string, Box>, measures: Measures, seed: number): ElkNode {
  const nodeOf = (name: string): ElkNode => ({
    id: name,
    width: boxes.get(name)?.width ?? 0,
    height: boxes.get(name)?.height ?? 0,
  })
  return {
    id: 'chart',
    layoutOptions: { ...measures.options, 'elk.randomSeed': `${seed}` },
    children: [
      { id: begin, width: 12, height: 12 },
      ...sourcesOf(scene).map((name) => ({ id: name, ...pillOf(name, measures) })),
      ...places(scene).map(({ id, states }) =>
        id === states[0] ? nodeOf(id) : { id, layoutOptions: measures.inFrame, children: states.map(nodeOf) },
      ),
    ],
    edges: [
      { id: begin, sources: [begin], targets: [scene.chart.initial] },
      ...scene.lines.map((line, index) => edgeOf(line, `${index}`, backwards(scene, line))),
    ],
  }
}

const sourcesOf = ({ notes }: Scene) => notes.flatMap(({ drawnFrom }) => drawnFrom ?? [])

/** The outermost things, in the order of the source: states, and frames of states. */
function places({ chart, frames }: Scene): readonly Pick<Frame, 'id' | 'states'>[] {
  return chart.states.flatMap(({ name }): readonly Pick<Frame, 'id' | 'states'>[] => {
    const frame = frames.find(({ states }) => states.includes(name))
    if (!frame) return [{ id: name, states: [name] }]
    return frame.states[0] === name ? [frame] : []
  })
}

/**
 * ELK is given every line in the direction of the story, and its points are reversed afterwards: its own ways to break
 * cycles put states in odd places, and crash where they are set on a frame (elkjs 0.12.1).
 */
function edgeOf(line: Line, id: string, back: boolean): ElkExtendedEdge {
  const ends = back ? [line.to, line.from] : [line.from, line.to]
  return {
    id,
    sources: ends.slice(0, 1),
    targets: ends.slice(1),
    labels: line.labels.length > 0 ? [{ text: id, ...roomFor(line) }] : [],
  }
}

function backwards(scene: Scene, { from, to }: Line): boolean {
  return rankOf(scene, from) > rankOf(scene, to)
}

/** Where in the story something stands: a frame where it begins, what only leads back right after where it leads to. */
function rankOf({ chart, frames, lines }: Scene, id: string): number {
  const order = chart.states.map(({ name }) => name)
  const rank = order.indexOf(frames.find((frame) => frame.id === id)?.states[0] ?? id)
  const leadsTo = [...new Set(lines.filter(({ from }) => from === id).map(({ to }) => order.indexOf(to)))]
  const [back = rank] = leadsTo
  const returns = chart.states[rank]?.actors.length && leadsTo.length === 1 && back < rank
  return returns ? back + 0.5 : rank
}

function placedLine(line: Line, edge: ElkExtendedEdge, back: boolean): Layout['lines'][number] {
  const label = areaOf(edge.labels?.[0] ?? {})
  const way = pointsOf(edge)
  const straight = straightened(way)
  const points = passes(straight, label) ? way : straight
  return { line, points: back ? points.toReversed() : points, label }
}

function pointsOf({ sections = [] }: ElkExtendedEdge): ElkPoint[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
}

const areaOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Area>): Area => ({ x, y, width, height })
const allOf = (node: ElkNode): ElkNode[] => [node, ...(node.children ?? []).flatMap(allOf)]

function found<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key)
  if (value === undefined) throw new Error(`no place for ${key}`)
  return value
}
