import { fold, type Note } from './fold.ts'
import { type Arrow, type Chart, keyOf, type State } from './model.ts'

/** A line of a picture: all arrows of one kind between the same two places. */
export interface Line {
  readonly from: string
  readonly to: string
  readonly cause: Arrow['cause']
  /** Whether it leads into trouble. */
  readonly trouble: boolean
  readonly labels: readonly Label[]
  readonly keys: readonly string[]
  /** All of it in words, for a pointer that rests on it, where the labels say less. */
  readonly title?: string
}

export interface Label {
  readonly text: string
  readonly guard: string | undefined
}

/** A frame around neighbours that share an arrow: it leaves the frame once, and every state inside has it. */
export interface Frame {
  readonly id: string
  readonly title: string
  readonly states: readonly string[]
}

/** What happens inside a state, without an arrow. */
export interface Stay {
  readonly state: string
  readonly events: readonly string[]
  readonly effect: string
  readonly keys: readonly string[]
}

/** A chart, reduced to what a reader can follow. */
export interface Scene {
  readonly chart: Chart
  readonly frames: readonly Frame[]
  readonly lines: readonly Line[]
  readonly stays: readonly Stay[]
  readonly notes: readonly Note[]
}

/** Where trouble and its ending are. */
export const troubles: ReadonlySet<string> = new Set(['backingOff', 'expired', 'failed'])
/** What states have in common that share this event. */
const titles = new Map([
  ['authorization.cancel', 'connecting'],
  ['authorization.start', 'ended'],
])

export function sceneOf(chart: Chart): Scene {
  const { notes, arrows } = fold(chart)
  const leaving = arrows.filter(({ stays }) => !stays)
  const frames = framesOf(chart.states, leaving)
  const lines = [...linesOf(leaving, frames), ...notes.flatMap(lineOf)]
  return { chart, frames, lines, stays: staysOf(arrows), notes }
}

/** One line for all arrows of a note. */
function lineOf({ drawnFrom, arrows }: Note): Line[] {
  const [first] = arrows
  if (!drawnFrom || !first) return []
  const keys = arrows.map(keyOf)
  return [{ from: drawnFrom, to: first.to, cause: first.cause, trouble: troubles.has(first.to), labels: [], keys }]
}

/** Finds runs of neighbours, in the order of the source, that share an arrow. */
function framesOf(states: readonly State[], arrows: readonly Arrow[]): Frame[] {
  const shared = Map.groupBy(
    arrows.filter(({ cause }) => cause === 'event'),
    sameness,
  )
  return [...shared.values()].flatMap((group) => {
    const run = longestRun(states.map(({ name }) => group.some(({ from }) => from === name) && name))
    const { event = '', to = '' } = group[0] ?? {}
    return run.length > 1 ? [{ id: `${event}|${to}`, title: titles.get(event) ?? '', states: run }] : []
  })
}

const sameness = ({ event, to, guard }: Arrow) => `${event}|${to}${guard ? `|${guard.type}` : ''}`

function longestRun(names: readonly (string | false)[]): string[] {
  const runs: string[][] = [[]]
  for (const name of names) name ? runs.at(-1)?.push(name) : runs.push([])
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest))
}

function linesOf(arrows: readonly Arrow[], frames: readonly Frame[]): Line[] {
  const place = (arrow: Arrow) =>
    frames.find(({ id, states }) => id === sameness(arrow) && states.includes(arrow.from))?.id ?? arrow.from
  const merged = Map.groupBy(arrows, (arrow) => `${place(arrow)} ${arrow.to} ${arrow.cause}`)
  return [...merged.values()].flatMap((same) => {
    const [first] = same
    if (!first) return []
    const labels = labelsOf(same, arrows)
    const keys = [...new Set(same.map(keyOf))]
    return [{ from: place(first), to: first.to, cause: first.cause, trouble: troubles.has(first.to), labels, keys }]
  })
}

/** A guard with params speaks of the answer, which the arrow's target says already. */
const shown = (guard: Arrow['guard']) => (guard?.params ? undefined : guard?.type)

/** One label for all that has the same first word and the same guard: `token.refresh, .revoke [hasToken]`. */
function labelsOf(same: readonly Arrow[], all: readonly Arrow[]): Label[] {
  const groups = Map.groupBy(same, ({ label, guard }) => `${familyOf(label)} ${shown(guard)}`)
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const events = [...new Set([first, ...others].map(({ label }) => label))]
    return [{ text: gathered(events, all), guard: shown(first.guard) }]
  })
}

function gathered([first = '', ...others]: readonly string[], all: readonly Arrow[]): string {
  const family = familyOf(first)
  const members = new Set(all.flatMap(({ event }) => (familyOf(event) === family ? event : [])))
  if (others.length > 0 && others.length + 1 === members.size) return `${family}.*`
  return [first, ...others.map((event) => event.slice(family.length))].join(', ')
}

const familyOf = (event: string) => event.split('.')[0] ?? event

function staysOf(arrows: readonly Arrow[]): Stay[] {
  const effectOf = ({ guard, actions }: Arrow) =>
    `${guard ? `[${guard.type}] ` : ''}/ ${actions.map(({ type }) => type).join(', ')}`
  const same = Map.groupBy(
    arrows.filter(({ stays }) => stays),
    (arrow) => `${arrow.from} ${effectOf(arrow)}`,
  )
  return [...same.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const events = group.map(({ label }) => label)
    return [{ state: first.from, events, effect: effectOf(first), keys: group.map(keyOf) }]
  })
}
