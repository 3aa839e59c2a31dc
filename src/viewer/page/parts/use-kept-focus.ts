import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** Gives the focus to a heading when what had it inside of a section is gone: else it would be nowhere. */
export function useKeptFocus(heading: RefObject<HTMLElement | null>): (event: FocusEvent) => void {
  const last = useRef<Element>(undefined)
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected) return
    last.current = undefined
    if (document.activeElement === document.body) heading.current?.focus()
  })
  return ({ target }) => {
    last.current = target instanceof Element ? target : undefined
  }
}
