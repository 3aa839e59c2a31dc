import { defaultEnvironment } from '../environment.ts'
import { tell } from '../tell.ts'
import type { Observation } from './observation.ts'
import { type Inspect, observing } from './observing.ts'

/** Takes what an inspector tells. What it throws disturbs nobody: see `onProblem`. */
export type Sink = (observation: Observation) => void

export interface InspectorOptions {
  /** The clock, in Unix milliseconds. Default: the host's. */
  readonly now?: () => number
  /** Is told what a sink or the clock has thrown, each time. Default: the first is written to `console.warn`. */
  readonly onProblem?: (error: unknown) => void
}

/**
 * Makes an inspector that may stay on: for `createClient(…, { inspect })`, or for `createActor` with any machine. One
 * is enough for all clients, and counts their actors through.
 *
 * It tells nothing but {@link Observation}s, so no secret passes, also where the inspected machine holds some. A prompt
 * is never told.
 */
export function createInspector(sink: Sink | readonly Sink[], options: InspectorOptions = {}): Inspect {
  const sinks = typeof sink === 'function' ? [sink] : sink
  const { now = defaultEnvironment().now, onProblem = warnOnce() } = options

  const see = observing((observation) => {
    for (const each of sinks) {
      try {
        each(observation)
      } catch (error) {
        tell(error, onProblem)
      }
    }
  }, now)

  return (event) => {
    try {
      see(event)
    } catch (error) {
      tell(error, onProblem)
    }
  }
}

/** Not as an uncaught error: a disk that is full must not end a till because somebody looks on. */
function warnOnce(): (error: unknown) => void {
  let isSaid = false
  return (error) => {
    if (!isSaid)
      console.warn(`createInspector: a sink or the clock has thrown (${String(error)}). Further ones are not told.`)
    isSaid = true
  }
}
