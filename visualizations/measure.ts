/**
 * How wide text is, without a browser: the same on every machine. The widths are those of DejaVu Sans, in thousandths of
 * the font size. It is the widest of the fonts that `system-ui` stands for, so that text fits in all of them.
 */
const widths: readonly (readonly [characters: string, width: number])[] = [
  ["ijlI|'", 285],
  ['.,:; ', 325],
  ['ft()[]/-', 385],
  ['rJ', 415],
  ['szckvxyFLTEPYZ', 565],
  ['mMW', 920],
  ['w→', 830],
  ['CDGHNOQU&', 760],
]
const others = 635

export type Font = 'plain' | 'bold' | 'mono'

export function widthOf(text: string, size: number, font: Font = 'plain'): number {
  if (font === 'mono') return (text.length * 602 * size) / 1000
  const sum = [...text].reduce((total, character) => total + widthOfOne(character), 0)
  return (sum * size * (font === 'bold' ? 1.1 : 1)) / 1000
}

function widthOfOne(character: string): number {
  return widths.find(([characters]) => characters.includes(character))?.[1] ?? others
}

/** Breaks text into as few lines as fit this width, and these into lines of much the same length. */
export function wrap(text: string, size: number, width: number): readonly string[] {
  const fewest = broken(text, size, width)
  const narrower = broken(text, size, width - 6)
  return width > 60 && narrower.length === fewest.length ? wrap(text, size, width - 6) : fewest
}

function broken(text: string, size: number, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && widthOf(longer, size) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
