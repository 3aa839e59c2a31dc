import { useEffect, useRef, useState } from 'preact/hooks'
import type { Look } from '../state/look.ts'
import { plain } from '../words/plain.ts'

/** How often something is told at most, in milliseconds: who listens cannot skip. */
const PAUSE = 1_000

/** Tells a screen reader which states the shown connections have come to. */
export function Announcer({ looks }: { looks: readonly Look[] }) {
  const [told, tell] = useState('')
  const known = useRef(new Map<string, string>())
  const waiting = useRef(new Map<string, string>())
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  useEffect(() => {
    for (const { connection, visit } of looks) {
      const { key, name } = connection
      const state = visit?.state ?? ''
      // What was there when the page opened is read with the page.
      if (known.current.get(key) !== state && known.current.has(key))
        waiting.current.set(key, plain(`${name}: ${state}`))
      known.current.set(key, state)
    }
    if (waiting.current.size === 0 || timer.current !== undefined) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      tell([...waiting.current.values()].join('. '))
      waiting.current.clear()
    }, PAUSE)
  })
  return (
    <div class="sr-only" role="log" aria-live="polite" aria-label="Changes of state">
      {told}
    </div>
  )
}
