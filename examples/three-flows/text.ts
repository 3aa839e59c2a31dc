/** Breaks a sentence into lines that fit beside the titles. */
export function indented(text: string, indent: number): string {
  const room = Math.max((process.stdout.columns ?? 120) - indent - 1, 40)
  const lines = text.match(new RegExp(`.{1,${room}}(?: |$)`, 'g')) ?? [text]
  return lines.map((line) => `${' '.repeat(indent)}${line.trimEnd()}`).join('\n')
}
