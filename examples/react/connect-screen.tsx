/** @jsxImportSource react */
import { useSelector } from '@xstate/react'
import { type Button, countdown, type View } from 'oauth-machines/view'
import { useMemo } from 'react'
import { keepFocus } from '../shared/keep-focus.ts'
import { liveView } from '../shared/live-view.ts'
import { press, qrPath, type Shown, waitingSeconds } from '../shared/screen.ts'

export function ConnectScreen({ connection, provider }: { connection: Shown; provider: string }) {
  const { actor } = connection
  const live = useMemo(() => liveView(actor), [actor])
  const view = useSelector(live, (latest) => latest)
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
    <main className="connect" data-tone={view.tone} tabIndex={-1} aria-label="Connect your terminal" ref={keepFocus}>
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
        {userCode && <UserCode {...userCode} />}
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
        <div>{buttonsFor('operator')}</div>
      </details>
    </main>
  )
}

/** Nothing stands between the groups, so that a copy of them is the code. */
function UserCode({ spelled, groups }: NonNullable<View['userCode']>) {
  return (
    <p className="code">
      <span className="unseen">{spelled}</span>
      <span aria-hidden="true">
        {groups.map((group, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two groups may be alike, and none moves
          <span key={place}>{group}</span>
        ))}
      </span>
    </p>
  )
}
