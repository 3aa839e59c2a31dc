/** Electron's main process as far as the example uses it: a window is a browser's page on a WebSocket. */
import type { IpcMainInvokeEvent } from 'electron'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Order, Report, ToMain, ToRenderer } from './wire.ts'

type Handler = (event: IpcMainInvokeEvent, ...values: unknown[]) => unknown
type Opener = (details: { url: string }) => { action: string }
type Quitting = (event: { preventDefault(): void }) => void

const handlers = new Map<string, Handler>()
const pages = new Set<WebSocket>()
const external: string[] = []
let opener: Opener | undefined
let quitting: Quitting | undefined

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
const isReady = new Promise<void>((resolve) => server.once('listening', resolve))
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
  report({ kind: 'opened', action: opener?.({ url: order.url }).action ?? '', external })
})

export const app = {
  requestSingleInstanceLock: () => true,
  whenReady: () => isReady,
  getPath: () => process.env.USER_DATA ?? '',
  on(event: string, listener: Quitting) {
    if (event === 'will-quit') quitting = listener
  },
  quit() {
    let isPrevented = false
    quitting?.({ preventDefault: () => (isPrevented = true) })
    if (!isPrevented) process.exit(0)
  },
}

export const ipcMain = {
  handle(channel: string, handler: Handler) {
    handlers.set(channel, handler)
  },
}

export class BrowserWindow {
  static getAllWindows = () => []
  readonly webContents = {
    send(channel: string, ...values: unknown[]) {
      for (const page of pages) tell(page, { kind: 'event', channel, values })
    },
    setWindowOpenHandler(handler: Opener) {
      opener = handler
    },
  }

  async loadURL(url: string): Promise<void> {
    const address = server.address()
    if (typeof address === 'object' && address !== null) report({ kind: 'loaded', url, port: address.port })
  }

  on(): void {}
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
  decryptString: (encrypted: Buffer) => turned(encrypted).toString(),
}
