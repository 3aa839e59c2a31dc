import { type Arrow, type Chart, keyOf } from './model.ts'
import { type Label, type Line, type Scene, sceneOf, troubles } from './scene.ts'

/** A scene in few words. It also knows what is not drawn, so that this can be shown when it happens. */
export interface Brief extends Scene {
  /**
   * The arrows that notes stand for; and of lines that several states share, the way from each state to where the line
   * begins: then `to` is the frame, or the name of that place.
   */
  readonly folded: readonly Line[]
}

/** Reduces a chart to what a reader can follow who is told the rest beside it. */
export function briefOf(chart: Chart): Brief {
  const scene = sceneOf(chart)
  const lines = scene.lines.map((line) => joined(line, without(chart.arrows, scene.lines)))
  const shared = lines.filter(({ from }) => !chart.states.some(({ name }) => name === from))
  const folded = [
    ...linesOf(without(chart.arrows, lines), ({ to }) => to),
    ...shared.flatMap((line) => waysInto(line, chart)),
  ]
  return {
    ...scene,
    lines: lines.map((line) => titled(labelled(line, chart), scene)),
    stays: [],
    folded: folded.map((line) => titled(line, scene)),
  }
}

/** The arrows that none of these lines stands for. */
function without(arrows: readonly Arrow[], lines: readonly Line[]): readonly Arrow[] {
  const keys = new Set(lines.flatMap((line) => line.keys))
  return arrows.filter((arrow) => !keys.has(keyOf(arrow)))
}

/** A line that stands for more: for all arrows of its kind between its places. */
function joined(line: Line, arrows: readonly Arrow[]): Line {
  const same = arrows.filter(
    (arrow) => arrow.from === line.from && arrow.to === line.to && kindOf(arrow) === kindOf(line),
  )
  return { ...line, keys: [...new Set([...line.keys, ...same.map(keyOf)])] }
}

/** An actor that throws leads where it also leads by an answer. */
const kindOf = ({ cause }: Pick<Arrow, 'cause'>) => (cause === 'defect' ? 'answer' : cause)

/** To where a shared line begins, from every state that shares it. */
function waysInto(line: Line, chart: Chart): Line[] {
  return linesOf(arrowsOf(line, chart), () => line.from)
}

/** One line for all arrows that lead from one state to one place. */
function linesOf(arrows: readonly Arrow[], placeOf: (arrow: Arrow) => string): Line[] {
  const merged = Map.groupBy(arrows, (arrow) => `${arrow.from} ${placeOf(arrow)}`)
  return [...merged.values()].flatMap((same) => {
    const [first] = same
    if (!first) return []
    const keys = [...new Set(same.map(keyOf))]
    const trouble = troubles.has(first.to)
    return [{ from: first.from, to: placeOf(first), cause: first.cause, trouble, labels: [], keys }]
  })
}

/** Only what somebody asks is named: an answer is told by the state that it leads to, and time passes by itself. */
function labelled(line: Line, chart: Chart): Line {
  return { ...line, labels: line.cause === 'event' ? [shortOf(eventsOf(line, chart), chart)] : [] }
}

function shortOf([first = '', ...others]: readonly string[], { arrows }: Chart): Label {
  const all = new Set(arrows.flatMap(({ cause, event }) => (cause === 'event' ? event : [])))
  const name = first.slice(first.lastIndexOf('.') + 1)
  const text = others.length + 1 === all.size ? 'any event' : others.length > 0 ? `${name} …` : name
  return { text, guard: undefined }
}

function titled(line: Line, { chart, frames }: Scene): Line {
  const from = frames.find(({ id }) => id === line.from)?.title ?? line.from
  const to = arrowsOf(line, chart)[0]?.to ?? line.to
  return { ...line, title: `${from} → ${to}: ${eventsOf(line, chart).join(', ')}` }
}

const eventsOf = (line: Line, chart: Chart) => [...new Set(arrowsOf(line, chart).map(({ label }) => label))]

/** In the order of the keys, so that what is drawn comes first. */
function arrowsOf({ keys }: Line, { arrows }: Chart): readonly Arrow[] {
  return keys.flatMap((key) => arrows.filter((arrow) => keyOf(arrow) === key))
}
