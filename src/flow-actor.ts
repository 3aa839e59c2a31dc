import type { InspectionEvent, Observer, Subscription } from 'xstate'
import type { FlowContext, FlowEmitted, FlowTag } from '../machines/flow.ts'
import type { FlowEvent } from './dialogue.ts'

/** What every flow's snapshot offers, whatever the grant. */
export interface FlowSnapshot {
  readonly value: unknown
  readonly status: string
  readonly context: FlowContext
  hasTag(tag: FlowTag): boolean
  can(event: FlowEvent): boolean
}

/** What every flow's actor offers, whatever the grant. */
export interface FlowActor {
  readonly sessionId: string
  readonly system: { inspect(observer: (event: InspectionEvent) => void): Subscription }
  start(): unknown
  stop(): unknown
  send(event: FlowEvent): void
  getSnapshot(): FlowSnapshot
  subscribe(observer: Observer<FlowSnapshot>): Subscription
  subscribe(next: (snapshot: FlowSnapshot) => void): Subscription
  on(type: '*', listener: (event: FlowEmitted) => void): Subscription
}
