import type { StatelyInspectionEvent } from '@statelyai/inspect'
import type { InspectionEvent } from 'xstate'
import { consoleReporter, createInspector, type Observation, recorder } from '../../../src/inspect/index.ts'
import { sayTo } from '../../../src/inspect/stately/messages.ts'

/** An inspector with every sink of this package, and all that came out of it. */
export function retelling() {
  const observations: Observation[] = []
  const printed: string[] = []
  const recorded: string[] = []
  const stately: StatelyInspectionEvent[] = []
  const told = sayTo({ send: (message) => stately.push(message) })
  const see = createInspector([
    (observation) => observations.push(observation),
    consoleReporter((line) => printed.push(line)),
    recorder((line) => recorded.push(line)),
    told.sink,
  ])
  return {
    inspect: (event: InspectionEvent) => see(event),
    observations,
    stately,
    /** What each sink has said, as text. */
    texts(): Record<'observations' | 'console' | 'recording' | 'stately', string> {
      told.present()
      return {
        observations: JSON.stringify(observations),
        console: printed.join('\n'),
        recording: recorded.join('\n'),
        stately: stately.map((message) => JSON.stringify(message)).join('\n'),
      }
    },
  }
}

/** Which markers stand in which text. */
export function found(texts: Readonly<Record<string, string>>, markers: Iterable<string>): string[] {
  const wanted = [...new Set(markers)]
  return Object.entries(texts).flatMap(([where, text]) =>
    wanted.filter((marker) => text.includes(marker)).map((marker) => `${marker} in ${where}`),
  )
}
