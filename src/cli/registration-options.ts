import { fail, OAuthError } from '../failure.ts'
import type { Deviation, Provider } from '../providers/provider.ts'
import type { Registration } from '../registration.ts'
import { clientSecretFor } from './client-secret.ts'
import { WrongUse } from './command.ts'
import type { Home } from './home.ts'
import { placeOf, type Remembered } from './remembered.ts'
import { openText, sealText } from './sealed-text.ts'
import type { Terminal } from './terminal.ts'

/** What a user may say of a connection; the rest is remembered. */
export interface RegistrationOptions {
  readonly connection: string
  readonly clientId?: string
  readonly clientSecretFile?: string
  /** From the environment. */
  readonly clientSecret?: string
  readonly redirectUri?: string
  readonly sandbox?: boolean
  readonly scope?: readonly string[]
  readonly deviation?: readonly string[]
}

/** What a client is made of. */
export interface Ready {
  /** Its endpoints are those of the sandbox, where that is meant. */
  readonly provider: Provider
  readonly registration: Registration
  /** The same, to be remembered; the secret is sealed. */
  remembering(withSecret: boolean): Promise<Remembered>
}

/** The environment variable of the client id. */
export const CLIENT_ID = 'OAUTH_MACHINES_CLIENT_ID'
/** Of a program on this machine; any port. @see RFC 8252 §7.3 */
const REDIRECT_URI = 'http://127.0.0.1/callback'

/**
 * Puts together what was said now and what is remembered.
 *
 * @param known what is remembered of this connection, or else of the same provider
 */
export async function registrationFor(
  provider: Provider,
  options: RegistrationOptions,
  known: Remembered | undefined,
  home: Home,
  terminal: Terminal,
): Promise<Ready> {
  const { connection, redirectUri, clientSecretFile: file, clientSecret: given } = options
  const clientId = options.clientId || known?.clientId
  if (!clientId)
    throw new WrongUse(`${provider.name} wants a client id: use --client-id ID, or the variable ${CLIENT_ID}.`)
  const sandbox = options.sandbox ?? known?.sandbox ?? false
  const scopes = options.scope?.flatMap((words) => words.split(/[\s,]+/)).filter(Boolean) ?? known?.scopes
  const deviations = deviationsOf(provider, options.deviation ?? known?.deviations ?? [])
  const sources = { file, given, remembered: () => secretOf(known, home) }
  const clientSecret = await clientSecretFor(provider, sources, terminal)
  const redirect =
    provider.grant === 'authorization_code' ? (redirectUri ?? known?.redirectUri ?? REDIRECT_URI) : redirectUri
  const common = {
    ...(redirect !== undefined && { redirectUri: redirect }),
    ...(scopes && { scopes }),
  }
  const registration = { ...common, clientId, deviations, ...(clientSecret !== undefined && { clientSecret }) }
  return {
    provider: sandbox ? sandboxOf(provider) : provider,
    registration,
    async remembering(withSecret) {
      const place = placeOf(provider, connection)
      const kept = withSecret && clientSecret !== undefined
      const secret = kept ? sealText(clientSecret, place, await home.keys.current()) : undefined
      return { version: 1, connection, provider, clientId, sandbox, ...common, deviations, ...(secret && { secret }) }
    },
  }
}

/** The same provider as if its test servers were its only ones. */
export function sandboxOf(provider: Provider): Provider {
  const { sandbox, ...rest } = provider
  if (!sandbox) throw new WrongUse(`${provider.name} has no sandbox.`)
  return { ...rest, endpoints: sandbox }
}

function deviationsOf({ name, deviations = [] }: Provider, words: readonly string[]): Deviation[] {
  return words.map((word) => {
    const known = deviations.find((deviation) => deviation === word)
    if (known) return known
    const all = deviations.length > 0 ? `There are ${deviations.join(', ')}.` : 'There is none.'
    throw new WrongUse(`${name} documents no deviation of that name. ${all}`)
  })
}

/** Rejects with {@link OAuthError} `vault_unavailable` where the key that sealed it cannot be had. */
export async function secretOf(known: Remembered | undefined, { keys }: Home): Promise<string | undefined> {
  if (!known?.secret) return undefined
  const key = await keys.named(known.secret.key)
  const text = key && openText(known.secret, placeOf(known.provider, known.connection), key)
  if (text !== undefined) return text
  const about = `${known.provider.name}, the client secret that is remembered`
  throw new OAuthError(fail('vault_unavailable', { about, remedy: 'It is under another key: give the secret again.' }))
}
