import { encode } from 'uqr'

type Matrix = readonly (readonly boolean[])[]

/** In characters: with more, a picture is too fine for a phone that is held before a screen. */
const LONGEST = 300
/** How many pictures are kept: more than there are connections on a screen. */
const KEPT = 64

const drawn = new Map<string, Matrix>()

/**
 * The modules of a QR code, with its quiet zone of four; `undefined` where the link is too long to be scanned. The same
 * link has the same array, as long as it is kept.
 */
export function matrixOf(link: string): Matrix | undefined {
  if (link.length > LONGEST) return undefined
  const known = drawn.get(link)
  if (known) return known
  const [oldest] = drawn.keys()
  if (oldest !== undefined && drawn.size >= KEPT) drawn.delete(oldest)
  const { data } = encode(link, { boostEcc: true, border: 4 })
  drawn.set(link, data)
  return data
}
