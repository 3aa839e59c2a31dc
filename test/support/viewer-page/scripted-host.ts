import { WebSocket } from 'ws'
import { type Deed, type FromHost, PROTOCOL, type Screen, type ToHost } from '../../../src/inspect/messages.ts'
import type { Observation } from '../../../src/inspect/observation.ts'

/** A host that says what a test wants it to say. */
export interface ScriptedHost {
  observe(...observations: readonly Observation[]): void
  show(actor: string, screen: Screen): void
  refuse(reason: string): void
  /** What the viewer has passed on. */
  readonly heard: ToHost[]
  leave(): Promise<void>
}

/** Connects a host to a viewer by its link for hosts. Resolves once it is welcome. */
export async function enterHost(hostLink: string, name: string, deeds: readonly Deed[] = []): Promise<ScriptedHost> {
  const { host, hash } = new URL(hostLink)
  const socket = new WebSocket(`ws://${host}/`)
  const heard: ToHost[] = []
  const send = (message: FromHost) => socket.send(JSON.stringify(message))
  await once(socket, 'open')
  const welcome = once(socket, 'message')
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  send({ type: 'hello', as: 'host', version: PROTOCOL, key: hash.slice(1), name, deeds, now: Date.now() })
  await welcome
  return {
    observe: (...observations) => {
      for (const observation of observations) send({ type: 'observed', observation })
    },
    show: (actor, screen) => send({ type: 'screen', actor, screen, now: Date.now() }),
    refuse: (reason) => send({ type: 'refused', reason }),
    heard,
    async leave() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

function once(socket: WebSocket, event: 'open' | 'message' | 'close'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.once('error', reject)
  })
}
