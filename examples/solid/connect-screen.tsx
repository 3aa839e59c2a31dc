/** @jsxImportSource solid-js */
import { fromActorRef } from '@xstate/solid'
import type { FlowActor } from 'oauth-machines'
import { type Button, countdown, viewOf } from 'oauth-machines/view'
import { createEffect, createMemo, createSignal, For, onCleanup, onMount } from 'solid-js'
import type { AnyActorRef } from 'xstate'
import { firstView, isCounting, press, qrPath, type Shown, waitingSeconds } from '../shared/screen.ts'

export interface Props {
  connection: Shown<FlowActor & AnyActorRef>
  provider: string
}

export function ConnectScreen(props: Props) {
  const view = createView(props)
  const seconds = (left: number | undefined) => left !== undefined && countdown(left)
  // By the event, and not by the object, which is new each second: a button that is in use stays the same element.
  const eventsFor = (audience: Button['audience']) =>
    view().buttons.flatMap((button) => (button.audience === audience ? [button.event] : []))
  const Offered = (offered: { event: Button['event'] }) => {
    const button = () => view().buttons.find(({ event }) => event === offered.event)
    const send = (type: Button['event']) => props.connection.send({ type })
    return (
      <button type="button" class={button()?.kind} onClick={(click) => press(click, button(), send)}>
        {button()?.label}
      </button>
    )
  }

  return (
    <main class="connect" data-tone={view().tone} tabindex="-1" aria-label="Connect your terminal">
      <h1>Connect your terminal</h1>
      <p class="which">
        <b>{props.connection.name}</b> to <b>{props.provider}</b>
      </p>
      <div role="status">
        <h2>{view().title}</h2>
        {view().failure && (
          <p class="failure">
            <b>{view().failure?.text}</b> {view().failure?.remedy}
          </p>
        )}
        {view().instruction && <p>{view().instruction}</p>}
        {view().userCode && (
          <p class="code">
            <span class="unseen">{view().userCode?.spelled}</span>
            <span aria-hidden="true">{view().userCode?.groups.join(' ')}</span>
          </p>
        )}
      </div>
      {view().qr && (
        <figure>
          <svg viewBox={`0 0 ${view().qr?.length} ${view().qr?.length}`} aria-hidden="true">
            <path d={qrPath(view().qr ?? [])} />
          </svg>
          <figcaption>{view().qrLabel}</figcaption>
        </figure>
      )}
      {view().link && (
        <a class="link" href={view().link?.url} target={view().userCode && '_blank'} rel="noreferrer">
          {view().link?.label}
        </a>
      )}
      {view().secondsLeft !== undefined && (
        <p class="left">
          Time left <span role="timer">{seconds(view().secondsLeft)}</span>
        </p>
      )}
      <p class="why">
        {view().waiting?.why} <span>{seconds(waitingSeconds(view()))}</span>
      </p>
      <div class="buttons">
        <For each={eventsFor('merchant')}>{(event) => <Offered event={event} />}</For>
      </div>
      <details class="support">
        <summary>For support</summary>
        <p>{view().failure?.message}</p>
        <For each={eventsFor('operator')}>{(event) => <Offered event={event} />}</For>
      </details>
    </main>
  )
}

function createView(props: Props) {
  const snapshot = fromActorRef(() => props.connection.actor)
  const [second, setSecond] = createSignal(0)
  // Not on a server, and not while the page takes over from it: the machine may have gone on by then.
  const [isLive, setLive] = createSignal(false)
  onMount(() => setLive(true))
  // The time is looked at anew at each snapshot, and each second.
  const view = createMemo(() => (isLive() && second() >= 0 ? viewOf(snapshot(), Date.now()) : firstView))
  const counts = createMemo(() => isCounting(view()))
  createEffect(() => {
    if (!counts()) return
    const timer = setInterval(() => setSecond((before) => before + 1), 1000)
    onCleanup(() => clearInterval(timer))
  })
  return view
}
