/** What the stand-ins for Electron's two processes say to each other, as text on a WebSocket. */
export type ToMain = {
  readonly id: number
  readonly channel: string
  readonly values: readonly unknown[]
  /** Of the frame that asks. */
  readonly url: string
}

export type ToRenderer =
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'event'; readonly channel: string; readonly values: readonly unknown[] }

/** What the test says to the main process, and hears from it, by Node's own channel. */
export type Order =
  | { readonly kind: 'quit' }
  | { readonly kind: 'window.close' }
  | { readonly kind: 'app'; readonly event: 'second-instance' | 'activate' }
  | { readonly kind: 'window.open'; readonly url: string }
export type Report =
  | { readonly kind: 'focused'; readonly isMinimized: boolean }
  | { readonly kind: 'loaded'; readonly url: string; readonly port: number }
  | { readonly kind: 'opened'; readonly action: string; readonly external: readonly string[] }
