/** @jsxImportSource react */
import { useSelector } from '@xstate/react'
import type { FlowActor, FlowSnapshot } from 'oauth-machines'
import { type Button, countdown, type View, viewOf } from 'oauth-machines/view'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { firstView, isCounting, press, qrPath, type Shown, waitingSeconds } from '../shared/screen.ts'

export function ConnectScreen({ connection, provider }: { connection: Shown; provider: string }) {
  const view = useView(connection.actor)
  const { failure, userCode, qr, link, waiting, secondsLeft } = view
  const nextIn = waitingSeconds(view)
  const buttonsFor = (audience: Button['audience']) =>
    view.buttons
      .filter((button) => button.audience === audience)
      .map((button) => (
        <button
          key={button.event}
          type="button"
          className={button.kind}
          onClick={(click) => press(click, button, (type) => connection.send({ type }))}
        >
          {button.label}
        </button>
      ))

  return (
    <main className="connect" data-tone={view.tone} tabIndex={-1} aria-label="Connect your terminal">
      <h1>Connect your terminal</h1>
      <p className="which">
        <b>{connection.name}</b> to <b>{provider}</b>
      </p>
      <div role="status">
        <h2>{view.title}</h2>
        {failure && (
          <p className="failure">
            <b>{failure.text}</b> {failure.remedy}
          </p>
        )}
        {view.instruction && <p>{view.instruction}</p>}
        {userCode && (
          <p className="code">
            <span className="unseen">{userCode.spelled}</span>
            <span aria-hidden="true">{userCode.groups.join(' ')}</span>
          </p>
        )}
      </div>
      {qr && (
        <figure>
          <svg viewBox={`0 0 ${qr.length} ${qr.length}`} aria-hidden="true">
            <path d={qrPath(qr)} />
          </svg>
          <figcaption>{view.qrLabel}</figcaption>
        </figure>
      )}
      {link && (
        <a className="link" href={link.url} target={userCode && '_blank'} rel="noreferrer">
          {link.label}
        </a>
      )}
      {secondsLeft !== undefined && (
        <p className="left">
          Time left <span role="timer">{countdown(secondsLeft)}</span>
        </p>
      )}
      {waiting && (
        <p className="why">
          {waiting.why} {nextIn !== undefined && <span>{countdown(nextIn)}</span>}
        </p>
      )}
      <div className="buttons">{buttonsFor('merchant')}</div>
      <details className="support">
        <summary>For support</summary>
        {failure?.message && <p>{failure.message}</p>}
        {buttonsFor('operator')}
      </details>
    </main>
  )
}

function useView(actor: FlowActor): View {
  const [second, setSecond] = useState(0)
  const select = useMemo(() => viewIn(second), [second])
  const view = useSelector(actor, select)
  const counts = isCounting(view)
  useEffect(() => {
    if (!counts) return
    const timer = setInterval(() => setSecond((before) => before + 1), 1000)
    return () => clearInterval(timer)
  }, [counts])
  // Not on a server, and not while the page takes over from it: the machine may have gone on by then.
  const isLive = useSyncExternalStore(noChange, yes, no)
  return isLive ? view : firstView
}

/** Another selector each second: the time is looked at anew then, as it is at each snapshot, and never while rendering. */
const viewIn = (_second: number) => (snapshot: FlowSnapshot) => viewOf(snapshot, Date.now())
const [yes, no, noChange] = [() => true, () => false, () => () => {}]
