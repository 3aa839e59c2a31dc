import type { Connection } from 'oauth-machines'
import { type Button, countdown, type View, view } from 'oauth-machines/view'

/** What a screen uses of a connection; on a server, where none runs, its actor is one that was not started. */
export type Shown = Pick<Connection, 'name' | 'send' | 'actor'>

/** What is shown before anything is known: the same on a server and in the first moment of a page that takes over from it. */
export const firstView: View = view({ state: 'recalling', tags: ['pending'], can: () => false }, 0)

/** Seconds to be shown beside why we wait. While connected there is nothing that a person waits for. */
export function waitingSeconds({ tone, waiting }: View): number | undefined {
  return tone === 'connected' ? undefined : waiting?.secondsLeft
}

/** Seconds as a clock writes them; nothing where nothing counts. */
export function clock(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : countdown(seconds)
}

/** Whether a number on the screen runs down. */
export function isCounting(shown: View): boolean {
  return shown.secondsLeft !== undefined || waitingSeconds(shown) !== undefined
}

/** The dark modules of a QR code as the path of an SVG whose view box is as wide as the matrix. */
export function qrPath(matrix: NonNullable<View['qr']>): string {
  return matrix.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
}

/**
 * Does what a button says, where that is still offered.
 *
 * @param click how many clicks came in a row; 0 from a keyboard
 */
export function press(
  click: { detail: number },
  button: Button | undefined,
  send: (event: Button['event']) => unknown,
) {
  // The second of two quick clicks was meant for the button that stood here before.
  if (!button || click.detail > 1) return
  if (button.kind === 'danger' && !confirm(`${button.label}?`)) return
  send(button.event)
}
