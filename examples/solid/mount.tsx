/** @jsxImportSource solid-js */
import { hydrate, render } from 'solid-js/web'
import { ConnectScreen, type Props } from './connect-screen.tsx'

/** Shows the screen, or takes over what a server has rendered. Returns what removes it; the connection goes on. */
export function mount(element: Element, connection: Props['connection'], provider: string): () => void {
  const begin = element.hasChildNodes() ? hydrate : render
  return begin(() => <ConnectScreen connection={connection} provider={provider} />, element)
}
