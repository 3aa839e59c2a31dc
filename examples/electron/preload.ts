import { contextBridge, ipcRenderer } from 'electron'
import { type Bridge, channels } from './contract.ts'

// The page gets these three, and never ipcRenderer itself.
const bridge: Bridge = {
  open: () => ipcRenderer.invoke(channels.open),
  onView: (show) => {
    ipcRenderer.on(channels.view, (_event, view) => show(view))
  },
  press: (event) => ipcRenderer.invoke(channels.press, event),
}

contextBridge.exposeInMainWorld('terminal', bridge)
