import { type AnyStateMachine, transition } from 'xstate'
import { authorizationCode } from '../../machines/authorization-code.ts'
import { clientCredentials } from '../../machines/client-credentials.ts'
import { deviceCode } from '../../machines/device-code.ts'
import { blank, type FlowContext } from '../../machines/flow.ts'
import type { FlowEvent } from '../../src/dialogue.ts'
import { fail } from '../../src/failure.ts'
import type { Standing, Summary, TokenSummary } from '../../src/recall.ts'
import { seal } from '../../src/sealed.ts'

/** All charts, each with what only it has: the state of its first request, and the standings that await somebody. */
export const charts: readonly { id: string; chart: AnyStateMachine; start: string; awaiting: readonly Standing[] }[] = [
  {
    id: 'deviceCode',
    chart: deviceCode,
    start: 'requestingCode',
    awaiting: ['awaitingUser', 'polling', 'slowDown', 'adopting'],
  },
  { id: 'authorizationCode', chart: authorizationCode, start: 'preparing', awaiting: ['awaitingUser', 'adopting'] },
  { id: 'clientCredentials', chart: clientCredentials, start: 'requestingToken', awaiting: [] },
]

export const failure = fail('network', { about: 'a test' })

export const token: TokenSummary = {
  expiresAt: 2_000,
  refreshAt: 1_000,
  refreshExpiresAt: undefined,
  scope: 'orders',
  type: 'Bearer',
  generation: 1,
  renewable: true,
}

/** A summary of nothing but a standing, unless more is said. */
export function summary(standing: Standing, more: Partial<Summary> = {}): Summary {
  return {
    standing,
    prompt: undefined,
    pollIntervalSeconds: undefined,
    nextPollAt: undefined,
    retryAt: undefined,
    token: undefined,
    failure: undefined,
    endedBecause: undefined,
    request: undefined,
    ...more,
  }
}

/** What actors say, as a chart hears it. */
export type Answer =
  | { readonly type: `xstate.done.actor.${string}`; readonly output: unknown }
  | { readonly type: `xstate.error.actor.${string}`; readonly error: unknown }

export const done = (id: string, output: unknown): Answer => ({ type: `xstate.done.actor.${id}`, output })
export const answers = (id: string, standing: Standing, more?: Partial<Summary>) => done(id, summary(standing, more))
export const breaks = (id: string): Answer => ({ type: `xstate.error.actor.${id}`, error: new Error('a defect') })

/** What hosts ask. */
export const start = { type: 'authorization.start' } as const satisfies FlowEvent
export const cancel = { type: 'authorization.cancel' } as const satisfies FlowEvent
export const responded = {
  type: 'authorization.responded',
  url: seal('https://shop.example/callback'),
} as const satisfies FlowEvent
export const refresh = { type: 'token.refresh' } as const satisfies FlowEvent
export const rejected = { type: 'token.rejected', generation: 1 } as const satisfies FlowEvent
export const revoke = { type: 'token.revoke' } as const satisfies FlowEvent
export const changed = { type: 'record.changed' } as const satisfies FlowEvent
export const forget = { type: 'token.forget' } as const satisfies FlowEvent

/** A context that knows nothing but a name, unless more is said. */
export function knowing(known: Partial<FlowContext> = {}): FlowContext {
  return { ...blank({ input: { connection: 'store-17/till-3' } }), ...known }
}

/** One arrow: from a state, on an event, to a state; given this context; leaving this behind. */
export type Row = readonly [
  from: string,
  event: FlowEvent | Answer,
  to: string,
  given?: Partial<FlowContext>,
  /** `wish`: the type of the wish that is kept. `runs`: the action that is carried out. */
  leaves?: { readonly wish?: FlowEvent['type'] | undefined; readonly runs?: string },
]

/** Takes one step, purely: no actor runs. */
export function step(chart: AnyStateMachine, from: string, event: FlowEvent | Answer, given?: Partial<FlowContext>) {
  const [next, actions] = transition(chart, chart.resolveState({ value: from, context: knowing(given) }), event)
  const context: FlowContext = next.context
  return { to: String(next.value), context, actions: actions.map(({ type }): string => type) }
}

/** Gives a row the name of a test. */
export function named(row: Row) {
  const [from, event, to, given] = row
  const [, kind, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event.type) ?? []
  const heard = kind === undefined ? event.type : `${id} ${kind === 'error' ? 'breaks' : `says ${said(event)}`}`
  const asked = given?.wish ? `, with ${given.wish.type} kept` : ''
  const known = given?.token ? ', with a token' : given?.wantsRevoke ? ', while disconnecting' : ''
  return { row, name: `${from} ${from === to ? 'stays' : `leads to ${to}`} when ${heard}${asked}${known}` }
}

function said(event: FlowEvent | Answer): string {
  const output = 'output' in event ? event.output : undefined
  if (typeof output === 'object' && output !== null && 'standing' in output) return String(output.standing)
  return String(output)
}

/** All arrows of a chart, by state and event, in the order in which their guards are asked. */
export function arrowsOf(chart: AnyStateMachine) {
  return Object.values(chart.root.states).flatMap((state) =>
    [...state.transitions].flatMap(([event, arrows]) =>
      arrows.map((arrow, index) => ({
        arrow,
        name: `${state.key} + ${event} [${index}]`,
        from: state.key,
        event,
        to: (arrow.target ?? []).map(({ key }) => key),
        guard: wordOf(arrow.guard),
        actions: arrow.actions.map(wordOf),
      })),
    ),
  )
}

/** The arrow that a row takes, as it stands in the chart. */
export function arrowTaken(chart: AnyStateMachine, [from, event, , given]: Row) {
  return chart.getTransitionData(chart.resolveState({ value: from, context: knowing(given) }), event)[0]
}

/** A named guard or action as plain data: params are asked what they would say of an answer. */
export function wordOf(word: unknown): { type: string; params?: unknown } | undefined {
  if (word === undefined) return undefined
  if (typeof word === 'string') return { type: word }
  if (typeof word !== 'object' || word === null || !('type' in word)) return { type: 'an inline function' }
  const { type } = word
  const params = 'params' in word ? word.params : undefined
  const event = { type: 'xstate.done.actor.any', output: 'the answer' }
  return {
    type: String(type),
    ...(params !== undefined && {
      params: typeof params === 'function' ? params({ event, context: knowing() }) : params,
    }),
  }
}
