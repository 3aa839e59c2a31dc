import { VaultError } from '../vault-error.ts'
import { type Content, type Envelope, plain, seal, unseal, type Where } from './envelope.ts'
import type { KeyChain } from './keys.ts'

/** How a vault closes and opens its records. */
export interface Seals {
  /** @param client whose record it is */
  seal(content: Content, where: Where, client: string): Promise<string>
  /** Rejects with a {@link VaultError} where it cannot be opened; nothing for a record that was erased. */
  open(envelope: Envelope, where: Where): Promise<Content | undefined>
  /** Whether it is as this vault writes it now. */
  isCurrent(envelope: Envelope): Promise<boolean>
}

export const plaintextSeals: Seals = {
  seal: async (content) => plain(content),
  async open(envelope) {
    if (envelope.kind === 'sealed') throw new VaultError('wrong_key')
    return envelope.kind === 'plain' ? envelope.content : undefined
  },
  isCurrent: async () => true,
}

/** A vault with a key believes no plain text: whoever can write to its place could plant some. */
export function keyedSeals(keys: KeyChain): Seals {
  return {
    async seal(content, where, client) {
      return seal(content, where, client, await keys.current())
    },

    async open(envelope, where) {
      if (envelope.kind === 'erased') return undefined
      const key = envelope.kind === 'sealed' ? await keys.named(envelope.key) : undefined
      if (envelope.kind === 'plain' || !key) throw new VaultError('wrong_key')
      return unseal(envelope, where, key)
    },

    async isCurrent(envelope) {
      return envelope.kind !== 'sealed' || envelope.key === (await keys.current()).id
    },
  }
}
