import { widthOf } from './measure.ts'
import { keyOf } from './model.ts'
import type { Scene } from './scene.ts'
import { arrowHead, roundedWay } from './shapes.ts'
import { escaped, text } from './text.ts'

/** What stands under a chart. */
export interface Foot {
  readonly parts: readonly string[]
  readonly width: number
  readonly bottom: number
}

const size = { note: 11, sample: 10.5 }
const leading = 19

/** Says what is not drawn, and what colours and lines mean. */
export function legend({ notes }: Scene, top: number): Foot {
  const lead = Math.max(...notes.map(({ about }) => widthOf(about, size.note, 'bold'))) + 16
  const said = notes.map(({ about, text: content, arrows }, index) => {
    const y = top + 44 + index * leading
    const keys = [...new Set(arrows.map(keyOf))].join(' ')
    return `<g class="arrow folded" data-arrow="${escaped(keys)}">${text('note lead', 0, y, about)}${text('note', lead, y, content)}</g>`
  })
  const widest = Math.max(...notes.map(({ text: content }) => widthOf(content, size.note)))
  const bottom = top + 44 + notes.length * leading
  const samples = row(bottom + 14)
  return {
    parts: [text('soft', 0, top + 20, 'Not drawn, since many states share it'), ...said, ...samples.parts],
    width: Math.ceil(Math.max(lead + widest, samples.width)),
    bottom: bottom + 22,
  }
}

/** One sample of each colour and line. */
function row(y: number): { parts: readonly string[]; width: number } {
  let x = 0
  const parts = samples.map(({ picture, means }) => {
    const part = `<g transform="translate(${Math.round(x)} ${y})">${picture}${text('soft', 30, 0, means)}</g>`
    x += 30 + widthOf(means, size.sample) + 16
    return part
  })
  return { parts, width: x - 16 }
}

const swatch = (tag: string) => `<g class="${tag}"><rect class="box" x="1" y="-10" width="22" height="13" rx="4"/></g>`
const points = [
  { x: 0, y: -4 },
  { x: 24, y: -4 },
]
const line = (kind: string) =>
  `<g class="arrow ${kind}"><path class="way" d="${roundedWay(points)}"/><path class="head" d="${arrowHead(points)}"/></g>`

const samples = [
  { picture: swatch('connected'), means: 'connected' },
  { picture: swatch('needsUser'), means: 'needsUser' },
  { picture: swatch('pending'), means: 'pending' },
  { picture: '<circle class="also" cx="14" cy="-4" r="4"/>', means: 'also pending' },
  { picture: line('event'), means: 'event or answer' },
  { picture: line('time'), means: 'deadline' },
  { picture: line('trouble'), means: 'trouble' },
  {
    picture: '<g class="frame"><rect x="1" y="-10" width="22" height="13" rx="4"/></g>',
    means: 'leaves each state inside',
  },
]
