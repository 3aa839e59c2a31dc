import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { Appearance } from '../observation.ts'
import { charts } from '../observing.ts'

/** A chart as Stately's page draws it, made from names only: no params, no input, no meta and no function. */
export interface Definition {
  readonly id: string
  readonly initial?: string
  readonly states?: Readonly<Record<string, StateDefinition>>
}

interface StateDefinition {
  readonly tags: readonly string[]
  readonly invoke: readonly {
    readonly id: string
    readonly src: string
    readonly onDone: readonly Arrow[]
    readonly onError: readonly Arrow[]
  }[]
  readonly on: Readonly<Record<string, readonly Arrow[]>>
}

interface Arrow {
  readonly target?: string
  readonly guard?: string
  readonly actions: readonly string[]
}

/**
 * The chart of a machine that has appeared, under its connection's name, which is what Stately's page lists. A machine
 * of the host's has a name only: what stands in its chart is not known here.
 */
export function definitionOf({ name, machine, state }: Appearance): Definition {
  const chart = charts.find(({ id, root }) => id === machine && Object.hasOwn(root.states, state))
  return chart ? { id: name, ...drawn(chart) } : { id: name }
}

function drawn({ root }: AnyStateMachine): Omit<Definition, 'id'> {
  const states = Object.entries(root.states).map(([key, node]) => [key, stateOf(node)] as const)
  return { initial: String(root.initial.target[0]?.key), states: Object.fromEntries(states) }
}

function stateOf(node: AnyStateNode): StateDefinition {
  const arrows = (event: string) => node.transitions.get(event)?.map(arrowOf) ?? []
  const events = [...node.transitions.keys()].filter((event) => !event.startsWith('xstate.'))
  return {
    tags: node.tags,
    invoke: node.invoke.map(({ id, src }) => ({
      id,
      src: nameOf(src),
      onDone: arrows(`xstate.done.actor.${id}`),
      onError: arrows(`xstate.error.actor.${id}`),
    })),
    on: Object.fromEntries(events.map((event) => [event, arrows(event)])),
  }
}

function arrowOf({ target, guard, actions }: AnyTransitionDefinition): Arrow {
  const to = target?.[0]?.key
  return {
    ...(to !== undefined && { target: to }),
    ...(guard !== undefined && { guard: nameOf(guard) }),
    actions: actions.map(nameOf),
  }
}

/** Of a guard, an action or an actor: its name in the chart. */
function nameOf(word: unknown): string {
  if (typeof word === 'string') return word
  const type = typeof word === 'object' && word !== null && 'type' in word ? word.type : undefined
  return typeof type === 'string' ? type : 'inline'
}
