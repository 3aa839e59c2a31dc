import { createApp, createSSRApp } from 'vue'
import type { Shown } from '../shared/screen.ts'
import ConnectScreen from './ConnectScreen.vue'

/** Shows the screen, or takes over what a server has rendered. Returns what removes it; the connection goes on. */
export function mount(element: Element, connection: Shown, provider: string): () => void {
  const create = element.hasChildNodes() ? createSSRApp : createApp
  const app = create(ConnectScreen, { connection, provider })
  app.mount(element)
  return () => app.unmount()
}
