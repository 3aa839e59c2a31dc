import { useEffect } from 'preact/hooks'
import { askedBy, isTaken } from '../words/keys.ts'
import type { Page } from './page.ts'

interface KeysProps {
  readonly page: Page
  readonly onHelp: () => void
}

/** Listens to the keyboard. */
export function useKeys({ page, onHelp }: KeysProps): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTaken(event.target, event.key)) return
      const asked = askedBy(event)
      if (!asked) return
      event.preventDefault()
      if (asked.type === 'help') onHelp()
      else page.dispatch(asked)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [page, onHelp])
}
