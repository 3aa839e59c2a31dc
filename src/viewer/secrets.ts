import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Words that open a door. Only their hashes are kept, and how long a comparison takes tells nothing of them. */
export interface Secrets {
  /** Makes another one: 256 bits, fit for a URL. The oldest is forgotten where there are too many. */
  add(): string
  has(word: string): boolean
  /** Like {@link has}; from then on it is none. */
  take(word: string): boolean
}

export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** @param limit how many there can be */
export function createSecrets(limit: number, ...given: readonly string[]): Secrets {
  let hashes = given.map(hashOf)

  function find(word: string): Buffer | undefined {
    const hash = hashOf(word)
    return hashes.find((known) => timingSafeEqual(known, hash))
  }

  return {
    add() {
      const secret = createSecret()
      hashes = [...hashes, hashOf(secret)].slice(-limit)
      return secret
    },
    has: (word) => find(word) !== undefined,
    take(word) {
      const found = find(word)
      hashes = hashes.filter((known) => known !== found)
      return found !== undefined
    },
  }
}

function hashOf(word: string): Buffer {
  return createHash('sha256').update(word).digest()
}
