import { fail, OAuthError } from '../failure.ts'
import { VaultError } from '../vault/vault-error.ts'
import { commandFor, nameOf } from './connected.ts'
import { isStored, type Named } from './named.ts'
import { type Prepared, prepare, type SessionOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

/**
 * Prepares a connection that is to have a session. Rejects with {@link OAuthError} `authorization_required` where a logout
 * has not reached the provider yet: whoever asked for that wants none. Rejects with {@link OAuthError} `vault_unavailable`, or
 * a {@link VaultError}, where there is no key.
 */
export async function prepareToUse(argument: string, options: SessionOptions, terminal: Terminal): Promise<Prepared> {
  const prepared = await prepare(argument, options, terminal)
  await checkKey(prepared)
  if (await isStored(prepared, (record) => record?.wantsRevoke === true)) throw leaving(argument, prepared)
  return prepared
}

function leaving(argument: string, prepared: Prepared): OAuthError {
  const again = commandFor('logout', argument, prepared)
  const remedy = `A logout has not reached the provider. Run it again: ${again}; with --local it is only forgotten here.`
  return new OAuthError(fail('authorization_required', { about: nameOf(prepared), remedy }))
}

/** Before the provider is asked for what could not be kept. A key file is made when it is needed. */
async function checkKey({ home }: Named): Promise<void> {
  try {
    if (home.key !== 'file') await home.keys.current()
  } catch (error) {
    throw error instanceof VaultError && home.key === 'keyring' ? withoutKeyring() : error
  }
}

function withoutKeyring(): OAuthError {
  const about = 'The keyring of this system, which OAUTH_MACHINES_KEY names'
  const remedy =
    'It must be unlocked, and on Linux be the Secret Service of a desktop; it needs the package @napi-rs/keyring. ' +
    'Without that variable, the folder of the vault has a key file.'
  return new OAuthError(fail('vault_unavailable', { about, remedy, retryable: false }))
}
