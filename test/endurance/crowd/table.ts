type Row = Readonly<Record<string, string | number>>

/** Sets rows under the names of their members, the columns aligned: words to the left, numbers to the right. */
export function table(rows: readonly Row[]): string {
  const headings = Object.keys(rows[0] ?? {})
  const columns = headings.map((heading) => {
    const cells = [heading, ...rows.map((row) => String(row[heading] ?? ''))]
    const width = Math.max(...cells.map((cell) => cell.length))
    const isNumber = rows.every((row) => typeof row[heading] === 'number')
    return cells.map((cell) => (isNumber ? cell.padStart(width) : cell.padEnd(width)))
  })
  const lines = ['', ...rows].map((_, line) => columns.map((column) => column[line]).join('  '))
  return `\n${lines.map((line) => line.trimEnd()).join('\n')}\n`
}
