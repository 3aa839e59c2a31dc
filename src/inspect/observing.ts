import type { AnyStateMachine, AnyTransitionDefinition, InspectionEvent } from 'xstate'
import { authorizationCode } from '../../machines/authorization-code.ts'
import { clientCredentials } from '../../machines/client-credentials.ts'
import { deviceCode } from '../../machines/device-code.ts'
import { isFailureCode } from '../failure.ts'
import type { FlowActor } from '../flow-actor.ts'
import { requestOf } from '../transitions.ts'
import type { Observation } from './observation.ts'
import { add, arrowOf, deadlinesOf, stateOf, tagsOf, word } from './picked.ts'

/** Takes XState's inspection events: what the option `inspect` of a client, or of `createActor`, wants. */
export type Inspect = (event: InspectionEvent) => void

/** Is told what was seen, and of which flow; of a machine that is the host's own, the flow is `undefined`. */
export type Teller = (observation: Observation, flow: FlowActor | undefined) => void

/** What is known of a running machine. */
interface Seen {
  readonly actor: string
  readonly name: string
  /** Where it is one of this package's: only then is its context read. */
  readonly flow: FlowActor | undefined
  state: string
  /** The arrows taken since the last snapshot. */
  taken: AnyTransitionDefinition[]
  stopped: boolean
}

/** What an inspected machine looks like from outside: ours, or any of the host's. */
interface Machine {
  readonly ref: Running
  readonly id: string
  readonly config: unknown
}

interface Running {
  getSnapshot(): unknown
}

/** The charts of this package. */
export const charts: readonly AnyStateMachine[] = [deviceCode, authorizationCode, clientCredentials]

/** Each flow of a client shares its chart's config, whatever actors it was given. */
const flows = new Set<unknown>(charts.map(({ config }) => config))

/**
 * Turns XState's inspection events into observations. Nothing is filtered out of what XState tells, which holds inputs,
 * outputs, events and errors as they are: words and numbers are picked from it one by one. Of a host's machine these
 * are its id, its states, and the names of its events as its chart has them.
 *
 * A machine that throws ends without a word: XState tells its inspectors nothing of that.
 *
 * @param now the clock, in Unix milliseconds
 */
export function observing(tell: Teller, now: () => number): Inspect {
  const machines = new WeakMap<object, Seen>()
  let count = 0

  function seen(ref: object): Seen | undefined {
    return machines.get(ref) ?? appear(ref)
  }

  function appear(ref: object): Seen | undefined {
    const machine = machineOf(ref)
    const snapshot = machine && snapshotOf(machine.ref)
    if (!machine || !isObject(snapshot)) return undefined
    const flow = flows.has(machine.config) && isFlow(ref) ? ref : undefined
    const name = word(flow?.getSnapshot().context.connection ?? machine.id)
    const entry: Seen = { actor: String(++count), name, flow, state: stateOf(snapshot), taken: [], stopped: false }
    machines.set(ref, entry)
    const { actor, state } = entry
    tell({ type: 'actor', at: now(), actor, name, machine: word(machine.id), state, tags: tagsOf(snapshot) }, flow)
    return entry
  }

  function step(entry: Seen, { event, snapshot }: Extract<InspectionEvent, { type: '@xstate.snapshot' }>): void {
    if (entry.stopped) return
    const { actor, name, flow, taken, state: from } = entry
    const first = taken[0]
    if (first) {
      entry.taken = []
      entry.state = stateOf(snapshot)
      const context = flow?.getSnapshot().context
      const request = flow && requestOf(event)
      const failure = context?.failure?.code
      tell(
        {
          type: 'transition',
          at: now(),
          actor,
          name,
          from,
          to: entry.state,
          event: word(first.eventType),
          arrows: taken.map(arrowOf),
          tags: tagsOf(snapshot),
          deadlines: context ? deadlinesOf(context) : {},
          ...(request && { request }),
          ...(isFailureCode(failure) && { failure }),
        },
        flow,
      )
    }
    if (snapshot.status === 'active') return
    // Whoever starts it again hears from XState that it has stopped again.
    entry.stopped = true
    tell({ type: 'stopped', at: now(), actor, name }, flow)
  }

  return (event) => {
    if (event.type === '@xstate.microstep') {
      const entry = seen(event.actorRef)
      if (entry) for (const arrow of event._transitions) add(entry.taken, arrow)
    } else if (event.type === '@xstate.snapshot') {
      const entry = seen(event.actorRef)
      if (entry) step(entry, event)
    }
  }
}

/** What has a chart is a machine; promises, callbacks and observables are not told of. */
function machineOf(ref: object): Machine | undefined {
  const logic = 'logic' in ref ? ref.logic : undefined
  if (!isObject(logic) || !('root' in logic) || !('id' in logic) || !isRunning(ref)) return undefined
  const isChart = isObject(logic.root) && 'machine' in logic.root && logic.root.machine === logic
  return isChart ? { ref, id: String(logic.id), config: 'config' in logic ? logic.config : undefined } : undefined
}

/** `undefined` while a machine is being made: it takes its first arrows, and is nowhere yet. */
function snapshotOf(ref: Running): unknown {
  try {
    return ref.getSnapshot()
  } catch {
    // So says XState's development build; the other one answers nothing.
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isRunning(ref: object): ref is Running {
  return 'getSnapshot' in ref && typeof ref.getSnapshot === 'function'
}

/** By its chart, which is this package's own, it is a flow; the rest follows from it. */
function isFlow(ref: object): ref is FlowActor {
  return 'send' in ref && 'system' in ref
}
