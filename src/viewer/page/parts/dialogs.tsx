import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { keys } from '../words/keys.ts'
import { Icon } from './icons.tsx'

/** A dialog of the browser's own: it keeps the focus, and Escape closes it. */
function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="quiet square" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  )
}

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>{names.map((name) => (name === '…' ? '…' : <kbd key={name}>{name}</kbd>))}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

/** Where the browser does not let the page use the clipboard: the person copies. */
export function ReportDialog({ text, onClose }: { text: string; onClose: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    area.current?.focus()
    area.current?.select()
  }, [])
  return (
    <Dialog title="Report" onClose={onClose}>
      <p>The browser did not let this page use the clipboard. The text is selected: copy it with Ctrl C or ⌘ C.</p>
      <textarea ref={area} readOnly rows={14} aria-label="Report" value={text} />
    </Dialog>
  )
}
