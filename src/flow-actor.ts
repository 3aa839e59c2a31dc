import type { ActorRef, ActorRefFrom, Snapshot } from 'xstate'
import type { authorizationCode } from '../machines/authorization-code.ts'
import type { clientCredentials } from '../machines/client-credentials.ts'
import type { deviceCode } from '../machines/device-code.ts'
import type { FlowContext, FlowEmitted, FlowTag } from '../machines/flow.ts'
import type { FlowEvent } from './dialogue.ts'
import type { Grant } from './providers/provider.ts'

/** What every flow's snapshot offers, whatever the grant. */
export type FlowSnapshot = Snapshot<unknown> & {
  readonly value: unknown
  readonly context: FlowContext
  hasTag(tag: FlowTag): boolean
  can(event: FlowEvent): boolean
}

/** What every flow's actor offers, whatever the grant: XState's own actor, for `waitFor` and for a framework's binding. */
export type FlowActor = ActorRef<FlowSnapshot, FlowEvent, FlowEmitted>

/** The chart of each grant. */
export interface Machines {
  device_code: typeof deviceCode
  authorization_code: typeof authorizationCode
  client_credentials: typeof clientCredentials
}

/** The actor of a grant; where that is known only at run time, what the actors of all grants have in common. */
export type ActorOf<G extends Grant> = Grant extends G ? FlowActor : ActorRefFrom<Machines[G]>
