import { defaultEnvironment } from '../environment.ts'
import { tell } from '../tell.ts'
import type { Observation } from './observation.ts'
import { type Inspect, observing } from './observing.ts'

/** Takes what an inspector tells. What it throws goes where uncaught errors go, and disturbs nobody. */
export type Sink = (observation: Observation) => void

export interface InspectorOptions {
  /** The clock, in Unix milliseconds. Default: the host's. */
  readonly now?: () => number
}

/**
 * Makes an inspector that may stay on: for `createClient(…, { inspect })`, or for `createActor` with any machine.
 *
 * It tells nothing but {@link Observation}s, so no secret passes, also where the inspected machine holds some. A prompt is
 * never told.
 */
export function createInspector(sink: Sink | readonly Sink[], { now }: InspectorOptions = {}): Inspect {
  const sinks = typeof sink === 'function' ? [sink] : sink
  return observing(
    (observation) => {
      for (const each of sinks) tell(observation, each)
    },
    now ?? (() => defaultEnvironment().now()),
  )
}
