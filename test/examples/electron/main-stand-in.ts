/** Electron's main process as far as the example uses it: a window is a browser's page on a WebSocket. */
import type { IpcMainInvokeEvent } from 'electron'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Order, Report, ToMain, ToRenderer } from './wire.ts'

type Handler = (event: IpcMainInvokeEvent, ...values: unknown[]) => unknown
type Opener = (details: { url: string }) => { action: string }
type Listener = (event: { preventDefault(): void }) => void

const handlers = new Map<string, Handler>()
const pages = new Set<WebSocket>()
const external: string[] = []
const listeners = new Map<string, Listener>()
const windows = new Set<BrowserWindow>()
let opener: Opener | undefined

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
const isListening = new Promise<void>((resolve) => server.once('listening', resolve))
const isEvaluated = Promise.withResolvers<void>()

/** Called once the app's own module has been evaluated: Electron is not ready before. */
export const evaluated = () => isEvaluated.resolve()

server.on('connection', (page) => {
  pages.add(page.on('close', () => pages.delete(page)))
  page.on('message', (data) => void answer(page, JSON.parse(String(data))))
})

async function answer(page: WebSocket, { id, channel, values, url }: ToMain): Promise<void> {
  const value = await handlers.get(channel)?.({ senderFrame: { url } }, ...values)
  tell(page, { kind: 'answer', id, value })
}

function tell(page: WebSocket, message: ToRenderer): void {
  page.send(JSON.stringify(message))
}

function report(message: Report): void {
  process.send?.(message)
}

process.on('message', (order: Order) => {
  if (order.kind === 'quit') return app.quit()
  if (order.kind === 'window.close') return closeWindows()
  if (order.kind === 'app') return emit(order.event)
  report({ kind: 'opened', action: opener?.({ url: order.url }).action ?? '', external })
})

/** Whether a listener has prevented what Electron does otherwise. */
function emit(event: string): boolean {
  let isPrevented = false
  listeners.get(event)?.({ preventDefault: () => (isPrevented = true) })
  return isPrevented
}

function closeWindows(): void {
  for (const window of windows) window.close()
  // Without a listener Electron quits by itself.
  if (listeners.has('window-all-closed')) emit('window-all-closed')
  else app.quit()
}

export const app = {
  requestSingleInstanceLock: () => true,
  whenReady: () => Promise.all([isListening, isEvaluated.promise]),
  getPath: () => process.env.USER_DATA ?? '',
  on: (event: string, listener: Listener) => void listeners.set(event, listener),
  exit: (code: number) => process.exit(code),
  quit() {
    for (const window of windows) window.close()
    if (!emit('will-quit')) process.exit(0)
  },
}

export const ipcMain = {
  handle(channel: string, handler: Handler) {
    handlers.set(channel, handler)
  },
}

export class BrowserWindow {
  static getAllWindows = () => [...windows]
  readonly webContents = {
    send: (channel: string, ...values: unknown[]) => {
      if (!windows.has(this)) throw new Error('Object has been destroyed')
      for (const page of pages) tell(page, { kind: 'event', channel, values })
    },
    setWindowOpenHandler(handler: Opener) {
      opener = handler
    },
  }
  #closed = () => {}
  #isMinimized = true

  constructor() {
    windows.add(this)
  }

  async loadURL(url: string): Promise<void> {
    const address = server.address()
    if (typeof address === 'object' && address !== null) report({ kind: 'loaded', url, port: address.port })
  }

  on(_event: 'closed', listener: () => void): void {
    this.#closed = listener
  }

  close(): void {
    windows.delete(this)
    this.#closed()
  }

  isMinimized = () => this.#isMinimized
  restore = () => {
    this.#isMinimized = false
  }
  focus = () => report({ kind: 'focused', isMinimized: this.#isMinimized })
}

export const shell = {
  async openExternal(url: string) {
    external.push(url)
  },
}

/** Electron asks the operating system; here it is enough that it is not the same bytes. */
const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
export const safeStorage = {
  encryptString: (text: string) => turned(Buffer.from(text)),
  decryptString(encrypted: Buffer) {
    if (encrypted.length === 0) throw new Error('Error while decrypting the ciphertext.')
    return turned(encrypted).toString()
  },
}
