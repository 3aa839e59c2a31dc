import type { ConnectionRecord } from '../record.ts'
import { stateOf } from '../state.ts'

/** The format of a stored record that this version writes. */
const FORMAT = 1

/** A record as it lies in the database, but for its revision. */
interface Sealed {
  readonly format: number
  /** Of the record, in clear and authenticated. */
  readonly client: string
  readonly iv: Uint8Array<ArrayBuffer>
  /** The record as JSON, encrypted with AES-256-GCM; the tag stands at its end. */
  readonly data: ArrayBuffer
  /** SHA-256 of the pending `state`, so that a callback's connection is found without decrypting all. */
  readonly state?: string
}

interface Stored extends Sealed {
  readonly revision: number
}

export async function encrypt(key: CryptoKey, name: string, record: ConnectionRecord): Promise<Sealed> {
  const { client } = record
  const state = stateOf(record)
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const text = new TextEncoder().encode(JSON.stringify(record))
  const data = await crypto.subtle.encrypt(cipher(iv, name, client), key, text)
  return { format: FORMAT, client, iv, data, ...(state !== undefined && { state: await hashOf(state) }) }
}

/** The record, or `undefined` where it is damaged, of another connection or under another key. */
export async function decrypt(key: CryptoKey, name: string, stored: unknown): Promise<unknown> {
  if (!isStored(stored)) return undefined
  const { iv, client, data } = stored
  const text = await crypto.subtle.decrypt(cipher(iv, name, client), key, data).catch(() => undefined)
  return text && JSON.parse(new TextDecoder().decode(text))
}

/** Format, name and client are authenticated: what was moved to another name does not decrypt. */
function cipher(iv: Uint8Array<ArrayBuffer>, name: string, client: string): AesGcmParams {
  const additionalData = new TextEncoder().encode(JSON.stringify([FORMAT, name, client]))
  return { name: 'AES-GCM', iv, additionalData }
}

/** Whether something has the shape of what {@link encrypt} makes. */
function isStored(stored: unknown): stored is Stored {
  return (
    member(stored, 'format') === FORMAT &&
    typeof member(stored, 'revision') === 'number' &&
    typeof member(stored, 'client') === 'string' &&
    member(stored, 'iv') instanceof Uint8Array &&
    member(stored, 'data') instanceof ArrayBuffer
  )
}

export function isWrittenByNewer(stored: unknown): boolean {
  const format = member(stored, 'format')
  return typeof format === 'number' && format > FORMAT
}

/** Of whatever is stored: what is damaged has a revision too, which no reader ever saw. */
export function revisionOf(stored: unknown): string {
  return String(member(stored, 'revision'))
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** SHA-256 in hexadecimal. */
export async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
