import type { Button, View } from 'oauth-machines/view'

/** All that passes between the two processes: plain data, and no token. */
export interface Opened {
  readonly name: string
  readonly provider: string
  readonly view: View
}

/** What the preload script gives the page. */
export interface Bridge {
  open(): Promise<Opened>
  onView(show: (view: View) => void): void
  press(event: Button['event']): Promise<void>
}

export const channels = { open: 'terminal:open', view: 'terminal:view', press: 'terminal:press' } as const
