import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'
import { usePage } from './page.ts'

/** A recording may be dropped anywhere. */
export function DropZone() {
  const { open } = usePage()
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const ending = new AbortController()
    const { signal } = ending
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    }
    const out = (event: DragEvent) => {
      // To nowhere: out of the window.
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      event.preventDefault()
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file) open(file)
    }
    window.addEventListener('dragover', over, { signal })
    window.addEventListener('dragleave', out, { signal })
    window.addEventListener('drop', drop, { signal })
    return () => ending.abort()
  }, [open])
  if (!isOver) return null
  return (
    <div class="drop-zone">
      <p>
        <Icon name="open" />
        Drop the recording to open it
      </p>
    </div>
  )
}
