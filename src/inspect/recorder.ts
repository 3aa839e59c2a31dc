import { isFunction } from '../check-options.ts'
import { misconfigured } from '../failure.ts'
import type { Sink } from './inspector.ts'
import { headerOf, lineOf } from './recording.ts'

/**
 * Writes what is seen as JSON Lines, for `parseRecording`: a header when something is seen first, then an observation a
 * line. It holds no prompt and no secret, but the names of connections.
 *
 * One recorder for one inspector, which may serve many clients: two inspectors count their actors each for itself.
 *
 * @param write takes a line, without its end: `(line) => appendFileSync(file, line + '\n')`
 * @throws OAuthError `invalid_configuration` where it is no function
 */
export function recorder(write: (line: string) => void): Sink {
  if (!isFunction(write)) throw misconfigured('recorder, write', 'a function')
  let isBegun = false
  return (observation) => {
    const begun = isBegun ? undefined : write(headerOf(observation.at))
    isBegun = true
    const written = write(lineOf(observation))
    // Where these are promises, the inspector tells of one that rejects.
    return begun === undefined ? written : Promise.all([begun, written])
  }
}
