import { checkOptions, type Expectations, isFunction } from '../check-options.ts'
import { defaultEnvironment } from '../environment.ts'
import { misconfigured } from '../failure.ts'
import { quietly } from '../quietly.ts'
import type { Observation } from './observation.ts'
import { type Inspect, observing } from './observing.ts'

/** Takes what an inspector tells. What it throws, or rejects with, disturbs nobody: see `onProblem`. */
export type Sink = (observation: Observation) => void

export interface InspectorOptions {
  /** The clock, in Unix milliseconds. Default: the host's. */
  readonly now?: (() => number) | undefined
  /**
   * Is told what a sink or the clock has thrown, each time; what it throws itself is dropped. Default: the first is written
   * to `console.warn`.
   */
  readonly onProblem?: ((error: unknown) => void) | undefined
}

/** Each option, and what it must be. */
const expectations: Expectations<InspectorOptions> = {
  now: ['a function', isFunction],
  onProblem: ['a function', isFunction],
}

/**
 * Makes an inspector that may stay on: for `createClient(…, { inspect })`, or for `createActor` with any machine. One
 * is enough for all clients, and counts their actors through.
 *
 * It tells nothing but {@link Observation}s, so no secret passes, also where the inspected machine holds some. A prompt
 * is never told.
 *
 * @throws OAuthError `invalid_configuration` for a sink that is no function, and for a wrong option
 */
export function createInspector(sink: Sink | readonly Sink[], options: InspectorOptions = {}): Inspect {
  const sinks = [sink].flat()
  if (!sinks.every(isFunction)) throw misconfigured('createInspector, sink', 'a function, or a list of functions')
  checkOptions('createInspector', options, expectations)
  const { now = defaultEnvironment().now, onProblem = warnOnce() } = options

  // Not to where uncaught errors go: they would end the process.
  const failed = (error: unknown) => quietly(() => onProblem(error))

  const see = observing((observation) => {
    for (const each of sinks) quietly(() => each(observation), failed)
  }, now)

  return (event) => quietly(() => see(event), failed)
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
