/** A place on a screen: a character, and how it looks. */
export interface Cell {
  readonly text: string
  readonly styles: readonly string[]
}

export type Screen = ReturnType<typeof createScreen>

/** A terminal that knows as much as the command line uses: text, ends of lines, moves of the cursor, erasing, colours. */
export function createScreen(columns = 80, rows = 24) {
  let lines: Cell[][] = [[]]
  let [row, column] = [0, 0]
  let styles: readonly string[] = []
  let rest = ''

  function write(text: string): void {
    if (column >= columns) breakLine()
    const line = lines[row] ?? []
    lines[row] = line
    while (line.length < column) line.push({ text: ' ', styles: [] })
    line[column] = { text, styles }
    column += 1
  }

  function breakLine(): void {
    row += 1
    column = 0
    lines[row] ??= []
    // A real screen scrolls: nobody moves the cursor above its first row again.
  }

  function control(parameters: string, final: string): void {
    const [first = 1] = parameters.split(';').map((text) => (text === '' ? 1 : Number(text)))
    const top = Math.max(0, lines.length - rows)
    if (final === 'A') row = Math.max(top, row - first)
    if (final === 'B') row = Math.min(lines.length - 1, row + first)
    if (final === 'G') column = first - 1
    if (final === 'K') erase(parameters)
    if (final === 'J') lines = [...lines.slice(0, row), (lines[row] ?? []).slice(0, column)]
    if (final === 'm') style(parameters.split(';'))
  }

  function erase(parameters: string): void {
    lines[row] = parameters === '2' ? [] : (lines[row] ?? []).slice(0, column)
  }

  function style(codes: readonly string[]): void {
    for (const code of codes) {
      const ends = closings[code]
      if (code === '0' || code === '') styles = []
      else if (ends) styles = styles.filter((one) => !ends.test(one))
      else styles = [...styles, code]
    }
  }

  function feed(text: string): void {
    const all = rest + text
    rest = ''
    for (let at = 0; at < all.length; ) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is made of them
      const found = /^\u001b(?:\[[?]?([\d;]*)([A-Za-z])|[^[])/.exec(all.slice(at))
      const character = String.fromCodePoint(all.codePointAt(at) ?? 0)
      if (found) control(found[1] ?? '', found[2] ?? '')
      else if (character === '\u001b') {
        rest = all.slice(at)
        return
      } else if (character === '\n') breakLine()
      else if (character === '\r') column = 0
      else write(character)
      at += found?.[0].length ?? character.length
    }
  }

  return {
    feed,
    cells: (): readonly (readonly Cell[])[] => lines,
    /** What a person reads, without the blank ends. */
    text: (): string =>
      lines
        .map((line) =>
          Array.from(line, (cell) => cell?.text ?? ' ')
            .join('')
            .trimEnd(),
        )
        .join('\n')
        .trimEnd(),
  }
}

const closings: Readonly<Record<string, RegExp>> = {
  22: /^[12]$/,
  23: /^3$/,
  24: /^4$/,
  39: /^(3|9)\d$/,
  49: /^(4\d|10\d)$/,
}
