import type { ActorRef, Snapshot } from 'xstate'
import type { FlowContext, FlowEmitted, FlowTag } from '../machines/flow.ts'
import type { FlowEvent } from './dialogue.ts'

/** What every flow's snapshot offers, whatever the grant. */
export type FlowSnapshot = Snapshot<unknown> & {
  readonly value: unknown
  readonly context: FlowContext
  hasTag(tag: FlowTag): boolean
  can(event: FlowEvent): boolean
}

/** What every flow's actor offers, whatever the grant: XState's own actor, for `waitFor` and for a framework's binding. */
export type FlowActor = ActorRef<FlowSnapshot, FlowEvent, FlowEmitted>
