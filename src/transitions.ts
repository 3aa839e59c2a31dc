import type { InspectionEvent, Subscription } from 'xstate'
import type { FailureCode } from './failure.ts'
import type { FlowActor } from './flow-actor.ts'
import type { Endpoint } from './providers/provider.ts'
import type { Requested } from './recall.ts'
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
  /** Which endpoint was asked, where a request is behind it. */
  readonly endpoint: Endpoint | undefined
  /** The HTTP status of the answer; `undefined` where none came. */
  readonly status: number | undefined
  /** What is wrong after it, as `context.failure` tells; `undefined` where nothing is. */
  readonly failure: FailureCode | undefined
}

/** Tells each change of state, with no more of the event than its type, and of the context no more than a code. */
export function observeTransitions(
  actor: FlowActor,
  now: () => number,
  listener: (transition: Transition) => void,
): Subscription {
  let from = String(actor.getSnapshot().value)
  let since = now()
  return actor.system.inspect((inspection: InspectionEvent) => {
    if (inspection.type !== '@xstate.snapshot' || inspection.actorRef.sessionId !== actor.sessionId) return
    const { value, context } = actor.getSnapshot()
    const to = String(value)
    if (to === from) return
    const at = now()
    const request = requestOf(inspection.event)
    const transition: Transition = {
      type: 'transition',
      from,
      to,
      event: inspection.event.type,
      duration: at - since,
      endpoint: request?.endpoint,
      status: request?.status,
      failure: context.failure?.code,
    }
    from = to
    since = at
    tell(transition, listener)
  })
}

/** The endpoints that requests go to: all but the one that a person's browser opens. */
export const askedEndpoints = ['deviceAuthorization', 'token', 'revocation'] as const

/** The request behind an event, where it is an actor's answer to one. Takes any event: nothing but known words gets through. */
export function requestOf(event: object): Requested | undefined {
  const request = member(member(event, 'output'), 'request')
  const endpoint = askedEndpoints.find((known) => known === member(request, 'endpoint'))
  const status = member(request, 'status')
  return endpoint && { endpoint, ...(typeof status === 'number' && { status }) }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
