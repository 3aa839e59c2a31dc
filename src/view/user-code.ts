/** How much is read at a glance, in characters. */
const GLANCE = 5
const LONGEST_GROUP = 4

/** What turns, hides or piles up characters: all but letters, digits, punctuation, symbols and blanks. */
const MISLEADING = /[^\p{L}\p{N}\p{P}\p{S}\p{Zs}]/gu

/**
 * Cuts a user code for reading, into groups of three or four; joined, they are what can be read of the code. One that is
 * short, or has separators of its own, stays as it is.
 *
 * @see RFC 8628 §6.1
 */
export function groupsOf(received: string): readonly string[] {
  const code = received.normalize('NFC').replace(MISLEADING, '')
  const characters = [...code]
  if (characters.length <= GLANCE || !/^[\p{L}\p{N}]+$/u.test(code)) return [code]
  const count = Math.ceil(characters.length / LONGEST_GROUP)
  const borders = Array.from({ length: count + 1 }, (_, index) => Math.ceil((index * characters.length) / count))
  return borders.slice(1).map((end, index) => characters.slice(borders[index], end).join(''))
}

/** Spells a user code for a voice: `A B C D, E F G H`. */
export function spell(groups: readonly string[]): string {
  return groups.map((group) => [...group].join(' ')).join(', ')
}
