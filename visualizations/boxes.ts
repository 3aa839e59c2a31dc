import { type Font, widthOf, wrap } from './measure.ts'
import type { Measures } from './measures.ts'
import type { State } from './model.ts'
import type { Label, Line, Scene } from './scene.ts'

/** One line of text in a box. */
export interface Row {
  readonly kind: 'name' | 'actor' | 'stay' | 'said'
  readonly text: string
  /** How far below the top of the box its baseline is. */
  readonly y: number
  /** The arrows that it stands for. */
  readonly keys?: readonly string[]
}

export interface Box {
  readonly width: number
  readonly height: number
  readonly rows: readonly Row[]
}

const styles = {
  actor: { size: 10.5, font: 'mono', leading: 16 },
  stay: { size: 10.5, font: 'mono', leading: 16 },
  said: { size: 10.5, font: 'plain', leading: 14 },
} as const
const widestDescription = 250

/** What is written in the box of a state: its name, and where there is room what {@link detailsOf} tells. */
export function boxOf(state: State, scene: Scene, measures: Measures): Box {
  const { padding, details } = measures
  const said = [{ kind: 'name' as const, text: state.name }, ...(details ? detailsOf(state, scene) : [])]
  const rows = stacked(said, measures)
  const widest = Math.max(...said.map((row) => widthOfRow(row, measures)))
  return { width: Math.ceil(widest + 2 * padding.x), height: (rows.at(-1)?.y ?? 0) + padding.y + 1, rows }
}

/** The actors of a state, what happens inside, and what it is for. */
function detailsOf(state: State, { stays }: Scene): readonly Omit<Row, 'y'>[] {
  const inside = stays.filter(({ state: name }) => name === state.name)
  return [
    ...state.actors.map(({ id, source }) => ({
      kind: 'actor' as const,
      text: id === source ? id : `${source} ${id}`,
    })),
    ...inside.map(({ events, effect, keys }) => ({
      kind: 'stay' as const,
      text: `${events.join(', ')} ${effect}`,
      keys,
    })),
    ...wrap(state.description, styles.said.size, widestDescription).map((text) => ({ kind: 'said' as const, text })),
  ]
}

/** What stands before the name of an actor. */
export const invoke = 'invoke / '

function widthOfRow({ kind, text }: Omit<Row, 'y'>, measures: Measures): number {
  const { size, font } = styleOf(kind, measures)
  return widthOf(kind === 'actor' ? `${invoke}${text}` : text, size, font)
}

function stacked(rows: readonly Omit<Row, 'y'>[], measures: Measures): Row[] {
  let y = measures.padding.y - 5
  return rows.map((row) => {
    y += styleOf(row.kind, measures).leading
    return { ...row, y }
  })
}

function styleOf(kind: Row['kind'], { name }: Measures): { size: number; font: Font; leading: number } {
  return kind === 'name' ? { ...name, font: 'bold' } : styles[kind]
}

export const label = { size: 11, leading: 14 }

/** How much room the labels of a line take. */
export function roomFor({ labels }: Line): { width: number; height: number } {
  const widest = Math.max(0, ...labels.map((one) => widthOf(written(one), label.size)))
  return { width: Math.ceil(widest) + 8, height: labels.length * label.leading + 4 }
}

export const written = ({ text, guard }: Label): string => (guard ? `${text} [${guard}]` : text)

/** The room for the name of a place where lines begin that stand for many. */
export const pillOf = (name: string, { pill }: Measures) => ({
  width: Math.ceil(widthOf(name, label.size)) + 2 * pill.margin,
  height: pill.height,
})
