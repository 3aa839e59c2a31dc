import { type Font, widthOf, wrap } from './measure.ts'
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

const styles: Readonly<Record<Row['kind'], { size: number; font: Font; leading: number }>> = {
  name: { size: 14, font: 'bold', leading: 19 },
  actor: { size: 10.5, font: 'mono', leading: 16 },
  stay: { size: 10.5, font: 'mono', leading: 16 },
  said: { size: 10.5, font: 'plain', leading: 14 },
}
const padding = { x: 12, y: 9 }
const widestDescription = 250

/** What is written in the box of a state: its name, its actor, what happens inside, and what it is for. */
export function boxOf(state: State, { stays }: Scene): Box {
  const inside = stays.filter(({ state: name }) => name === state.name)
  const rows = stacked([
    { kind: 'name', text: state.name },
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
  ])
  const widest = Math.max(...rows.map(widthOfRow))
  return { width: Math.ceil(widest + 2 * padding.x), height: (rows.at(-1)?.y ?? 0) + padding.y + 1, rows }
}

/** What stands before the name of an actor. */
export const invoke = 'invoke / '

function widthOfRow({ kind, text }: Omit<Row, 'y'>): number {
  const { size, font } = styles[kind]
  return widthOf(kind === 'actor' ? `${invoke}${text}` : text, size, font)
}

function stacked(rows: readonly Omit<Row, 'y'>[]): Row[] {
  let y = padding.y - 5
  return rows.map((row) => {
    y += styles[row.kind].leading
    return { ...row, y }
  })
}

export const label = { size: 11, leading: 14 }

/** How much room the labels of a line take. */
export function roomFor({ labels }: Line): { width: number; height: number } {
  const widest = Math.max(0, ...labels.map((one) => widthOf(written(one), label.size)))
  return { width: Math.ceil(widest) + 8, height: labels.length * label.leading + 4 }
}

export const written = ({ text, guard }: Label): string => (guard ? `${text} [${guard}]` : text)

/** The room for the name of a place where lines begin that stand for many. */
export const pillOf = (name: string) => ({ width: Math.ceil(widthOf(name, label.size)) + 20, height: 22 })
