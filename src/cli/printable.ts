import { plain, UNSEEN } from '../plain-text.ts'

/** The sequences that `styleText` writes: colours, and nothing that moves. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are meant
const STYLE = /(\u001b\[[\d;]*m|\n)/

/** The last guard before a terminal: nothing passes but text, ends of lines and colours. */
export function printable(text: string): string {
  return text
    .split(STYLE)
    .map((part, index) => (index % 2 === 1 ? part : plain(part)))
    .join('')
}

/** JSON in one line whose bytes are harmless on a terminal too; it means the same. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => (isUnseen(unit) ? escaped(unit) : unit))
}

function isUnseen(unit: string): boolean {
  return unit.search(UNSEEN) === 0 && !isSurrogate(unit)
}

/** Halves that belong together are a character; `JSON.stringify` has escaped the others. */
function isSurrogate(unit: string): boolean {
  return /[\ud800-\udfff]/.test(unit)
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
