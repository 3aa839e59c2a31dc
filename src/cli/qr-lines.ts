import type { Paper } from './login-screen.ts'

type Matrix = readonly (readonly boolean[])[]

/**
 * Draws a QR code with half blocks, two rows of modules a line. It is black on white whatever the terminal's colours are;
 * where there are no colours, a dark terminal is assumed, and cameras mostly read the other way round too.
 */
export function qrLines(matrix: Matrix, { hasColours, style }: Pick<Paper, 'hasColours' | 'style'>): string[] {
  const lines: string[] = []
  for (let row = 0; row < matrix.length; row += 2) {
    const [upper = [], lower = []] = [matrix[row], matrix[row + 1]]
    const line = upper
      .map((dark, column) => block(dark === hasColours, (lower[column] ?? false) === hasColours))
      .join('')
    lines.push(hasColours ? style(['black', 'bgWhiteBright'], line) : line)
  }
  return lines
}

/** One character for two modules, of which some are drawn. */
function block(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}
