import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A text that was encrypted with AES-256-GCM. */
export interface Encrypted {
  /** Base64. */
  readonly iv: string
  /** Base64; it ends in the tag of 16 bytes. */
  readonly data: string
}

const CIPHER = 'aes-256-gcm'
/** As long as it can be: Node takes shorter ones unless it is told, in bytes. */
const TAG = 16

/**
 * Encrypts with a fresh nonce.
 *
 * @param place where it is kept: it cannot be decrypted as of anywhere else
 * @param key 32 bytes
 */
export function encrypt(text: string, place: string, key: Uint8Array): Encrypted {
  const iv = randomBytes(12)
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(place))
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { iv: iv.toString('base64'), data: data.toString('base64') }
}

/** The text; throws for what is not, to the bit, what was encrypted for this place with this key. */
export function decrypt({ iv, data }: Encrypted, place: string, key: Uint8Array): string {
  const bytes = Buffer.from(data, 'base64')
  const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64'), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG))
  return `${decipher.update(bytes.subarray(0, -TAG), undefined, 'utf8')}${decipher.final('utf8')}`
}
