import type { Connection, FlowActor } from 'oauth-machines'
import { type Button, type View, view } from 'oauth-machines/view'

/** What a screen uses of a connection; on a server, where none runs, its actor is one that was not started. */
export interface Shown<Actor extends FlowActor = FlowActor> extends Pick<Connection<Actor>, 'name' | 'send'> {
  readonly actor: Actor
}

/** What is shown before anything is known: the same on a server and in the first moment of a page that takes over from it. */
export const firstView: View = view({ state: 'recalling', tags: ['pending'], can: () => false }, 0)

/** Seconds to be shown beside why we wait. While connected there is nothing that a person waits for. */
export function waitingSeconds({ tone, waiting }: View): number | undefined {
  return tone === 'connected' ? undefined : waiting?.secondsLeft
}

/** Whether a number on the screen runs down. */
export function isCounting(shown: View): boolean {
  return shown.secondsLeft !== undefined || waitingSeconds(shown) !== undefined
}

/** The dark modules of a QR code as the path of an SVG whose view box is as wide as the matrix. */
export function qrPath(matrix: NonNullable<View['qr']>): string {
  return matrix.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
}

interface Click {
  /** How many clicks came in a row; 0 from a keyboard. */
  readonly detail: number
  readonly currentTarget: EventTarget | null
}

/** Does what a button says, where that is still offered. */
export function press(click: Click, button: Button | undefined, send: (event: Button['event']) => unknown): void {
  // The second of two quick clicks was meant for the button that stood here before.
  if (!button || click.detail > 1) return
  if (button.kind === 'danger' && !confirm(`${button.label}?`)) return
  const screen = click.currentTarget instanceof Element ? click.currentTarget.closest('main') : null
  // The button may be gone at once: who works with the keyboard goes on from the screen that it stood in.
  send(button.event)
  screen?.focus()
}
