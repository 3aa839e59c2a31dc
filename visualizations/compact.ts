import type { AnyStateMachine } from 'xstate'
import { type Brief, briefOf } from './brief.ts'
import { bestLayoutOf } from './drafts.ts'
import type { Layout } from './layout.ts'
import { small } from './measures.ts'
import { chartOf } from './model.ts'
import { drawn } from './pictures.ts'
import { behind, loopAt, routeBetween, sidesOf } from './routes.ts'
import type { Area } from './shapes.ts'
import { drawing, group, moved, titleOf, way, wayOnly } from './svg.ts'
import { escaped } from './text.ts'

const margin = 8

/**
 * The charts for a viewer, as SVG, by the machine's id: `deviceCode`, `authorizationCode`, `clientCredentials`.
 *
 * Each is at most 440 pixels wide and 860 high, and draws less than the pictures: who shows it tells the rest. For every
 * state there is `[data-state="its name"]`, and for every arrow at least one `[data-arrow~="from|event|to"]`, where nothing
 * is drawn one that is hidden until it has the class `live`: mark all of them. The style is {@link chartStyle}.
 */
export async function viewerCharts(): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(drawn.map(async ([, machine]) => [machine.id, await compactOf(machine)] as const)))
}

async function compactOf(machine: AnyStateMachine): Promise<string> {
  const brief = briefOf(chartOf(machine))
  const layout = await bestLayoutOf(brief, small)
  const [width, height] = [Math.ceil(layout.width + 2 * margin), Math.ceil(layout.height + 2 * margin)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${escaped(`${machine.id}: ${brief.chart.description}`)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...moved(margin, margin, [...drawing(layout, small), ...folded(brief, layout)]),
    '</svg>',
    '',
  ].join('\n')
}

/** What is not drawn until it happens. It lies over everything, and passes beside all states. */
function folded({ folded }: Brief, layout: Layout): string[] {
  const areas = areasOf(layout)
  const obstacles = { places: [...areas.values()], labels: writtenIn(layout) }
  const portsOf = (name: string) => {
    const area = areas.get(name)
    return area ? sidesOf(area) : behind(layout.lines.find(({ line }) => line.from === name)?.points ?? [])
  }
  return folded.map((line) => {
    const own = line.from === line.to && areas.get(line.from)
    const points = own ? loopAt(own) : routeBetween(portsOf(line.from), portsOf(line.to), obstacles)
    const leads = layout.states.some(({ state: { name } }) => name === line.to)
    return group('arrow folded', line, leads ? way(points) : wayOnly(points))
  })
}

/** Where the states are, and the places where lines begin that stand for many. */
function areasOf({ states, sources }: Layout): ReadonlyMap<string, Area> {
  const placed = [...states.map(({ state: { name }, area }) => ({ name, area })), ...sources]
  return new Map(placed.map(({ name, area }) => [name, area]))
}

/** Where words stand beside lines, and in frames. */
function writtenIn(layout: Layout): readonly Area[] {
  const labels = layout.lines.map(({ label }) => label).filter(({ width }) => width > 0)
  const titles = layout.frames.map((framed) => titleOf(framed, layout))
  return [...labels, ...titles.map(({ x, y, width }) => ({ x, y: y + 7, width, height: 14 }))]
}
