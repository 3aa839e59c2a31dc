import { useCallback, useMemo, useState } from 'preact/hooks'
import { download, nameOf } from './files.ts'
import { Announcer } from './parts/announcer.tsx'
import { Banners } from './parts/banners.tsx'
import { ConnectionView } from './parts/connection.tsx'
import { placesOf } from './parts/deeds.tsx'
import { KeysDialog, ReportDialog } from './parts/dialogs.tsx'
import { Dock } from './parts/dock.tsx'
import { Door } from './parts/doors.tsx'
import { DropZone } from './parts/drop-zone.tsx'
import { List } from './parts/list.tsx'
import { Notices } from './parts/notices.tsx'
import { type Page, PageProvider } from './parts/page.ts'
import { Top } from './parts/top.tsx'
import { useKeys } from './parts/use-keys.ts'
import { useMedia, useTitle } from './parts/use-window.ts'
import { reportOf } from './reporting.ts'
import { type Connection, connectionsOf } from './state/connections.ts'
import { type Look, lookAt, momentOf } from './state/look.ts'
import { collectedIn, isPast, type State, shownOf } from './state/store.ts'

interface AppProps {
  readonly page: Page
  readonly state: State
  /** This page's clock, in Unix milliseconds. */
  readonly clock: number
}

/** The whole page, for one state and one moment. */
export function App({ page, state, clock }: AppProps) {
  const [dialog, setDialog] = useState<'keys' | { readonly report: string }>()
  const collected = collectedIn(state)
  const connections = useMemo(() => connectionsOf(collected), [collected])
  const looks = connections.map((connection) => lookAt(connection, state, clock))
  const shown = shownOf(state, connections)
  const moment = momentOf(collected, state.position)
  const isEmpty = connections.length === 0
  const shownLooks = looks.filter(({ connection }) => shown.includes(connection))
  useTitle(shownLooks)
  const showKeys = useCallback(() => setDialog('keys'), [])
  useKeys({ page, onHelp: showKeys })

  function copyReport(): void {
    const report = reportOf(shownLooks, moment ?? clock)
    navigator.clipboard.writeText(report).then(
      () => page.dispatch({ type: 'note', kind: 'done', text: 'The report is copied: no names, no codes, no links.' }),
      () => setDialog({ report }),
    )
  }

  return (
    <PageProvider value={page}>
      <div class={`app${isPast(state) ? ' is-past' : ''}`}>
        {!isEmpty && <Skip />}
        <Top
          {...{ state, moment, clock, isEmpty }}
          onDownload={() => download(collected.observations, nameOf(clock))}
          onReport={copyReport}
          onKeys={showKeys}
        />
        <Banners state={state} isEmpty={isEmpty} clock={clock} />
        {isEmpty ? <Doorway state={state} /> : <Body state={state} looks={looks} shown={shown} />}
        {!isEmpty && <Dock state={state} shown={shown} moment={moment} />}
        <Announcer looks={shownLooks} />
        <Notices notices={state.notices} />
        <DropZone />
        {dialog === 'keys' && <KeysDialog onClose={() => setDialog(undefined)} />}
        {typeof dialog === 'object' && <ReportDialog text={dialog.report} onClose={() => setDialog(undefined)} />}
      </div>
    </PageProvider>
  )
}

/** Past the connections, of which there may be many. A link would put its fragment where a token is looked for. */
function Skip() {
  return (
    <button type="button" class="button skip" onClick={() => document.querySelector('main')?.focus()}>
      Skip to what is shown
    </button>
  )
}

function Doorway({ state }: { state: State }) {
  const hosts = [...collectedIn(state).hosts.values()]
  return (
    <main class="doorway">
      <Door link={state.link} hosts={hosts} isRecording={state.recording !== undefined} />
    </main>
  )
}

interface BodyProps {
  readonly state: State
  readonly looks: readonly Look[]
  readonly shown: readonly Connection[]
}

function Body({ state, looks, shown }: BodyProps) {
  const isWide = useMedia('(min-width: 761px)')
  const hosts = [...collectedIn(state).hosts.values()]
  const deeds = placesOf(shown, hosts, isWide)
  return (
    <div class="body">
      <List looks={looks} shown={shown.map(({ key }) => key)} hosts={hosts} deeds={deeds.inList} />
      <main class="columns" tabIndex={-1}>
        {looks
          .filter(({ connection }) => shown.includes(connection))
          .map((look) => (
            <ConnectionView
              key={look.connection.key}
              look={look}
              isAlone={shown.length === 1}
              offered={deeds.with(look.connection)}
            />
          ))}
      </main>
    </div>
  )
}
