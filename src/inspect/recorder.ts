import type { Sink } from './inspector.ts'
import { headerOf, lineOf } from './recording.ts'

/**
 * Writes what is seen as JSON Lines, for `parseRecording`: a header when something is seen first, then an observation a
 * line. It holds no prompt and no secret, but the names of connections.
 *
 * One recorder for one inspector, which may serve many clients: two inspectors count their actors each for itself.
 *
 * @param write takes a line, without its end: `(line) => appendFileSync(file, line + '\n')`
 */
export function recorder(write: (line: string) => void): Sink {
  let isBegun = false
  return (observation) => {
    if (!isBegun) write(headerOf(observation.at))
    isBegun = true
    write(lineOf(observation))
  }
}
