/** @jsxImportSource react */
import { StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import type { Shown } from '../shared/screen.ts'
import { ConnectScreen } from './connect-screen.tsx'

/** Shows the screen, or takes over what a server has rendered. Returns what removes it; the connection goes on. */
export function mount(element: Element, connection: Shown, provider: string): () => void {
  const screen = (
    <StrictMode>
      <ConnectScreen connection={connection} provider={provider} />
    </StrictMode>
  )
  const isRendered = element.hasChildNodes()
  const root = isRendered ? hydrateRoot(element, screen) : createRoot(element)
  if (!isRendered) root.render(screen)
  return () => root.unmount()
}
