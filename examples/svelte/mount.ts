import { mount as create, hydrate, unmount } from 'svelte'
import type { Shown } from '../shared/screen.ts'
import ConnectScreen from './ConnectScreen.svelte'

/** Shows the screen, or takes over what a server has rendered. Returns what removes it; the connection goes on. */
export function mount(target: Element, connection: Shown, provider: string): () => void {
  const begin = target.hasChildNodes() ? hydrate : create
  const screen = begin(ConnectScreen, { target, props: { connection, provider } })
  return () => void unmount(screen)
}
