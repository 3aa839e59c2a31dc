import { useEffect } from 'preact/hooks'
import type { Connection } from '../state/connections.ts'
import { askedBy, isTaken } from '../words/keys.ts'
import type { Page } from './page.ts'

interface KeysProps {
  readonly page: Page
  readonly connections: readonly Connection[]
  readonly onHelp: () => void
}

/** Listens to the keyboard. */
export function useKeys({ page, connections, onHelp }: KeysProps): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTaken(event.target, event.key)) return
      const asked = askedBy(event)
      if (!asked) return
      event.preventDefault()
      if (asked.type === 'help') return onHelp()
      if (asked.type !== 'number') return page.dispatch(asked)
      const chosen = connections[asked.place]
      if (chosen) page.dispatch({ type: 'choose', key: chosen.key, beside: asked.beside })
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  })
}
