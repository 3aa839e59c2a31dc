import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { FromPage } from '../../../inspect/messages.ts'
import type { Action } from '../state/store.ts'

/** What every part of the page may do. */
export interface Page {
  readonly dispatch: (action: Action) => void
  /** Sends a message to the viewer's server. */
  readonly send: (message: FromPage) => void
  /** Tries to reach the server at once. */
  readonly retry: () => void
  /** Opens a recording. */
  readonly open: (file: File) => void
}

const context = createContext<Page | undefined>(undefined)

export const PageProvider = context.Provider

export function usePage(): Page {
  const page = useContext(context)
  if (!page) throw new Error('This part stands outside of the page.')
  return page
}
