import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { KEY_LENGTH, type Key } from '../vault/file/keys.ts'

/** A text under the key of the vault. */
export interface SealedText {
  /** The id of the key. */
  readonly key: string
  /** Base64; the data ends in the tag of 16 bytes. */
  readonly iv: string
  readonly data: string
}

const CIPHER = 'aes-256-gcm'
const TAG = 16

/** Encrypts with AES-256-GCM, under a key of its own that is derived from the vault's. */
export function sealText(text: string, place: string, { id, bytes }: Key): SealedText {
  const iv = randomBytes(12)
  const cipher = createCipheriv(CIPHER, derived(bytes), iv).setAAD(Buffer.from(place))
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { key: id, iv: iv.toString('base64'), data: data.toString('base64') }
}

/** The text; `undefined` for what was not sealed at this place with this key. */
export function openText({ iv, data }: SealedText, place: string, { bytes }: Key): string | undefined {
  try {
    const all = Buffer.from(data, 'base64')
    const decipher = createDecipheriv(CIPHER, derived(bytes), Buffer.from(iv, 'base64'), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(place)).setAuthTag(all.subarray(-TAG))
    return `${decipher.update(all.subarray(0, -TAG), undefined, 'utf8')}${decipher.final('utf8')}`
  } catch {
    // What the cipher says of it is of no use to anybody.
    return undefined
  }
}

function derived(key: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', 'oauth-machines command line, client secrets', KEY_LENGTH))
}
