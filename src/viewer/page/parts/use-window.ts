import { useEffect, useState } from 'preact/hooks'
import type { Look } from '../state/look.ts'
import { plain } from '../words/plain.ts'

/** Whether a media query holds, now and whenever that changes. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const look = () => setHolds(media.matches)
    media.addEventListener('change', look)
    return () => media.removeEventListener('change', look)
  }, [query])
  return holds
}

/** Tells in the title of the tab what the first connection is doing. */
export function useTitle([first]: readonly Look[]): void {
  const title = first ? `${first.visit?.state ?? ''} · ${first.connection.name}` : 'oauth-machines'
  useEffect(() => {
    document.title = plain(title)
  }, [title])
}
