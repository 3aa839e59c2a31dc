import type { Receiver } from './messages.ts'

/** What Stately's page posts to whoever opened it, and what it is told at the end. */
const CONNECTED = '@statelyai.connected'
const DISCONNECTED = '@statelyai.disconnected'

export interface Place {
  readonly url: URL
  readonly iframe: HTMLIFrameElement | undefined
  /** The page of the host. */
  readonly host: Window
}

/**
 * Stately's messages to its page in a window or an iframe. The package's own adapter posts to whatever page is there by
 * then, and believes anybody who says that he is Stately's; this one speaks with the page that was opened, and with its
 * origin only.
 *
 * @param opened is called each time that page is ready, and knows nothing yet: after a reload, too
 * @returns `undefined` where the browser opens no window
 */
export function receiverIn(
  { url, iframe, host }: Place,
  opened: () => void,
): (Receiver & { close(): void }) | undefined {
  let origin: string | undefined

  function listen({ source, origin: from, data }: MessageEvent<unknown>): void {
    const isPage = source !== null && source === pageWindow() && belongsTo(url, from)
    if (!isPage || typeof data !== 'object' || data === null || !('type' in data) || data.type !== CONNECTED) return
    origin = from
    opened()
  }

  function post(message: unknown): void {
    if (origin !== undefined) pageWindow()?.postMessage(message, origin)
  }

  host.addEventListener('message', listen)
  const popup = iframe ? null : host.open(url.href, 'xstateinspector')
  const pageWindow = () => (iframe ? iframe.contentWindow : popup)
  if (iframe) iframe.src = url.href
  const close = () => {
    host.removeEventListener('message', listen)
    post({ type: DISCONNECTED })
    origin = undefined
  }
  if (iframe || popup) return { send: post, close }
  close()
  return undefined
}

/** The origin itself, or a subdomain of it: where a site keeps its pages is its own affair. */
export function belongsTo({ protocol, host }: URL, origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const found = new URL(origin)
  return found.protocol === protocol && (found.host === host || found.host.endsWith(`.${host}`))
}
