import { invoke, label, type Row } from './boxes.ts'
import type { Layout } from './layout.ts'
import { legend } from './legend.ts'
import { widthOf } from './measure.ts'
import { large, type Measures } from './measures.ts'
import type { Line, Scene } from './scene.ts'
import { type Area, arrowHead, passes, rounded, roundedWay } from './shapes.ts'
import { style } from './style.ts'
import { escaped, text } from './text.ts'

const margin = 20
const header = 64

/** Draws a chart: its title, its states and arrows, and under them what they share. */
export function svgOf(scene: Scene, layout: Layout): string {
  const foot = legend(scene, header + layout.height + 14)
  const width = Math.ceil(Math.max(layout.width, foot.width) + 2 * margin)
  const height = Math.ceil(foot.bottom + margin)
  const { id } = scene.chart
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...head(scene),
    `<rect class="canvas" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    text('title', margin, 36, id),
    text('soft', margin, 54, scene.chart.description),
    ...moved(Math.round((width - layout.width) / 2), header, drawing(layout, large)),
    ...moved(margin, 0, foot.parts),
    '</svg>',
    '',
  ].join('\n')
}

/** What is not drawn: the name, the picture in words, and the style. */
function head(scene: Scene): string[] {
  const { id, description } = scene.chart
  return [
    `<title id="${id}-title">${escaped(`${id}: ${description}`)}</title>`,
    `<desc id="${id}-desc">${escaped(told(scene))}</desc>`,
    `<style>${style}</style>`,
  ]
}

/** Lines lie below states, so that nothing is drawn over a name. */
export function drawing(layout: Layout, measures: Measures): string[] {
  return [
    ...layout.frames.map(frame(layout, measures)),
    ...start(layout),
    ...layout.sources.map(source(layout)),
    ...layout.lines.map(arrow),
    ...layout.states.map(state(measures)),
  ]
}

export const moved = (x: number, y: number, parts: readonly string[]) => [
  `<g transform="translate(${x} ${y})">`,
  ...parts,
  '</g>',
]

/** The picture in words, for those who hear it. */
function told({ chart }: Scene): string {
  const { states, initial } = chart
  return `A state chart. It begins in ${initial}. ${states.map(({ name, description }) => `${name}: ${description}`).join(' ')}`
}

function frame(layout: Layout, { caption }: Measures): (framed: Layout['frames'][number]) => string {
  return (framed) => {
    const { x, y } = titleOf(framed, layout)
    return `<g class="frame">${rect(framed.area, 12)}${text('caption', x + 14, y + caption, framed.frame.title)}</g>`
  }
}

/** The room for the title of a frame, where no line passes: in the upper left corner, or the right one, or between. */
export function titleOf({ frame, area }: Layout['frames'][number], { lines }: Layout): Area {
  const size = { width: widthOf(frame.title, 10.5) + 28, height: 24 }
  const room = Math.max(0, area.width - size.width)
  const places = [0, room, ...Array.from({ length: Math.floor(room / 4) }, (_, step) => step * 4)]
  const at = (place: number) => ({ x: area.x + place, y: area.y, ...size })
  return at(places.find((place) => !lines.some(({ points }) => passes(points, at(place)))) ?? room)
}

function source({ lines }: Layout): (placed: Layout['sources'][number]) => string {
  return ({ name, area }) => {
    const keys = lines.filter(({ line }) => line.from === name).flatMap(({ line }) => line.keys)
    const label = `<text x="${rounded(area.x + area.width / 2)}" y="${rounded(area.y + area.height / 2 + 4)}" text-anchor="middle">${escaped(name)}</text>`
    return group('source', { keys }, `${rect(area, area.height / 2)}${label}`)
  }
}

function start({ start }: Layout): string[] {
  const [from] = start
  if (!from) return []
  const dot = `<circle cx="${rounded(from.x)}" cy="${rounded(from.y - 6)}" r="6"/>`
  return [`${dot}<g class="arrow">${way(start)}</g>`]
}

function state({ dot, corner }: Measures): (placed: Layout['states'][number]) => string {
  return ({ state: { name, tags, description }, box, area }) => {
    const primary = ['connected', 'needsUser', 'pending'].find((tag) => tags.includes(tag)) ?? ''
    const also = tags.includes('pending') && primary !== 'pending'
    const middle = { x: rounded(area.x + area.width - dot.inset), y: rounded(area.y + dot.inset) }
    return [
      `<g class="state ${primary}" data-state="${name}"><title>${escaped(description)}</title>`,
      rect(area, corner, 'box'),
      ...(also ? [`<circle class="also" cx="${middle.x}" cy="${middle.y}" r="${dot.radius}"/>`] : []),
      ...box.rows.map((row) => written(row, area)),
      '</g>',
    ].join('')
  }
}

function written({ kind, text: content, y, keys }: Row, area: Area): string {
  const before = kind === 'actor' ? `<tspan class="soft">${invoke}</tspan>` : ''
  const middle = area.x + area.width / 2
  const marked = keys ? ` data-arrow="${escaped(keys.join(' '))}"` : ''
  return `<text class="${kind}"${marked} x="${rounded(middle)}" y="${rounded(area.y + y)}" text-anchor="middle">${before}${escaped(content)}</text>`
}

function arrow({ line, points, label: area }: Layout['lines'][number]): string {
  const before = area.x < besides(points, area)
  const x = before ? area.x + area.width - 3 : area.x + 3
  const labels = line.labels.map(({ text: content, guard }, index) => {
    const y = area.y + label.leading * (index + 1) - 1
    const after = guard ? ` <tspan class="guard">[${guard}]</tspan>` : ''
    return `<text x="${rounded(x)}" y="${rounded(y)}"${before ? ' text-anchor="end"' : ''}>${escaped(content)}${after}</text>`
  })
  const classes = ['arrow', line.cause, ...(line.trouble ? ['trouble'] : [])].join(' ')
  return group(classes, line, `${way(points)}${labels.join('')}`)
}

/** What is marked together, since it stands for the same arrows. */
export function group(classes: string, { keys, title }: Pick<Line, 'keys' | 'title'>, inside: string): string {
  const told = title ? `<title>${escaped(title)}</title>` : ''
  return `<g class="${classes}" data-arrow="${escaped(keys.join(' '))}">${told}${inside}</g>`
}

/** Where a line passes its label: text is set towards it, so that the two stay together in a narrower font. */
function besides(points: Layout['start'], { y, height }: Area): number {
  const middle = y + height / 2
  const passing = points.find((point, index) => {
    const next = points[index + 1]
    return next?.x === point.x && Math.min(point.y, next.y) <= middle && middle <= Math.max(point.y, next.y)
  })
  return passing?.x ?? 0
}

export const way = (points: Layout['start']) =>
  `<path class="way" d="${roundedWay(points)}"/><path class="head" d="${arrowHead(points)}"/>`

/** A way that goes on as a drawn line. */
export const wayOnly = (points: Layout['start']) => `<path class="way" d="${roundedWay(points, 0)}"/>`

function rect({ x, y, width, height }: Area, radius: number, name?: string): string {
  const classed = name ? ` class="${name}"` : ''
  return `<rect${classed} x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" rx="${radius}"/>`
}
