import type { Deadline, Errand, FlowEvent } from '../src/dialogue.ts'
import type { Standing, Summary } from '../src/recall.ts'
import { type FlowContext, notBrought } from './flow.ts'

/** Small constants that make the charts read like sentences. */

/** What a done event brings. */
export interface Answered<Output> {
  event: { output: Output }
}

/** What a mapper sees. */
export interface Known {
  context: FlowContext
}

/** `input`: which connection an actor works for, and what was asked. */
export const which = ({ context }: Known): Errand => ({
  connection: context.connection,
  wish: context.wish,
  generation: context.token?.generation,
})

/** `input`: the next poll, or the end of the code. @see RFC 8628 §3.5 */
export const nextPoll = ({ context }: Known): Deadline => ({
  at: context.nextPollAt,
  until: context.prompt?.expiresAt,
  watched: true,
  steady: true,
})

/** `input`: the end of the time that a person has to come back. */
export const patience = ({ context }: Known): Deadline => ({
  at: undefined,
  until: context.prompt?.expiresAt,
  watched: true,
  steady: false,
})

/** `input`: the time to renew the token, however the clock is set meanwhile; one that cannot be renewed just ends. */
export const freshness = ({ context: { token } }: Known): Deadline => ({
  at: token?.renewable ? token.refreshAt : undefined,
  until: token?.renewable ? undefined : token?.expiresAt,
  watched: false,
  steady: true,
})

/** `input`: the next try; a person waits for the first token, nobody for the next, or for its end. */
export const nextTry = ({ context }: Known): Deadline => ({
  at: context.retryAt,
  until: undefined,
  watched: context.token === undefined && !context.wantsRevoke,
  steady: true,
})

const remember = {
  type: 'remember' as const,
  params: ({ event }: Answered<Summary>) => ({ summary: event.output }),
}

/** One arrow: a summary of this standing leads to this state. */
export const to = <Target extends string>(standing: Standing, target: Target) => ({
  guard: {
    type: 'standingIs' as const,
    params: ({ event }: Answered<Summary>) => ({ summary: event.output, standing }),
  },
  target,
  actions: remember,
})

/** `onDone`: the summary's standing names the next state. */
export const each = (...standings: readonly Standing[]) => standings.map((standing) => to(standing, standing))

/** `onDone`: the same; a standing that is not foreseen here is looked at again. */
export const leadsTo = (...standings: readonly Standing[]) => [
  ...each(...standings),
  { target: 'recalling', actions: remember },
]

/** `onDone`: a wish that was kept is honoured, where the record still allows it. */
export const honours = <Target extends string>(
  wish: FlowEvent['type'],
  target: Target,
  ...standings: readonly Standing[]
) => ({
  guard: {
    type: 'isWished' as const,
    params: ({ event }: Answered<Summary>) => ({ summary: event.output, wish, standings }),
  },
  target,
  actions: {
    type: 'remember' as const,
    params: ({ event }: Answered<Summary>) => ({ summary: event.output, honours: true as const }),
  },
})

/** `onDone` of a deadline: what to do when it is due; when it is over, the record is asked. */
export const comes = <Target extends string>(due: Target) => [
  {
    guard: {
      type: 'answersWith' as const,
      params: ({ event }: Answered<string>) => ({ answer: event.output, expected: 'due' }),
    },
    target: due,
  },
  { target: 'recalling' },
]

/** An actor threw, which none should, or answered with a state that the chart does not have. */
export const broken = (actor: string) => ({
  target: 'failed',
  actions: {
    type: 'admitDefect' as const,
    params: ({ event }: { event: object }) => ({
      actor,
      ...('error' in event && event.error === notBrought && { isMissing: true as const }),
    }),
  },
})

/** `on`: the wish goes along to the state that honours it. */
export const asking = <Target extends string>(target: Target) => ({
  target,
  actions: 'takeWish' as const,
})

/** `on`: the wish is kept until the vault has been read. */
export const kept = { actions: 'keepWish' as const }

/** `on`: another process or window has changed the record. */
export const elsewhere = { 'record.changed': 'recalling' as const }

/** `on`: the vault is read at once, and the wish honoured where it can be. */
export const lookAgain = { target: 'recalling', actions: 'keepWish' as const }
