import type { FlowActor } from 'oauth-machines'
import { type View, viewOf } from 'oauth-machines/view'
import { isCounting } from './screen.ts'

/**
 * Tells what a screen shows: now, at each transition, and each second while a number runs down. For where no framework does
 * it. Returns what ends it.
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
