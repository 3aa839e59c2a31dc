import type { Screen } from './messages.ts'

/** How much a message of the viewer may hold: who receives refuses more, so who sends keeps to it. */

/** Of deeds. */
export const MOST_DEEDS = 100
/** Of a whole message, in characters of its JSON. */
export const LONGEST_MESSAGE = 80_000
/** Of a whole message, in bytes: more than {@link LONGEST_MESSAGE} characters can be. */
export const LARGEST_MESSAGE = 256 * 1024

/** A prompt that is longer than a screen is of no use to anybody. */
export function readable(screen: Screen): Screen {
  return JSON.stringify(screen).length > LONGEST_MESSAGE / 2 ? { accepts: screen.accepts } : screen
}
