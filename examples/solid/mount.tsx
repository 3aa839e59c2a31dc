/** @jsxImportSource solid-js */
import { hydrate, render } from 'solid-js/web'
import type { Shown } from '../shared/screen.ts'
import { ConnectScreen } from './connect-screen.tsx'

/** Shows the screen, or takes over what a server has rendered. Returns what removes it; the connection goes on. */
export function mount(element: Element, connection: Shown, provider: string): () => void {
  const begin = element.hasChildNodes() ? hydrate : render
  return begin(() => <ConnectScreen connection={connection} provider={provider} />, element)
}
