import { Buffer } from 'node:buffer'
import { randomBytes, scrypt } from 'node:crypto'
import { misconfigured } from '../../failure.ts'
import { VaultError } from '../vault-error.ts'
import { disk } from './disk-errors.ts'
import { createOnce } from './files.ts'
import { KEY_LENGTH, type VaultKey } from './keys.ts'

/** Characters. What fewer can spell is guessed too soon. */
const SHORTEST = 12

/** 128 MiB and some tenths of a second for each guess. They belong to format 1 and stand in no file, where one could weaken them. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 2 ** 20 }

/** The file of the salt, in the vault's directory. Without it no passphrase gives the key again: it belongs in every backup. */
const SALT = 'passphrase-salt'

/**
 * A key that is derived from a passphrase with scrypt (N = 2^17, r = 8, p = 1) and a random salt, which the vault's directory
 * keeps in the file `passphrase-salt`: back it up with the records. A damaged one is told as the {@link VaultError} `no_key`.
 * Throws an `OAuthError` with the code `invalid_configuration` for fewer than 12 characters.
 *
 * @param passphrase best made by a machine; in Unicode's composed form (NFC), however it was typed
 */
export function passphraseKey(passphrase: string): VaultKey {
  const composed = typeof passphrase === 'string' ? passphrase.normalize('NFC') : ''
  if ([...composed].length < SHORTEST) throw misconfigured('passphraseKey', `fewer than ${SHORTEST} characters`)
  return { bytes: async (directory) => derive(composed, await saltOf(directory)) }
}

/** The salt of a vault, which the first process makes. */
async function saltOf(directory: string): Promise<Uint8Array> {
  const fresh = `${JSON.stringify({ format: 1, salt: randomBytes(16).toString('hex') })}\n`
  const text = await disk('writing', () => createOnce(directory, SALT, fresh))
  const salt = /^\{"format":1,"salt":"([0-9a-f]{32})"\}\n$/.exec(text)?.[1]
  if (salt === undefined) throw new VaultError('no_key')
  return Buffer.from(salt, 'hex')
}

function derive(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, KEY_LENGTH, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
