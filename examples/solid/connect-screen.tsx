/** @jsxImportSource solid-js */
import type { Button } from 'oauth-machines/view'
import { createEffect, createMemo, createSignal, For, onCleanup, Show } from 'solid-js'
import { keepFocus } from '../shared/keep-focus.ts'
import { watchView } from '../shared/live-view.ts'
import { clock, firstView, press, qrPath, type Shown, waitingSeconds } from '../shared/screen.ts'

export function ConnectScreen(props: { connection: Shown; provider: string }) {
  const [view, setView] = createSignal(firstView)
  createEffect(() => onCleanup(watchView(props.connection.actor, setView)))
  const tone = createMemo(() => view().tone)
  // By the event, and not by the object, which is new each second: a button that is in use stays the same element.
  const eventsFor = (audience: Button['audience']) =>
    view().buttons.flatMap((button) => (button.audience === audience ? [button.event] : []))
  const Offered = (offered: { event: Button['event'] }) => {
    const button = () => view().buttons.find(({ event }) => event === offered.event)
    const kind = createMemo(() => button()?.kind)
    const send = (type: Button['event']) => props.connection.send({ type })
    return (
      <button type="button" class={kind()} onClick={(click) => press(click, button(), send)}>
        {button()?.label}
      </button>
    )
  }

  return (
    <main class="connect" data-tone={tone()} tabindex="-1" aria-label="Connect your terminal" ref={keepFocus}>
      <h1>Connect your terminal</h1>
      <p class="which">
        <b>{props.connection.name}</b> to <b>{props.provider}</b>
      </p>
      <div role="status">
        <h2>{view().title}</h2>
        <Show when={view().failure}>
          {(failure) => (
            <p class="failure">
              <b>{failure().text}</b> {failure().remedy}
            </p>
          )}
        </Show>
        <Show when={view().instruction}>{(instruction) => <p>{instruction()}</p>}</Show>
        <Show when={view().userCode}>
          {(userCode) => (
            <p class="code">
              <span class="unseen">{userCode().spelled}</span>
              <span aria-hidden="true">
                <For each={userCode().groups}>{(group) => <span>{group}</span>}</For>
              </span>
            </p>
          )}
        </Show>
      </div>
      <Show when={view().qr}>
        {(qr) => (
          <figure>
            <svg viewBox={`0 0 ${qr().length} ${qr().length}`} aria-hidden="true">
              <path d={qrPath(qr())} />
            </svg>
            <figcaption>{view().qrLabel}</figcaption>
          </figure>
        )}
      </Show>
      <Show when={view().link}>
        {(link) => (
          <a class="link" href={link().url} target={view().userCode && '_blank'} rel="noreferrer">
            {link().label}
          </a>
        )}
      </Show>
      <Show when={clock(view().secondsLeft)}>
        {(left) => (
          <p class="left">
            Time left <span role="timer">{left()}</span>
          </p>
        )}
      </Show>
      <Show when={view().waiting}>
        {(waiting) => (
          <p class="why">
            {waiting().why} <Show when={clock(waitingSeconds(view()))}>{(left) => <span>{left()}</span>}</Show>
          </p>
        )}
      </Show>
      <div class="buttons">
        <For each={eventsFor('merchant')}>{(event) => <Offered event={event} />}</For>
      </div>
      <details class="support">
        <summary>For support</summary>
        <Show when={view().failure?.message}>{(message) => <p>{message()}</p>}</Show>
        <div>
          <For each={eventsFor('operator')}>{(event) => <Offered event={event} />}</For>
        </div>
      </details>
    </main>
  )
}
