import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultEnvironment, sleep } from '../../environment.ts'
import { misconfigured } from '../../failure.ts'
import type { Lease } from '../vault.ts'
import { VaultError } from '../vault-error.ts'
import { disk, unlessMissing } from './disk-errors.ts'
import { createOnce } from './files.ts'
import { decodeKey, KEY_LENGTH, type VaultKey } from './keys.ts'
import { take } from './leases.ts'
import { createNumbered } from './numbered.ts'
import { createPlace } from './place.ts'

/** Under which names the keyring of the operating system keeps a key. */
export interface KeyringEntry {
  /** Your application's name. */
  readonly service: string
  /** Which of its keys: one for each vault directory. */
  readonly account: string
}

/** One password in a keyring. */
export interface Secret {
  getPassword(): Promise<string | null | undefined>
  setPassword(password: string): Promise<void>
}

/**
 * A key in the keyring of the operating system: Keychain, Credential Manager, or the Secret Service of a Linux desktop (not
 * the kernel's keyring, which a restart empties). A random key is made where there is none. Needs the package
 * `@napi-rs/keyring`, which is loaded at first use.
 *
 * The vault rejects with the {@link VaultError} `no_key` where that package is missing, the keyring is locked or cannot be
 * used, or where it has lost the key of a vault that had one: no other is put in its place.
 * Throws an `OAuthError` with the code `invalid_configuration` for empty names.
 *
 * @param entry where the key is kept; another vault directory needs another account
 */
export function keyringKey(entry: KeyringEntry): VaultKey {
  return keyringKeyOf(entry, openEntry)
}

async function openEntry({ service, account }: KeyringEntry): Promise<Secret> {
  const { AsyncEntry } = await loadKeyring()
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } })
}

/** It is for those who use it to install: it holds a native addon for each platform. */
async function loadKeyring(): Promise<typeof import('@napi-rs/keyring')> {
  try {
    return await import('@napi-rs/keyring')
  } catch {
    throw new VaultError('no_key', 'the package @napi-rs/keyring cannot be loaded')
  }
}

/** @param open opens an entry of a keyring; a seam, since a keyring needs a desktop */
export function keyringKeyOf(entry: KeyringEntry, open: (entry: KeyringEntry) => Promise<Secret>): VaultKey {
  for (const name of ['service', 'account'] as const)
    if (typeof entry?.[name] !== 'string' || entry[name] === '') throw misconfigured(`keyringKey.${name}`, 'missing')
  const marker = markerOf(entry)

  return {
    async bytes(directory) {
      const secret = await open(entry)
      const key = (await stored(secret)) ?? (await oneAtATime(directory, () => make(secret, join(directory, marker))))
      await disk('writing', () => createOnce(directory, marker, '{"format":1}\n'))
      return key
    },
  }
}

/** The file that says that this vault has had its key from there. */
function markerOf({ service, account }: KeyringEntry): string {
  return `keyring-${createHash('sha256')
    .update(JSON.stringify([service, account]))
    .digest('hex')
    .slice(0, 16)}`
}

async function stored(secret: Secret): Promise<Uint8Array | undefined> {
  const text = await secret.getPassword()
  const key = typeof text === 'string' ? decodeKey(text) : undefined
  if (typeof text === 'string' && !key) throw new VaultError('no_key')
  return key
}

/** Makes a key where nobody else has. A keyring that is locked may say that it holds nothing: the marker knows better. */
async function make(secret: Secret, marker: string): Promise<Uint8Array> {
  const others = await stored(secret)
  if (others) return others
  if (await unlessMissing(readFile(marker))) throw new VaultError('no_key')
  await secret.setPassword(randomBytes(KEY_LENGTH).toString('base64'))
  const made = await stored(secret)
  if (!made) throw new VaultError('no_key')
  return made
}

/** A keyring compares nothing when it stores: the processes of a vault take turns. Milliseconds. */
const TURN = 60_000
const LOOK_AGAIN = 50

async function oneAtATime<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const lease = await waitForTurn(directory)
  try {
    return await work()
  } finally {
    // One that cannot be released ends by itself.
    await lease.release().catch(() => {})
  }
}

async function waitForTurn(directory: string): Promise<Lease> {
  const place = createPlace(directory)
  const folder = place.folder('keyring-turns')
  const turns = createNumbered(folder, 'lease', false)
  for (let waited = 0; waited < TURN; waited += LOOK_AGAIN) {
    const lease = await disk('writing', async () => {
      await place.make(folder)
      return await take(turns, TURN)
    })
    if (lease) return lease
    await sleep(defaultEnvironment(), LOOK_AGAIN)
  }
  throw new VaultError('no_key')
}
