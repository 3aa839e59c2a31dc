import { plain } from '../plain-text.ts'
import { countdown } from '../view/countdown.ts'
import type { View } from '../view/shown.ts'
import { qrLines } from './qr-lines.ts'
import type { Style } from './terminal.ts'

/** What a screen is drawn on. */
export interface Paper {
  readonly columns: number
  readonly rows: number
  readonly style: (style: Style, text: string) => string
  /** Whether black and white can be told apart from the terminal's own colours. */
  readonly hasColours: boolean
}

/** A line as it looks and as it is written: colours take no room. */
interface Line {
  readonly text: string
  readonly style?: Style
}

const MARGIN = '  '
const GAP = 3
/** The least room for words beside a QR code, in columns. */
const NARROWEST = 28
/** In columns: longer lines are tiring. */
const WIDEST = 72

/** All that somebody must see of a login, as lines for a terminal that is rewritten each second. */
export function screenOf(view: View, heading: string, paper: Paper): string {
  const qr = view.qr && qrLines(view.qr, paper)
  const beside = qr && withQr(view, heading, qr, paper)
  const lines = stacked(view, heading, paper)
  return (beside ?? (qr && above(lines, view, qr, paper)) ?? lines).join('\n')
}

function withQr(view: View, heading: string, qr: readonly string[], paper: Paper): string[] | undefined {
  const qrWidth = view.qr?.[0]?.length ?? 0
  const width = paper.columns - MARGIN.length - GAP - qrWidth - 1
  if (width < NARROWEST) return undefined
  const words = wordsOf(view, heading, width)
  const below = linkOf(view, paper)
  const height = Math.max(words.length, qr.length)
  // One more for the line on which the cursor stands.
  if (height + below.length + 1 > paper.rows) return undefined
  const rows = Array.from({ length: height }, (_, index) => {
    const { text = '', style } = words[index] ?? {}
    const room = ' '.repeat(Math.max(0, width - lengthOf(text)) + GAP)
    return `${MARGIN}${styled(text, style, paper)}${room}${qr[index] ?? ''}`.trimEnd()
  })
  return [...rows, ...below]
}

/** The words above the QR code. */
function above(lines: readonly string[], view: View, qr: readonly string[], paper: Paper): string[] | undefined {
  const isTooWide = MARGIN.length + (view.qr?.[0]?.length ?? 0) >= paper.columns
  if (isTooWide || lines.length + qr.length + 2 > paper.rows) return undefined
  return [...lines, '', ...qr.map((line) => `${MARGIN}${line}`)]
}

function stacked(view: View, heading: string, paper: Paper): string[] {
  const words = wordsOf(view, heading, Math.min(paper.columns - 2 * MARGIN.length, WIDEST))
  const lines = words.map(({ text, style }) => `${MARGIN}${styled(text, style, paper)}`.trimEnd())
  return ['', ...lines, ...linkOf(view, paper)]
}

function styled(text: string, style: Style | undefined, paper: Paper): string {
  return style === undefined || text === '' ? text : paper.style(style, text)
}

function wordsOf(view: View, heading: string, width: number): Line[] {
  const { title, instruction, userCode, secondsLeft } = view
  const why = whyOf(view)
  const code = userCode?.groups.map(plain).join(' ')
  return [
    ...[{ text: '' }, ...said(heading, width, 'bold'), { text: '' }],
    ...said(instruction ?? title, width),
    ...(code === undefined ? [] : boxed(code)),
    ...(secondsLeft === undefined ? [] : [{ text: '' }, timeLeft(secondsLeft)]),
    ...(why ? [{ text: '' }, ...said(why, width, view.failure ? 'yellow' : 'dim')] : []),
    ...[{ text: '' }, ...said('Ctrl-C cancels.', width, 'dim')],
  ]
}

/** Why nothing more happens now, and what is wrong where something is. */
export function whyOf({ waiting, failure }: View): string | undefined {
  return waiting && [...(failure ? [failure.text] : []), waiting.why].join(' ')
}

/** What is left of the time, in seconds; the last minute stands out. */
function timeLeft(seconds: number): Line {
  return { text: `${countdown(seconds)} left`, ...(seconds <= 60 && { style: 'yellow' as const }) }
}

function boxed(code: string): Line[] {
  const edge = '─'.repeat(lengthOf(code) + 6)
  return [{ text: '' }, { text: `╭${edge}╮` }, { text: `│   ${code}   │`, style: 'bold' }, { text: `╰${edge}╯` }]
}

/** Whether the link stays in one piece here: it is there to be clicked. */
export function hasRoomFor(url: string, { columns }: Pick<Paper, 'columns'>): boolean {
  return MARGIN.length + url.length < columns
}

function linkOf({ link, userCode }: View, { columns, style }: Paper): string[] {
  if (!link || !userCode || !hasRoomFor(link.url, { columns })) return []
  return ['', `${MARGIN}${style('dim', link.url)}`]
}

/** Breaks text between words. */
function said(text: string, width: number, style?: Style): Line[] {
  const lines: string[] = []
  for (const word of plain(text)
    .split(' ')
    .flatMap((whole) => cut(whole, width))) {
    const last = lines.at(-1)
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => ({ text: line, ...(style !== undefined && { style }) }))
}

/** A word that is too long is cut, an address after a slash. */
function cut(word: string, columns: number): string[] {
  const width = Math.max(1, columns)
  const parts: string[] = []
  let rest = [...word]
  while (rest.length > width) {
    const slash = rest.slice(0, width).lastIndexOf('/') + 1
    const end = slash > width / 2 ? slash : width
    parts.push(rest.slice(0, end).join(''))
    rest = rest.slice(end)
  }
  return [...parts, rest.join('')]
}

function lengthOf(text: string): number {
  return [...text].length
}
