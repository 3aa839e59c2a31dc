import type { InspectionEvent, Subscription } from 'xstate'
import type { FlowActor } from './flow-actor.ts'
import { tell } from './tell.ts'

/** One step of a machine, as a log or a metric wants it. */
export interface Transition {
  readonly type: 'transition'
  /** The state that was left. */
  readonly from: string
  /** The state that was entered. */
  readonly to: string
  /** The type of the event that caused it; an actor's answer is `xstate.done.actor.` and its id. */
  readonly event: string
  /** How long the machine was in `from`, in milliseconds; for the first, since the listener came. */
  readonly duration: number
  /** The HTTP status behind it, where a request was answered. */
  readonly status: number | undefined
}

/** Tells each change of state, with no more of the event than its type and a status. */
export function observeTransitions(
  actor: FlowActor,
  now: () => number,
  listener: (transition: Transition) => void,
): Subscription {
  let from = String(actor.getSnapshot().value)
  let since = now()
  return actor.system.inspect((inspection: InspectionEvent) => {
    if (inspection.type !== '@xstate.snapshot' || inspection.actorRef.sessionId !== actor.sessionId) return
    const to = String(actor.getSnapshot().value)
    if (to === from) return
    const at = now()
    const transition: Transition = {
      type: 'transition',
      from,
      to,
      event: inspection.event.type,
      duration: at - since,
      status: statusOf(inspection.event),
    }
    from = to
    since = at
    tell(transition, listener)
  })
}

function statusOf(event: object): number | undefined {
  const output = 'output' in event ? event.output : undefined
  const status = typeof output === 'object' && output !== null && 'status' in output ? output.status : undefined
  return typeof status === 'number' ? status : undefined
}
