import { useEffect } from 'preact/hooks'
import type { Notice } from '../state/store.ts'
import { plain } from '../words/plain.ts'
import { Icon } from './icons.tsx'
import { usePage } from './page.ts'

/** How long something said in passing stays, in milliseconds; trouble stays longer. */
const STAYS = { done: 4_000, trouble: 12_000 }

export function Notices({ notices }: { notices: readonly Notice[] }) {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.map((notice) => (
        <Said key={notice.id} notice={notice} />
      ))}
    </div>
  )
}

function Said({ notice: { id, text, kind } }: { notice: Notice }) {
  const { dispatch } = usePage()
  useEffect(() => {
    const timer = setTimeout(() => dispatch({ type: 'dismiss', id }), STAYS[kind])
    return () => clearTimeout(timer)
  }, [id, kind, dispatch])
  return (
    <div class={`notice ${kind}`}>
      <Icon name={kind} />
      <span>{plain(text)}</span>
      <button type="button" class="quiet square" aria-label="Dismiss" onClick={() => dispatch({ type: 'dismiss', id })}>
        <Icon name="close" />
      </button>
    </div>
  )
}
