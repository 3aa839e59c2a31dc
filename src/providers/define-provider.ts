import * as v from 'valibot'
import { fail, OAuthError } from '../failure.ts'

/** A provider as JSON-serialisable data. Charts and actors are written per grant and know no provider by name. */
export type Provider = v.InferOutput<typeof provider>
export type Grant = Provider['grant']
export type Endpoints = v.InferOutput<typeof endpoints>
/** What a provider's documentation describes and a host may opt into, although it is discouraged. */
export type Deviation = NonNullable<Provider['deviations']>[number]

const word = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'))
const text = v.pipe(v.string(), v.nonEmpty())
const seconds = v.pipe(v.number(), v.integer(), v.minValue(1))
const httpUrl = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^https?:\/\/[^@#]+$/, 'an http(s) URL without credentials or fragment'),
)
/** What the package itself puts into requests: a provider cannot replace who the client is, or what it asks. */
const ours = [
  'client_id',
  'client_secret',
  'grant_type',
  'scope',
  'code',
  'state',
  'redirect_uri',
  'refresh_token',
  'token',
]
const parameters = v.pipe(
  v.record(v.string(), text),
  v.check((given) => !ours.some((name) => Object.hasOwn(given, name)), "parameters that are not the package's own"),
)
/** @see RFC 6749 §3.3: %x21 / %x23-5B / %x5D-7E */
const scopeToken = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope token of RFC 6749 §3.3'))

const endpoints = v.strictObject({
  /** @see RFC 8628 §3.1 */
  deviceAuthorization: v.exactOptional(httpUrl),
  /** Where the merchant's browser is sent. Query parameters already in it are kept. @see RFC 6749 §3.1 */
  authorization: v.exactOptional(httpUrl),
  /** @see RFC 6749 §3.2 */
  token: httpUrl,
  /** @see RFC 7009 §2 */
  revocation: v.exactOptional(httpUrl),
})

const provider = v.strictObject({
  /** Names the provider in records, in file names, in paths of the emulator. */
  id: word,
  /** Names the provider to people. */
  name: text,
  documentation: v.exactOptional(v.pipe(v.string(), v.url())),
  grant: v.picklist(['device_code', 'authorization_code', 'client_credentials']),
  endpoints,
  /** The same endpoints for tests, where the provider has separate ones. */
  sandbox: v.exactOptional(endpoints),
  /** The issuer that a redirect's `iss` must equal, character for character. @see RFC 9207 §2.4 */
  issuer: v.exactOptional(text),
  /** How the client proves itself at the token and revocation endpoints. @see RFC 6749 §2.3 */
  clientAuthentication: v.picklist(['none', 'client_secret_post', 'client_secret_basic']),
  /** Whether Basic form-encodes id and secret first, as RFC 6749 §2.3.1 says, or joins them raw. Default `form`. */
  basicEncoding: v.exactOptional(v.picklist(['form', 'raw'])),
  /** Fixed parameters that a request carries in addition. */
  parameters: v.exactOptional(
    v.strictObject({
      deviceAuthorization: v.exactOptional(parameters),
      authorization: v.exactOptional(parameters),
      /** The first token request of the grant: poll, code exchange or client credentials. */
      token: v.exactOptional(parameters),
      refresh: v.exactOptional(parameters),
      revocation: v.exactOptional(parameters),
    }),
  ),
  scopes: v.strictObject({
    /** Asked for unless the registration says otherwise. */
    default: v.array(scopeToken),
    /** Enabled for every client, but not needed by all. */
    optional: v.exactOptional(v.array(scopeToken)),
    /** Refused until the provider has enabled them for this client. */
    onRequest: v.exactOptional(v.array(scopeToken)),
  }),
  /** In seconds, for answers that do not say. */
  lifetimes: v.exactOptional(
    v.strictObject({
      accessToken: v.exactOptional(seconds),
      /** Told to people; only the server ends a session. */
      refreshToken: v.exactOptional(seconds),
      deviceCode: v.exactOptional(seconds),
      /** How long a browser may take to come back. Default 600. */
      authorization: v.exactOptional(seconds),
    }),
  ),
  /** Supplied where an answer has no `token_type`. @see RFC 6749 §5.1 */
  assumedTokenType: v.exactOptional(v.literal('Bearer')),
  /** What follows a refresh whose answer was lost. Default `retry`. */
  refreshAfterLostAnswer: v.exactOptional(v.picklist(['retry', 'never'])),
  /** Which token is revoked first; without a refresh token, the access token is, unless `refresh_token_only`. */
  revokes: v.exactOptional(v.picklist(['refresh_token', 'refresh_token_only', 'access_token'])),
  deviations: v.exactOptional(
    v.array(v.picklist(['unsafe_token_parameters_in_query', 'unsafe_missing_state', 'basic_semicolon'])),
  ),
  /** The APIs that the token is for. */
  resource: v.exactOptional(
    v.strictObject({
      /** The only origins that the token may be sent to. */
      origins: v.array(httpUrl),
      /** Headers beside `Authorization`; `{client_id}` and `{uuid}`, new each time, are filled in. */
      headers: v.exactOptional(v.record(v.string(), text)),
    }),
  ),
})

const needs = {
  device_code: ['deviceAuthorization'],
  authorization_code: ['authorization'],
  client_credentials: [],
} as const satisfies Record<Grant, readonly (keyof Endpoints)[]>

/**
 * Checks a provider and freezes a copy of it. Plain JSON will do, so a host can bring its own without code.
 *
 * @returns the same type that was given; of `JSON.parse`, a {@link Provider}
 * @throws OAuthError `invalid_configuration` that names the member, for instance `endpoints.token`
 */
export function defineProvider<const P extends Provider>(data: P): 0 extends 1 & P ? Provider : P
export function defineProvider(data: Provider): Provider {
  if (defined.has(data)) return data
  checkProvider(data)
  const copy = deepFreeze(structuredClone(data))
  defined.add(copy)
  return copy
}

/** Throws for what {@link defineProvider} refuses. */
export function checkProvider(data: Provider): void {
  const result = v.safeParse(provider, data, { abortEarly: true })
  if (!result.success) throw wrong(v.getDotPath(result.issues[0]) ?? 'provider', expectation(result.issues[0]))
  if (data.grant === 'client_credentials' && data.clientAuthentication === 'none')
    throw wrong('clientAuthentication', 'a client without a secret has no credentials, see RFC 6749 §4.4')
  for (const set of [data.endpoints, data.sandbox]) {
    const missing = set && needs[data.grant].find((name) => set[name] === undefined)
    if (missing) throw wrong(`${set === data.sandbox ? 'sandbox' : 'endpoints'}.${missing}`, `needed for ${data.grant}`)
  }
}

/** Those that were checked already. */
const defined = new WeakSet<object>()

function wrong(member: string, expected: string): OAuthError {
  return new OAuthError(fail('invalid_configuration', { about: `provider data, ${member} (${expected})` }))
}

function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'unknown'
  if (issue.received === 'undefined') return 'missing'
  if (issue.type === 'check') return issue.message
  if (issue.type === 'non_empty') return 'must not be empty'
  if (issue.type === 'url') return 'an http(s) URL'
  return issue.type === 'regex' ? issue.message : `expected ${issue.expected ?? 'another value'}`
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
