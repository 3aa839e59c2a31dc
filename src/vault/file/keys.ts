import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { env } from 'node:process'
import { misconfigured } from '../../failure.ts'
import { VaultError } from '../vault-error.ts'

/** Where the key of a vault comes from. Bring your own, for instance from a key service. */
export interface VaultKey {
  /**
   * The 32 bytes of the key, the same for all processes. Asked for when a record is first written or met, and once per vault
   * object unless it rejects. Whatever it rejects with but a {@link VaultError}, is told as `no_key`.
   *
   * @param directory the vault's, which exists by then
   * @param isKnown whether a former key has this id, as records name it
   */
  bytes(directory: string, isKnown?: (id: string) => Promise<boolean>): Promise<Uint8Array>
}

/** AES-256. */
export const KEY_LENGTH = 32

/**
 * A key that the host has: 32 random bytes, which are copied.
 * Throws an `OAuthError` with the code `invalid_configuration` where there are not 32.
 */
export function rawKey(bytes: Uint8Array): VaultKey {
  if (!(bytes instanceof Uint8Array) || bytes.length !== KEY_LENGTH) throw misconfigured('rawKey', 'not 32 bytes')
  const copy = Uint8Array.from(bytes)
  return { bytes: async () => copy }
}

/**
 * A key in an environment variable: 32 random bytes as 64 hexadecimal digits, base64 or base64url. Read at first use; the
 * vault rejects with the {@link VaultError} `no_key` where it is not set, and `bad_key` where it is something else.
 *
 * @param variable the name of the variable
 */
export function environmentKey(variable: string): VaultKey {
  if (typeof variable !== 'string' || variable === '')
    throw misconfigured('environmentKey', 'not the name of a variable')
  return { bytes: async () => keyIn(variable) }
}

function keyIn(variable: string): Uint8Array {
  const place = `environment variable ${variable}`
  const text = env[variable]
  if (text === undefined) throw new VaultError('no_key', place)
  const key = decodeKey(text)
  if (!key) throw new VaultError('bad_key', place)
  return key
}

/** Reads a key that is written as text; `undefined` where that is none. */
export function decodeKey(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (/^[\w+/-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64')
  return undefined
}

/** A key, and the name by which records say that they are under it. */
export interface Key {
  readonly id: string
  readonly bytes: Uint8Array
}

export type KeyChain = ReturnType<typeof createKeyChain>

/** The keys of a vault: records are written under the current one, and read under any. */
export function createKeyChain(key: VaultKey, formerKeys: readonly VaultKey[], directory: string) {
  const former = formerKeys.map((one) => once(() => readKey(one, directory)))
  const isFormer = async (id: string) => (await keyOf(id, former)) !== undefined
  const current = once(() => readKey(key, directory, isFormer))

  /** The key that a record names, or `undefined`. A former key is not asked for before a record needs it. */
  const named = (id: string) => keyOf(id, [current, ...former])

  return { current, named }
}

async function keyOf(id: string, keys: readonly (() => Promise<Key>)[]): Promise<Key | undefined> {
  for (const ask of keys) {
    const found = await ask()
    if (found.id === id) return found
  }
  return undefined
}

async function readKey(key: VaultKey, directory: string, isFormer?: (id: string) => Promise<boolean>): Promise<Key> {
  try {
    const bytes = await key.bytes(directory, isFormer)
    if (bytes instanceof Uint8Array && bytes.length === KEY_LENGTH) return { id: idOf(bytes), bytes }
  } catch (error) {
    if (error instanceof VaultError) throw error
    // Of anything else nothing is told: it may hold the key.
  }
  throw new VaultError('no_key')
}

/** Names a key without revealing anything of it. */
export function idOf(bytes: Uint8Array): string {
  return createHmac('sha256', bytes).update('oauth-machines file vault, key id').digest('hex').slice(0, 16)
}

/** Asks once, and again after a failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => {
    answer ??= ask().catch((error) => {
      answer = undefined
      throw error
    })
    return answer
  }
}
