import { Buffer } from 'node:buffer'
import { randomBytes, scrypt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { misconfigured } from '../../failure.ts'
import { VaultError } from '../vault-error.ts'
import { disk, unlessMissing } from './disk-errors.ts'
import { parseEnvelope } from './envelope.ts'
import { createOnce } from './files.ts'
import { KEY_LENGTH, type VaultKey } from './keys.ts'
import { createNumbered } from './numbered.ts'
import { createPlace } from './place.ts'

/** Characters. What fewer can spell is guessed too soon. */
const SHORTEST = 12

/** 128 MiB and some tenths of a second for each guess. They belong to format 1 and stand in no file, where one could weaken them. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 2 ** 20 }

/** The file of the salt, in the vault's directory. Without it no passphrase gives the key again: it belongs in every backup. */
const SALT = 'passphrase-salt'

/**
 * A key that is derived from a passphrase with scrypt (N = 2^17, r = 8, p = 1) and a random salt, which the vault's directory
 * keeps in the file `passphrase-salt`: back it up with the records. One that is damaged, or missing where there are records
 * that no former key opens, is told as the {@link VaultError} `no_key`, and no other is put in its place.
 * Throws an `OAuthError` with the code `invalid_configuration` for fewer than 12 characters.
 *
 * @param passphrase best made by a machine; in Unicode's composed form (NFC), however it was typed
 */
export function passphraseKey(passphrase: string): VaultKey {
  const composed = typeof passphrase === 'string' ? passphrase.normalize('NFC') : ''
  if ([...composed].length < SHORTEST) throw misconfigured('passphraseKey', `fewer than ${SHORTEST} characters`)
  return { bytes: async (directory, isKnown) => derive(composed, await saltOf(directory, isKnown)) }
}

type IsKnown = (id: string) => Promise<boolean>

/** The salt of a vault, which the first process makes, before the first record. */
async function saltOf(directory: string, isKnown: IsKnown = async () => false): Promise<Uint8Array> {
  const fresh = `${JSON.stringify({ format: 1, salt: randomBytes(16).toString('hex') })}\n`
  const there = () => unlessMissing(readFile(join(directory, SALT), 'utf8'))
  const text = await disk('writing', async () => {
    const salt = await there()
    if (salt !== undefined) return salt
    // Where another process begins at this moment, its salt is there before its records.
    return (await isMissed(directory, isKnown)) ? await there() : await createOnce(directory, SALT, fresh)
  })
  const salt = /^\{"format":1,"salt":"([0-9a-f]{32})"\}\n$/.exec(text ?? '')?.[1]
  if (salt === undefined) throw new VaultError('no_key', SALT)
  return Buffer.from(salt, 'hex')
}

/** Whether a record may be under a key of the salt that is not there. */
async function isMissed(directory: string, isKnown: IsKnown): Promise<boolean> {
  for (const id of await createPlace(directory).connections()) {
    const key = await keyIn(directory, id)
    if (key !== undefined && !(await isKnown(key))) return true
  }
  return false
}

/** The id of the key of a connection's record; nothing where none is needed, and empty where that cannot be told. */
async function keyIn(directory: string, id: string): Promise<string | undefined> {
  try {
    const latest = await createNumbered(join(directory, id), 'record', true).latest()
    const envelope = latest && parseEnvelope(latest.text)
    return envelope?.kind === 'sealed' ? envelope.key : undefined
  } catch {
    // What cannot be read may need the salt.
    return ''
  }
}

function derive(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, KEY_LENGTH, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
