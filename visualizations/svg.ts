import { invoke, label, type Row } from './boxes.ts'
import type { Layout } from './layout.ts'
import { legend } from './legend.ts'
import { widthOf } from './measure.ts'
import type { Scene } from './scene.ts'
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
    ...moved(Math.round((width - layout.width) / 2), header, drawing(layout)),
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
function drawing(layout: Layout): string[] {
  return [
    ...layout.frames.map(frame(layout)),
    ...start(layout),
    ...layout.sources.map(source),
    ...layout.lines.map(arrow),
    ...layout.states.map(state),
  ]
}

const moved = (x: number, y: number, parts: readonly string[]) => [
  `<g transform="translate(${x} ${y})">`,
  ...parts,
  '</g>',
]

/** The picture in words, for those who hear it. */
function told({ chart }: Scene): string {
  const { states, initial } = chart
  return `A state chart. It begins in ${initial}. ${states.map(({ name, description }) => `${name}: ${description}`).join(' ')}`
}

/** A frame, with its title in the upper corner that no line passes. */
function frame({ lines }: Layout): (framed: Layout['frames'][number]) => string {
  return ({ frame: { title }, area }) => {
    const width = widthOf(title, 10.5) + 28
    const passed = lines.some(({ points }) => passes(points, { ...area, width, height: 24 }))
    const x = passed ? area.x + area.width - width + 14 : area.x + 14
    return `<g class="frame">${rect(area, 12)}${text('caption', x, area.y + 19, title)}</g>`
  }
}

function source({ name, area }: Layout['sources'][number]): string {
  const label = `<text x="${rounded(area.x + area.width / 2)}" y="${rounded(area.y + 15)}" text-anchor="middle">${escaped(name)}</text>`
  return `<g class="source">${rect(area, area.height / 2)}${label}</g>`
}

function start({ start }: Layout): string[] {
  const [from] = start
  if (!from) return []
  const dot = `<circle cx="${rounded(from.x)}" cy="${rounded(from.y - 6)}" r="6"/>`
  return [`${dot}<g class="arrow">${way(start)}</g>`]
}

function state({ state: { name, tags, description }, box, area }: Layout['states'][number]): string {
  const primary = ['connected', 'needsUser', 'pending'].find((tag) => tags.includes(tag)) ?? ''
  const also = tags.includes('pending') && primary !== 'pending'
  return [
    `<g class="state ${primary}" data-state="${name}"><title>${escaped(description)}</title>`,
    rect(area, 9, 'box'),
    ...(also
      ? [`<circle class="also" cx="${rounded(area.x + area.width - 12)}" cy="${rounded(area.y + 12)}" r="4"/>`]
      : []),
    ...box.rows.map((row) => written(row, area)),
    '</g>',
  ].join('')
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
  return `<g class="${classes}" data-arrow="${escaped(line.keys.join(' '))}">${way(points)}${labels.join('')}</g>`
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

const way = (points: Layout['start']) =>
  `<path class="way" d="${roundedWay(points)}"/><path class="head" d="${arrowHead(points)}"/>`

function rect({ x, y, width, height }: Area, radius: number, name?: string): string {
  const classed = name ? ` class="${name}"` : ''
  return `<rect${classed} x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" rx="${radius}"/>`
}
