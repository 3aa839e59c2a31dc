import { watchView } from '../shared/live-view.ts'
import type { Shown } from '../shared/screen.ts'
import { createScreen } from './connect-screen.ts'

/** Shows the screen. Returns what removes it; the connection goes on. */
export function mount(element: Element, connection: Shown, provider: string): () => void {
  const { name, actor } = connection
  const end = watchView(actor, createScreen(element, { name, provider, send: (type) => connection.send({ type }) }))
  return () => {
    end()
    element.replaceChildren()
  }
}
