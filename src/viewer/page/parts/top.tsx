import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { Link, Recording, State } from '../state/store.ts'
import { counted, dayOf, left, timeOf } from '../words/durations.ts'
import { plain } from '../words/plain.ts'
import { Icon, Sign } from './icons.tsx'
import { usePage } from './page.ts'

interface TopProps {
  readonly state: State
  /** The moment that the page looks at, in Unix milliseconds; `undefined` is now. */
  readonly moment: number | undefined
  readonly clock: number
  readonly isEmpty: boolean
  readonly onDownload: () => void
  readonly onReport: () => void
  readonly onKeys: () => void
}

/** The head of the page: what one looks at, and what can be taken away or brought along. */
export function Top({ state, moment, clock, isEmpty, onDownload, onReport, onKeys }: TopProps) {
  return (
    <header class="top">
      <h1>
        <Sign />
        <span class="product">oauth-machines</span>
      </h1>
      <Source state={state} moment={moment} clock={clock} />
      <div class="tools">
        <OpenButton />
        <Tool icon="download" label="Download recording" isOff={isEmpty} onClick={onDownload} />
        <Tool icon="copy" label="Copy report" isOff={isEmpty} onClick={onReport} />
        <Tool icon="keys" label="Keyboard" onClick={onKeys} />
      </div>
    </header>
  )
}

/** What the page shows: the present of its hosts, their past, or a recording. */
function Source({ state, moment, clock }: Pick<TopProps, 'state' | 'moment' | 'clock'>) {
  const { link, recording, isPlaying } = state
  if (recording) return <RecordingSource recording={recording} />
  if (moment === undefined)
    return (
      <p class={`source ${link.is}`}>
        <span class="live-dot" />
        {said[link.is]}
      </p>
    )
  return (
    <Past action="Back to live" type="live">
      <strong>{isPlaying ? 'The past is played' : 'You are looking at the past'}</strong>
      {`: ${timeOf(moment)}, ${left(clock - moment)} ago. Times count from there.`}
    </Past>
  )
}

function RecordingSource({ recording: { name, collected, problems } }: { recording: Recording }) {
  const { observations } = collected
  if (observations.length === 0 && problems.length > 0)
    return (
      <Past action="Close it" type="close">
        <strong>{`Nothing could be read from ${plain(name)}.`}</strong>
      </Past>
    )
  const first = observations[0]
  const from = first ? `, ${dayOf(first.at)}, ${timeOf(first.at)}` : ''
  return (
    <Past action="Close it" type="close">
      <strong>{`This is a recording: ${plain(name)}`}</strong>
      {`${from}, ${counted(observations.length, 'observation')}.`}
    </Past>
  )
}

function Past({ action, type, children }: { action: string; type: 'live' | 'close'; children: ComponentChildren }) {
  const { dispatch } = usePage()
  return (
    <div class="past-note">
      <Icon name="past" />
      <p role="status">{children}</p>
      <button type="button" class="button on-dark" onClick={() => dispatch({ type })}>
        {action}
      </button>
    </div>
  )
}

const said: Readonly<Record<Link['is'], string>> = {
  connecting: 'Connecting',
  open: 'Live',
  lost: 'Connection lost',
  refused: 'No viewer',
  misunderstood: 'No viewer',
}

/** Opens a recording; a file that was opened can be opened again. */
export function OpenButton({ isProminent = false }: { isProminent?: boolean }) {
  const { open } = usePage()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept=".jsonl,.ndjson,.json,application/jsonl"
        aria-label="Recording"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) open(file)
          currentTarget.value = ''
        }}
      />
      {isProminent ? (
        <button type="button" class="button secondary" onClick={() => input.current?.click()}>
          <Icon name="open" />
          Open a recording
        </button>
      ) : (
        <Tool icon="open" label="Open recording" onClick={() => input.current?.click()} />
      )}
    </>
  )
}

interface ToolProps {
  readonly icon: 'open' | 'download' | 'copy' | 'keys'
  readonly label: string
  readonly isOff?: boolean
  readonly onClick: () => void
}

function Tool({ icon, label, isOff = false, onClick }: ToolProps) {
  return (
    <button type="button" class="tool" aria-label={label} title={label} disabled={isOff} onClick={onClick}>
      <Icon name={icon} />
      <span class="tool-label">{label}</span>
    </button>
  )
}
