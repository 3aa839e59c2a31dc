/** One WebSocket to the viewer, the same in Node and in a page. */
export interface Wire {
  /** What has not left yet, in bytes. */
  readonly bufferedAmount: number
  /** {@link OPEN} is the only one that matters. */
  readonly readyState: number
  send(text: string): void
  close(): void
  /** Ends it at once; not in a page. */
  terminate?(): void
}

export interface Hears {
  opened(): void
  heard(text: string): void
  /** The last that is heard, also where it never opened; the code is 1006 then. @see RFC 6455 §7.4.1 */
  closed(code: number): void
}

/** The state of a socket that takes messages, in Node as in a page. */
export const OPEN = 1

/** Whoever takes so little is given up, and called again, in bytes. */
export const STUCK = 8 * 1024 * 1024

/** How long the viewer's side of a farewell is waited for, in milliseconds. */
const FAREWELL = 1_000

/** Calls the viewer. Rejects where there can be no socket at all; all that happens later is told. */
export async function openSocket(url: string, hears: Hears): Promise<Wire> {
  return isNode() ? nodeSocket(url, hears) : pageSocket(url, hears)
}

/** A page's bundler may bring a `process` of its own; that one has no version of Node. */
function isNode(): boolean {
  return typeof process === 'object' && typeof process?.versions?.node === 'string'
}

/** Not the global one: nothing stops that from keeping a process alive. */
async function nodeSocket(url: string, { opened, heard, closed }: Hears): Promise<Wire> {
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    // Its types do not know it yet.
    ...{ closeTimeout: FAREWELL },
    finishRequest(request) {
      request.once('socket', (stream) => stream.unref())
      request.end()
    },
  })
  // What went wrong does not matter; 'close' follows.
  socket.on('error', () => {})
  socket.on('open', opened)
  socket.on('message', (data) => heard(String(data)))
  socket.on('close', closed)
  return socket
}

function pageSocket(url: string, { opened, heard, closed }: Hears): Wire {
  const socket = new WebSocket(url)
  socket.onopen = opened
  socket.onmessage = ({ data }) => heard(String(data))
  socket.onclose = ({ code }) => closed(code)
  return socket
}
