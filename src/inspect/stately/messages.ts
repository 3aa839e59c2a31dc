import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect'
import type { Sink } from '../inspector.ts'
import type { Appearance, Observation, TransitionTaken } from '../observation.ts'
import { definitionOf } from './definition.ts'

/** Whatever shows Stately's messages. */
export interface Receiver {
  /** Takes a message where somebody listens, and drops it where nobody does. */
  send(message: StatelyInspectionEvent): void
}

/** A running machine, as Stately's page is to know it. */
interface Running {
  readonly ref: ReturnType<typeof actorLike>
  snapshot: ReturnType<typeof snapshotOf>
}

/** Of so many running machines it is known where they are; a machine that throws is never told as stopped. */
const MOST = 1_000

/**
 * Says what is observed in the messages of `@statelyai/inspect`, which are made from observations alone.
 *
 * @returns `present` tells who has just come where each running machine is
 */
export function sayTo(receiver: Receiver): { readonly sink: Sink; present(): void } {
  const stately = createInspector(receiver)
  const machines = new Map<string, Running>()

  function appear(seen: Appearance): void {
    const running = { ref: actorLike(seen), snapshot: snapshotOf(seen, seen.state) }
    machines.set(seen.actor, running)
    const [oldest] = machines.keys()
    if (oldest !== undefined && machines.size > MOST) machines.delete(oldest)
    introduce(running)
  }

  function introduce({ ref, snapshot }: Running): void {
    stately.actor(ref, snapshot)
    stately.snapshot(ref, snapshot, { event: { type: 'xstate.init' } })
  }

  function move(running: Running, taken: TransitionTaken): void {
    const { request } = taken
    const event = { type: taken.event, ...(request && { request }) }
    running.snapshot = snapshotOf(taken, taken.to)
    stately.event(running.ref, event)
    stately.snapshot(running.ref, running.snapshot, { event })
  }

  function stop(actor: string, { ref, snapshot }: Running): void {
    machines.delete(actor)
    stately.snapshot(ref, { ...snapshot, status: 'stopped' }, { event: { type: 'xstate.stop' } })
  }

  function sink(observation: Observation): void {
    const running = machines.get(observation.actor)
    if (observation.type === 'actor') appear(observation)
    else if (running && observation.type === 'transition') move(running, observation)
    else if (running) stop(observation.actor, running)
  }

  return {
    sink,
    present() {
      for (const running of machines.values()) introduce(running)
    },
  }
}

/** As much of an actor as Stately's inspector looks at. */
function actorLike(seen: Appearance) {
  return {
    sessionId: seen.actor,
    logic: { config: definitionOf(seen) },
    send() {},
    getSnapshot() {},
  }
}

/** What stands for the context is what has been observed. */
function snapshotOf(seen: Appearance | TransitionTaken, value: string) {
  const { name, tags } = seen
  const { deadlines = {}, failure } = seen.type === 'transition' ? seen : {}
  return {
    status: 'active' as const,
    value,
    tags,
    context: { connection: name, deadlines, ...(failure && { failure }) },
  }
}
