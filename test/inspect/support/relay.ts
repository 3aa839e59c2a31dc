import { createServer } from 'node:http'
import type { StatelyInspectionEvent } from '@statelyai/inspect'
import { createWebSocketReceiver } from '@statelyai/inspect'
import { WebSocket, WebSocketServer } from 'ws'

/** Stands for Stately's server on this machine: what one client says, all others hear. */
export interface Relay extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** How many have called so far, and how many of them got through. */
  readonly calls: () => number
  readonly talks: () => number
  /** How many are there now. */
  readonly present: () => number
  /** What it was sent, word for word. */
  readonly heard: string[]
  /** Hangs up on everybody. */
  hangUp(): void
}

/** @param port 0 for any that is free */
export async function startRelay(port = 0): Promise<Relay> {
  const listener = createServer()
  const server = new WebSocketServer({ server: listener })
  const heard: string[] = []
  let [calls, talks] = [0, 0]
  listener.on('connection', () => calls++)
  server.on('connection', (socket) => {
    talks++
    socket.on('message', (data) => {
      heard.push(String(data))
      for (const other of server.clients)
        if (other !== socket && other.readyState === WebSocket.OPEN) other.send(String(data))
    })
  })
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, '127.0.0.1', resolve))
  const address = listener.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const hangUp = () => {
    for (const socket of server.clients) socket.terminate()
  }
  return {
    url: `ws://127.0.0.1:${address.port}`,
    port: address.port,
    calls: () => calls,
    talks: () => talks,
    present: () => server.clients.size,
    heard,
    hangUp,
    [Symbol.asyncDispose]() {
      hangUp()
      server.close()
      listener.closeAllConnections()
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}

/** Stately's own receiver, and what it has understood. It is gone with the relay. */
export function receive(relay: Relay): StatelyInspectionEvent[] {
  const messages: StatelyInspectionEvent[] = []
  createWebSocketReceiver({ server: relay.url }).subscribe((message) => messages.push(message))
  return messages
}

/** Resolves once something holds; fails after so many milliseconds. */
export async function eventually(holds: () => boolean, patience = 10_000): Promise<void> {
  const end = performance.now() + patience
  while (!holds()) {
    if (performance.now() > end) throw new Error(`It does not come about: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
