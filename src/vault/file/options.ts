import { misconfigured } from '../../failure.ts'
import type { VaultKey } from './keys.ts'

/**
 * How the records of a file vault are kept: under a `key`, with `formerKeys` that records may still be under, or, named for
 * what it is, with `unsafePlaintext: true` in plain text.
 */
export type FileVaultOptions = Keyed | Plaintext

interface Keyed {
  /** Encrypts every record that is written: AES-256-GCM, with a fresh nonce each time. */
  readonly key: VaultKey
  /** Keys that records may still be under; they are read, never written. Default: none. @see FileVault.rotate */
  readonly formerKeys?: readonly VaultKey[]
  readonly unsafePlaintext?: never
}

interface Plaintext {
  /** Secrets stand in the files as they are: for looking at them while developing, and nowhere else. */
  readonly unsafePlaintext: true
  readonly key?: never
  readonly formerKeys?: never
}

/** Says at once what is wrong with the options, for callers without types; never with a value. */
export function checkOptions(directory: string, options: FileVaultOptions): void {
  if (typeof directory !== 'string' || directory === '') throw misconfigured('directory', 'not a path')
  if (typeof options !== 'object' || options === null)
    throw misconfigured('options', 'key or unsafePlaintext is missing')
  const { key, formerKeys, unsafePlaintext } = options
  if (unsafePlaintext !== undefined && unsafePlaintext !== true) throw misconfigured('unsafePlaintext', 'not true')
  if (key === undefined && !unsafePlaintext) throw misconfigured('key', 'missing, and unsafePlaintext is not true')
  if (key !== undefined && unsafePlaintext) throw misconfigured('unsafePlaintext', 'there is a key too')
  if (formerKeys !== undefined && unsafePlaintext) throw misconfigured('formerKeys', 'unsafePlaintext needs no keys')
  if (key !== undefined && !isKey(key)) throw misconfigured('key', 'not a vault key')
  if (formerKeys !== undefined && !(Array.isArray(formerKeys) && formerKeys.every(isKey)))
    throw misconfigured('formerKeys', 'not an array of vault keys')
}

function isKey(key: unknown): boolean {
  return typeof key === 'object' && key !== null && 'bytes' in key && typeof key.bytes === 'function'
}
