import type { Deadlines, Observation, TransitionTaken } from '../../../src/inspect/observation.ts'

/** Of each state, the tags that the charts give it. */
const tags: Readonly<Record<string, readonly string[]>> = {
  recalling: ['pending'],
  idle: ['needsUser'],
  requestingCode: ['pending'],
  requestingToken: ['pending'],
  preparing: ['pending'],
  awaitingUser: ['needsUser'],
  polling: ['needsUser', 'pending'],
  slowDown: ['needsUser'],
  exchangingCode: ['pending'],
  authorized: ['connected'],
  refreshing: ['connected', 'pending'],
  backingOff: ['pending'],
  revoking: ['pending'],
  revoked: ['needsUser'],
  expired: ['needsUser'],
  failed: ['needsUser'],
}

type More = Partial<Pick<TransitionTaken, 'request' | 'failure' | 'arrows'>> & { readonly deadlines?: Deadlines }

/** What an inspector would tell of one machine, step by step. */
export interface Telling {
  readonly actor: string
  readonly observations: readonly Observation[]
  /** Where it is, and since when. */
  readonly at: number
  readonly state: string
  /** After so many milliseconds it goes to another state, or stays in its own. Deadlines are milliseconds from there. */
  go(after: number, event: string, to: string, more?: More): Telling
  /** An actor of the machine answers, after a request or none. */
  answer(after: number, id: string, to: string, more?: More): Telling
  stop(after: number): Telling
}

export function tell(actor: string, name: string, machine: string, at: number, state = 'recalling'): Telling {
  const first: Observation = { type: 'actor', at, actor, name, machine, state, tags: tags[state] ?? [] }
  return telling({ actor, name }, [first], at, state)
}

function telling(
  who: { actor: string; name: string },
  observations: readonly Observation[],
  at: number,
  state: string,
): Telling {
  const go: Telling['go'] = (after, event, to, more = {}) => {
    const then = at + after
    const { deadlines = {}, ...rest } = more
    const observation: Observation = {
      ...{ type: 'transition', at: then, ...who, from: state, to, event },
      ...{ arrows: [`${state}|${event}|${to}`], tags: tags[to] ?? [], ...rest },
      deadlines: Object.fromEntries(Object.entries(deadlines).map(([key, span]) => [key, then + span])),
    }
    return telling(who, [...observations, observation], then, to)
  }
  return {
    actor: who.actor,
    observations,
    at,
    state,
    go,
    answer: (after, id, to, more) => go(after, `xstate.done.actor.${id}`, to, more),
    stop: (after) => telling(who, [...observations, { type: 'stopped', at: at + after, ...who }], at + after, state),
  }
}
