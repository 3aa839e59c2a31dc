import { Buffer } from 'node:buffer'
import { VaultError } from '../vault-error.ts'
import { decrypt, type Encrypted, encrypt } from './cipher.ts'
import type { Key } from './keys.ts'

/** What is kept of one connection. */
export interface Content {
  readonly name: string
  readonly record: unknown
}

/** Which file of which connection: a file that is moved elsewhere, or to a later number, cannot be opened there. */
export interface Where {
  /** The connection's folder. Its name stands inside, where `list` finds it. */
  readonly id: string
  readonly number: number
}

/** What stands in a file. */
export type Envelope = { readonly kind: 'erased' } | { readonly kind: 'plain'; readonly content: Content } | Sealed

export interface Sealed extends Encrypted {
  readonly kind: 'sealed'
  /** The id of the key. */
  readonly key: string
  /** Whose record it is, so that one can tell without the key. */
  readonly client: string
}

/** The format that this version writes. A later one reads it, and an earlier one leaves a later one's files alone. */
const FORMAT = 1

const line = (members: object) => `${JSON.stringify({ format: FORMAT, ...members })}\n`

/** In place of a record that was erased: it keeps the number in use. */
export const ERASED = line({ erased: true })

export const plain = (content: Content): string => line({ plaintext: content })

/** Encrypts what is kept of a connection, for its place. */
export function seal(content: Content, where: Where, client: string, key: Key): string {
  return line({ key: key.id, client, ...encrypt(JSON.stringify(content), bound(where, client, key.id), key.bytes) })
}

/** Decrypts; throws the {@link VaultError} `corrupt` for what is not, to the bit, what was sealed there with this key. */
export function unseal(sealed: Sealed, where: Where, key: Key): Content {
  try {
    return contentOf(JSON.parse(decrypt(sealed, bound(where, sealed.client, key.id), key.bytes)))
  } catch {
    // What the cipher says of it is of no use to anybody.
    throw new VaultError('corrupt')
  }
}

const bound = ({ id, number }: Where, client: string, key: string) => JSON.stringify([FORMAT, id, number, client, key])

/** Reads an envelope; throws the {@link VaultError} `newer_format` or `corrupt`. */
export function parseEnvelope(text: string): Envelope {
  const value = parseJson(text)
  const format = member(value, 'format')
  if (typeof format === 'number' && format > FORMAT) throw new VaultError('newer_format')
  if (format !== FORMAT) throw new VaultError('corrupt')
  if (member(value, 'erased') === true) return { kind: 'erased' }
  const plaintext = member(value, 'plaintext')
  return plaintext === undefined ? sealedOf(value) : { kind: 'plain', content: contentOf(plaintext) }
}

function sealedOf(value: unknown): Sealed {
  const [key, client, iv, data] = ['key', 'client', 'iv', 'data'].map((name) => member(value, name))
  if (typeof client !== 'string' || !isHex(key) || !isBase64(iv) || !isBase64(data)) throw new VaultError('corrupt')
  return { kind: 'sealed', key, client, iv, data }
}

function contentOf(value: unknown): Content {
  const name = member(value, 'name')
  if (typeof name !== 'string') throw new VaultError('corrupt')
  return { name, record: member(value, 'record') }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new VaultError('corrupt')
  }
}

const isHex = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)

/** In its one canonical spelling: Node overlooks what does not belong. */
const isBase64 = (value: unknown): value is string =>
  typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
