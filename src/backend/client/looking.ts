import type { Environment } from '../../environment.ts'
import type { FlowActor, FlowSnapshot } from '../../flow-actor.ts'
import { differs } from '../../following.ts'
import type { Summary } from '../../recall.ts'

/** How often the server is asked while a person logs in elsewhere, perhaps in another tab, in milliseconds. */
const SOON = 3_000
/** How often otherwise, in milliseconds: for what others do, such as a disconnect in the back office. */
const LATER = 60_000

const changed = { type: 'record.changed' } as const

/**
 * Tells a machine that waits, or is at rest, what others have changed: the callback on the server, another device. A browser
 * hears nothing of that by itself, so the server is asked, quietly, from time to time while the page is seen, and at once when
 * it comes to the front or online. No state changes for a look that brings no news. Returns what ends it.
 *
 * @param ask resolves with where the connection stands, or `undefined` where the server was not reached
 */
export function lookAround(
  actor: FlowActor,
  ask: () => Promise<Summary | undefined>,
  { after }: Pick<Environment, 'after'>,
): () => void {
  let isLooking = false
  let pace = 0
  let cancel = () => {}

  async function look(): Promise<void> {
    const before = actor.getSnapshot()
    if (isLooking || before.status !== 'active' || !before.can(changed)) return
    isLooking = true
    // What goes wrong here goes wrong again where the machine asks, and is told there.
    const summary = await ask().catch(() => undefined)
    isLooking = false
    const snapshot = actor.getSnapshot()
    // The machine has gone on meanwhile, and knows better.
    const isSame =
      snapshot.status === 'active' && snapshot.value === before.value && snapshot.context === before.context
    if (!summary || !isSame) return
    if (snapshot.context.unread || differs(summary, snapshot)) actor.send(changed)
  }

  /** Waits anew where the pace has changed. */
  function wait(next: number): void {
    cancel()
    pace = next
    cancel = after(pace, () => {
      if (isSeen() && !asksItself(actor.getSnapshot())) void look()
      wait(paceOf(actor.getSnapshot()))
    })
  }

  const subscription = actor.subscribe((snapshot) => {
    if (paceOf(snapshot) !== pace) wait(paceOf(snapshot))
  })
  const unhear = hearComing(() => void look())
  wait(paceOf(actor.getSnapshot()))
  return () => {
    cancel()
    unhear()
    subscription.unsubscribe()
  }
}

/** Who waits for a device code polls anyway. */
function paceOf({ value, context }: FlowSnapshot): number {
  return value === 'awaitingUser' && context.prompt?.kind !== 'device' ? SOON : LATER
}

/** A machine that backs off asks by itself; but where only a person can help, it waits long, and the person may be quick. */
function asksItself({ value, context }: FlowSnapshot): boolean {
  return value === 'backingOff' && context.failure?.retryable !== false
}

/** Where there is no page, somebody always looks. */
function isSeen(): boolean {
  return typeof document === 'undefined' || document.visibilityState !== 'hidden'
}

/** Calls back when the page comes to the front, back from the cache of left pages, or online. */
function hearComing(come: () => void): () => void {
  if (typeof addEventListener !== 'function') return () => {}
  const comings = ['focus', 'pageshow', 'online', 'visibilitychange'] as const
  const heard = () => {
    if (isSeen()) come()
  }
  // Those of the document come by here as well.
  for (const coming of comings) addEventListener(coming, heard)
  return () => {
    for (const coming of comings) removeEventListener(coming, heard)
  }
}
