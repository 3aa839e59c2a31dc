/** A table. A cell is one line of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export const code = (word: string): string => `\`${word}\``

/** Words of code in a row. */
export const codes = (words: Iterable<string>): string => [...words].map(code).join(', ')

/** Parts of a page, with a blank line between them. */
export const page = (...parts: readonly string[]): string => `${parts.join('\n\n')}\n`
