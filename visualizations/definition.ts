import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { type Word, wordOf } from './words.ts'

interface Transition {
  readonly target?: string
  readonly guard?: Word
  readonly actions?: readonly Word[]
  readonly reenter?: true
}

/** A chart without functions, as `createMachine` and Stately Studio read it. Of params only the static part is kept. */
export interface Definition {
  readonly id: string
  readonly description?: string
  readonly initial: string
  readonly states: Readonly<Record<string, StateDefinition>>
}

interface StateDefinition {
  readonly description?: string
  readonly tags?: readonly string[]
  readonly invoke?: readonly {
    readonly id: string
    readonly src: string
    readonly onDone?: readonly Transition[]
    readonly onError?: readonly Transition[]
  }[]
  readonly on?: Readonly<Record<string, readonly Transition[]>>
}

/** As this project formats JSON: a list of words stands in one line, where it fits. */
export function written(definition: Definition): string {
  const json = JSON.stringify(definition, undefined, 2)
  return `${json.replace(/^.*\[\n(?: +"[^"]*",?\n)+ +\],?$/gm, (list) => {
    const line = list
      .replace(/\n +(?=\])/, '')
      .replace(/\[\n +/, '[')
      .replace(/\n +/g, ' ')
    return line.length <= 120 ? line : list
  })}\n`
}

export function definitionOf(machine: AnyStateMachine): Definition {
  return {
    id: machine.id,
    ...(machine.root.description && { description: machine.root.description }),
    initial: String(machine.root.initial.target[0]?.key),
    states: Object.fromEntries(Object.entries(machine.root.states).map(([key, node]) => [key, stateOf(node)])),
  }
}

function stateOf(node: AnyStateNode): StateDefinition {
  const on = [...node.transitions].filter(([event]) => !event.startsWith('xstate.'))
  return {
    ...(node.description && { description: node.description }),
    ...(node.tags.length > 0 && { tags: node.tags }),
    ...(node.invoke.length > 0 && {
      invoke: node.invoke.map(({ id, src }) => ({ id, src: String(src), ...heard(node, id) })),
    }),
    ...(on.length > 0 && { on: Object.fromEntries(on.map(([event, all]) => [event, all.map(transitionOf)])) }),
  }
}

function heard({ transitions }: AnyStateNode, id: string) {
  const answers = (kind: string) => transitions.get(`xstate.${kind}.actor.${id}`)?.map(transitionOf)
  const [onDone, onError] = [answers('done'), answers('error')]
  return { ...(onDone && { onDone }), ...(onError && { onError }) }
}

function transitionOf({ target, guard, actions, reenter }: AnyTransitionDefinition): Transition {
  const to = target?.[0]?.key
  return {
    ...(to !== undefined && { target: to }),
    ...(guard !== undefined && { guard: wordOf(guard) }),
    ...(actions.length > 0 && { actions: actions.map(wordOf) }),
    ...(reenter && { reenter: true as const }),
  }
}
