/** What Electron gives a preload script, on a WebSocket to the main process. Values are copied on the way, as text. */
import type { ToMain, ToRenderer } from './wire.ts'

declare global {
  /** Where the main process listens; set before this is run. */
  var standInPort: number
}

const socket = new WebSocket(`ws://127.0.0.1:${globalThis.standInPort}`)
const isOpen = new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
const asked = new Map<number, (value: unknown) => void>()
const listeners = new Map<string, (event: unknown, ...values: unknown[]) => void>()

socket.addEventListener('message', ({ data }) => {
  const message: ToRenderer = JSON.parse(data)
  if (message.kind === 'answer') asked.get(message.id)?.(message.value)
  else listeners.get(message.channel)?.({}, ...message.values)
})

export const ipcRenderer = {
  async invoke(channel: string, ...values: unknown[]) {
    await isOpen
    const id = asked.size
    const message: ToMain = { id, channel, values, url: location.href }
    socket.send(JSON.stringify(message))
    return new Promise((resolve) => asked.set(id, resolve))
  },
  on(channel: string, listener: (event: unknown, ...values: unknown[]) => void) {
    listeners.set(channel, listener)
  },
}

export const contextBridge = {
  exposeInMainWorld(name: string, api: object) {
    Object.defineProperty(globalThis, name, { value: Object.freeze({ ...api }) })
  },
}
