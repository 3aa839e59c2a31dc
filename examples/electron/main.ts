import { fileURLToPath, pathToFileURL } from 'node:url'
import { app, BrowserWindow, type IpcMainInvokeEvent, ipcMain, shell } from 'electron'
import { viewOf } from 'oauth-machines/view'
import { watchView } from '../shared/live-view.ts'
import { channels, type Opened } from './contract.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// As a frame's own URL is written: what electron-vite tells lacks the slash at its end.
const page = new URL(process.env.ELECTRON_RENDERER_URL ?? pathToFileURL(here('../renderer/index.html'))).href

// Not with `await`: Electron is ready only once this module has been evaluated.
if (app.requestSingleInstanceLock()) app.whenReady().then(run).catch(giveUp)
else app.quit()

function giveUp(error: unknown): void {
  console.error(error)
  app.exit(1)
}

async function run(): Promise<void> {
  // Not before: only then can the operating system be asked for the vault's key.
  const { till, provider } = await import('./till.ts')
  const view = () => viewOf(till.actor.getSnapshot(), Date.now())

  // Only our page may ask, not what it might embed or be led to; and only what a button offers at this moment.
  const isOurs = ({ senderFrame }: IpcMainInvokeEvent) => senderFrame?.url === page
  ipcMain.handle(channels.open, (event): Opened | undefined =>
    isOurs(event) ? { name: till.name, provider: provider.name, view: view() } : undefined,
  )
  ipcMain.handle(channels.press, (event, type) => {
    const button = view().buttons.find((offered) => offered.event === type)
    if (isOurs(event) && button) till.send({ type: button.event })
  })

  const open = () => {
    const window = new BrowserWindow({
      width: 1024,
      height: 768,
      webPreferences: { preload: here('../preload/preload.cjs') },
    })
    window.on(
      'closed',
      watchView(till.actor, (next) => window.webContents.send(channels.view, next)),
    )
    // The link opens in the person's own browser, and no other one does.
    window.webContents.setWindowOpenHandler(({ url }) => {
      if (url === view().link?.url) shell.openExternal(url).catch(console.error)
      return { action: 'deny' }
    })
    window.loadURL(page).catch(console.error)
  }
  const show = () => {
    const [window] = BrowserWindow.getAllWindows()
    if (!window) return open()
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  open()
  // One window, whoever asks for it: a second start of the app, or macOS's dock.
  app.on('second-instance', show)
  app.on('activate', show)
  // A till without its window is of no use, and the next start goes on from the vault. On macOS apps stay until one quits.
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())

  // What is in flight is finished, and its answer stored, before the app goes.
  let hasStopped = false
  app.on('will-quit', (event) => {
    if (hasStopped) return
    event.preventDefault()
    till
      .stop()
      .catch(console.error)
      .finally(() => {
        hasStopped = true
        app.quit()
      })
  })
}
