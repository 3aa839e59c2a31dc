import type { AnyTransitionDefinition, InspectionEvent } from 'xstate'
import { authorizationCode } from '../../machines/authorization-code.ts'
import { clientCredentials } from '../../machines/client-credentials.ts'
import { deviceCode } from '../../machines/device-code.ts'
import type { FlowContext } from '../../machines/flow.ts'
import { isFailureCode } from '../failure.ts'
import type { FlowActor } from '../flow-actor.ts'
import { requestOf } from '../transitions.ts'
import type { Deadlines, Observation } from './observation.ts'

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

/** Each flow of a client shares its chart's config, whatever actors it was given. */
const flows = new Set<unknown>([deviceCode.config, authorizationCode.config, clientCredentials.config])

/**
 * Turns XState's inspection events into observations. Nothing is filtered out of what XState tells, which holds inputs,
 * outputs, events and errors as they are: words and numbers are picked from it one by one. Of a host's machine these are
 * its id, its states, and the names of its events as its chart has them.
 *
 * @param now the clock, in Unix milliseconds
 */
export function observing(tell: Teller, now: () => number): Inspect {
  const machines = new WeakMap<object, Seen | 'other'>()
  let count = 0

  function seen(ref: object): Seen | undefined {
    const known = machines.get(ref)
    if (known) return known === 'other' ? undefined : known
    const machine = machineOf(ref)
    if (!machine) machines.set(ref, 'other')
    return machine && appear(machine)
  }

  function appear({ ref, id, config }: Machine): Seen {
    const flow = flows.has(config) && isFlow(ref) ? ref : undefined
    const snapshot = ref.getSnapshot()
    const name = flow?.getSnapshot().context.connection ?? id
    const entry: Seen = { actor: String(++count), name, flow, state: stateOf(snapshot), taken: [] }
    machines.set(ref, entry)
    const { actor, state } = entry
    tell({ type: 'actor', at: now(), actor, name, machine: id, state, tags: tagsOf(snapshot) }, flow)
    return entry
  }

  return (event) => {
    if (event.type === '@xstate.microstep') {
      seen(event.actorRef)?.taken.push(...event._transitions)
    } else if (event.type === '@xstate.snapshot') {
      const entry = seen(event.actorRef)
      if (entry) step(entry, event)
    }
  }

  function step(entry: Seen, { event, snapshot }: Extract<InspectionEvent, { type: '@xstate.snapshot' }>): void {
    const { actor, name, flow, taken, state: from } = entry
    const [first] = taken
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
          event: first.eventType,
          arrows: taken.map(arrowOf),
          tags: tagsOf(snapshot),
          deadlines: context ? deadlinesOf(context) : {},
          ...(request && { request }),
          ...(isFailureCode(failure) && { failure }),
        },
        flow,
      )
    }
    if (snapshot.status !== 'active') tell({ type: 'stopped', at: now(), actor, name }, flow)
  }
}

/** What has states is a machine; promises, callbacks and observables are not told of. */
function machineOf(ref: object): Machine | undefined {
  const logic: unknown = Reflect.get(ref, 'logic')
  if (!isObject(logic) || !('root' in logic) || !('id' in logic) || !isRunning(ref)) return undefined
  return { ref, id: String(logic.id), config: 'config' in logic ? logic.config : undefined }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isRunning(ref: object): ref is Running {
  return typeof Reflect.get(ref, 'getSnapshot') === 'function'
}

/** By its chart, which is this package's own, it is a flow; the rest follows from it. */
function isFlow(ref: object): ref is FlowActor {
  return 'send' in ref && 'system' in ref
}

/** The names of the states that a snapshot is in; each stands in the chart. */
function stateOf(snapshot: unknown): string {
  return isObject(snapshot) && 'value' in snapshot ? named(snapshot.value) : ''
}

function named(value: unknown): string {
  if (typeof value === 'string') return value
  if (!isObject(value)) return ''
  const inner = Object.entries(value).map(([key, child]) => {
    const below = named(child)
    return below === '' ? key : `${key}.${below}`
  })
  return inner.join(', ')
}

/** The tags of the states that a snapshot is in; each stands in the chart. */
function tagsOf(snapshot: unknown): string[] {
  const tags = isObject(snapshot) && 'tags' in snapshot ? snapshot.tags : undefined
  return tags instanceof Set ? [...tags].map(String) : []
}

function arrowOf({ source, eventType, target }: AnyTransitionDefinition): string {
  return `${source.path.join('.')}|${eventType}|${(target?.[0] ?? source).path.join('.')}`
}

function deadlinesOf({ nextPollAt, retryAt, prompt, token }: FlowContext): Deadlines {
  return {
    ...(nextPollAt !== undefined && { poll: nextPollAt }),
    ...(retryAt !== undefined && { retry: retryAt }),
    ...(prompt && { prompt: prompt.expiresAt }),
    ...(token?.renewable && token.refreshAt !== undefined && { refresh: token.refreshAt }),
    ...(token?.expiresAt !== undefined && { token: token.expiresAt }),
  }
}
