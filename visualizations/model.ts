import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { type Word, wordOf } from './words.ts'

/** One arrow of a chart. One that stays in its state has `to` equal to `from`. */
export interface Arrow {
  readonly from: string
  /** The event's type, as an inspector sees it. */
  readonly event: string
  readonly to: string
  /** What causes it: a host's event, an actor's answer, an instant that passed, or an actor that threw. */
  readonly cause: 'event' | 'answer' | 'time' | 'defect'
  /** The event's type, or the name of the actor. */
  readonly label: string
  readonly guard: Word | undefined
  readonly actions: readonly Word[]
  /** Whether it leads nowhere: only its actions happen. */
  readonly stays: boolean
}

export interface State {
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly actors: readonly { readonly id: string; readonly source: string }[]
}

export interface Chart {
  readonly id: string
  readonly description: string
  readonly initial: string
  /** In the order of the source, which tells the story: the happy path first, troubles and endings last. */
  readonly states: readonly State[]
  readonly arrows: readonly Arrow[]
}

/** What names an arrow in a picture; a viewer finds it by the same three words of an inspected transition. */
export const keyOf = ({ from, event, to }: Arrow): string => `${from}|${event}|${to}`

/** Reads what there is to draw from a machine's public definition. */
export function chartOf(machine: AnyStateMachine): Chart {
  const nodes = Object.values(machine.root.states)
  const nested = nodes.find(({ type }) => type !== 'atomic')
  if (nested) throw new Error(`${machine.id}.${nested.key}: only charts without nested states can be drawn`)
  return {
    id: machine.id,
    description: machine.root.description ?? '',
    initial: String(machine.root.initial.target[0]?.key),
    states: nodes.map(stateOf),
    arrows: nodes.flatMap((node) =>
      [...node.transitions.values()].flat().map((transition) => arrowOf(node, transition)),
    ),
  }
}

function stateOf(node: AnyStateNode): State {
  const actors = node.invoke.map(({ id, src }) => ({ id, source: String(src) }))
  return { name: node.key, description: node.description ?? '', tags: node.tags, actors }
}

function arrowOf(node: AnyStateNode, { eventType, target, guard, actions }: AnyTransitionDefinition): Arrow {
  return {
    from: node.key,
    event: eventType,
    to: target?.[0]?.key ?? node.key,
    ...causeOf(eventType, stateOf(node).actors),
    guard: guard === undefined ? undefined : wordOf(guard),
    actions: actions.map(wordOf),
    stays: target === undefined,
  }
}

function causeOf(event: string, actors: State['actors']): Pick<Arrow, 'cause' | 'label'> {
  const actor = actors.find(({ id }) => event.endsWith(`.actor.${id}`))
  if (!actor) return { cause: 'event', label: event }
  if (event.startsWith('xstate.error.')) return { cause: 'defect', label: actor.id }
  return { cause: actor.source === 'deadline' ? 'time' : 'answer', label: actor.id }
}
