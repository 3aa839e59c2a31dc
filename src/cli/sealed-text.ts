import { hkdfSync } from 'node:crypto'
import { decrypt, type Encrypted, encrypt } from '../vault/file/cipher.ts'
import { KEY_LENGTH, type Key } from '../vault/file/keys.ts'

/** A text under the key of the vault. */
export interface SealedText extends Encrypted {
  /** The id of the key. */
  readonly key: string
}

/** Encrypts under a key of its own that is derived from the vault's. */
export function sealText(text: string, place: string, { id, bytes }: Key): SealedText {
  return { key: id, ...encrypt(text, place, derived(bytes)) }
}

/** The text; `undefined` for what was not sealed at this place with this key. */
export function openText(sealed: SealedText, place: string, { bytes }: Key): string | undefined {
  try {
    return decrypt(sealed, place, derived(bytes))
  } catch {
    // What the cipher says of it is of no use to anybody.
    return undefined
  }
}

function derived(key: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', 'oauth-machines command line, client secrets', KEY_LENGTH))
}
