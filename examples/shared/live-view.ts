import type { FlowActor } from 'oauth-machines'
import { type View, viewOf } from 'oauth-machines/view'
import { type Observer, type Subscription, toObserver } from 'xstate'
import { firstView, isCounting } from './screen.ts'

/**
 * Tells what a screen shows: now, at each transition, when the connection stops, and each second while a number runs down.
 * Returns what ends it.
 */
export function watchView(actor: FlowActor, show: (view: View) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    clearTimeout(timer)
    const view = viewOf(actor.getSnapshot(), Date.now())
    if (isCounting(view)) timer = setTimeout(look, 1000)
    show(view)
  }
  const subscription = actor.subscribe({ next: look, complete: look, error: look })
  look()
  return () => {
    subscription.unsubscribe()
    clearTimeout(timer)
  }
}

/**
 * The same for XState's bindings, whose `useSelector` takes it as the actor that it is to them. They hear of snapshots only,
 * and a stop is none; and none of them has a clock. It is idle, and shows {@link firstView}, until it is subscribed to.
 */
export function liveView(actor: FlowActor) {
  let view = firstView
  return {
    getSnapshot: () => view,
    subscribe(observer: Observer<View> | ((view: View) => void)): Subscription {
      const { next } = toObserver(observer)
      const unsubscribe = watchView(actor, (latest) => {
        view = latest
        next?.(latest)
      })
      return { unsubscribe }
    },
  }
}
