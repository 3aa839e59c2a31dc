/** What the example uses of Electron, as its own types say it; its binary is not needed for the tests. */
declare module 'electron' {
  export interface IpcMainInvokeEvent {
    readonly senderFrame: { readonly url: string } | null
  }

  export interface WebContents {
    send(channel: string, ...values: unknown[]): void
    setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' } | { action: 'allow' }): void
  }

  export class BrowserWindow {
    static getAllWindows(): BrowserWindow[]
    constructor(options?: { width?: number; height?: number; webPreferences?: { preload?: string } })
    readonly webContents: WebContents
    loadURL(url: string): Promise<void>
    isMinimized(): boolean
    restore(): void
    focus(): void
    on(event: 'closed', listener: () => void): this
  }

  export const app: {
    requestSingleInstanceLock(): boolean
    whenReady(): Promise<void>
    getPath(name: 'userData'): string
    quit(): void
    exit(code?: number): void
    on(event: 'activate' | 'second-instance' | 'window-all-closed', listener: () => void): void
    on(event: 'will-quit', listener: (event: { preventDefault(): void }) => void): void
  }

  export const ipcMain: {
    // biome-ignore lint/suspicious/noExplicitAny: as Electron has it
    handle(channel: string, listener: (event: IpcMainInvokeEvent, ...values: any[]) => unknown): void
  }

  export const ipcRenderer: {
    // biome-ignore lint/suspicious/noExplicitAny: as Electron has it
    invoke(channel: string, ...values: any[]): Promise<any>
    // biome-ignore lint/suspicious/noExplicitAny: as Electron has it
    on(channel: string, listener: (event: unknown, ...values: any[]) => void): void
  }

  export const contextBridge: { exposeInMainWorld(name: string, api: unknown): void }
  export const shell: { openExternal(url: string): Promise<void> }
  export const safeStorage: { encryptString(text: string): Buffer; decryptString(encrypted: Buffer): string }
}
