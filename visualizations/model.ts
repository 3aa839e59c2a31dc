import type { AnyStateMachine } from 'xstate'

/** One arrow of a chart, as a picture needs it. */
export interface Arrow {
  readonly from: string
  readonly to: string
  /** What causes it: a host's event, an actor's answer, an instant that passed, or a defect. */
  readonly cause: 'event' | 'answer' | 'instant' | 'defect'
  /** The event's type, or the name of the actor. */
  readonly label: string
}

export interface Picture {
  readonly id: string
  readonly description: string
  readonly initial: string
  readonly states: readonly { readonly name: string; readonly description: string; readonly tags: readonly string[] }[]
  readonly arrows: readonly Arrow[]
}

/** Reads what there is to draw from a machine's public definition. */
export function pictureOf(machine: AnyStateMachine): Picture {
  const nodes = Object.values(machine.root.states)
  const arrows = nodes.flatMap((node) =>
    [...node.transitions.values()].flat().flatMap(({ eventType, target }): Arrow[] => {
      const to = target?.[0]?.key
      return to === undefined || to === node.key ? [] : [{ from: node.key, to, ...causeOf(eventType, node.invoke) }]
    }),
  )
  return {
    id: machine.id,
    description: machine.root.description ?? '',
    initial: String(machine.root.initial.target[0]?.key),
    states: nodes.map(({ key, description, tags }) => ({ name: key, description: description ?? '', tags })),
    arrows,
  }
}

function causeOf(eventType: string, invokes: readonly { id: string; src: unknown }[]): Pick<Arrow, 'cause' | 'label'> {
  const invoke = invokes.find(({ id }) => eventType.endsWith(`.actor.${id}`))
  if (!invoke) return { cause: 'event', label: eventType }
  const label = invoke.id
  if (eventType.startsWith('xstate.error.')) return { cause: 'defect', label }
  return { cause: invoke.src === 'deadline' ? 'instant' : 'answer', label }
}
