import * as v from 'valibot'
import { misconfigured, type OAuthError } from '../failure.ts'
import type { Endpoints, Grant, Provider } from './provider.ts'

/** A folder is named for it, and some systems take no long names. */
const word = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/, 'up to 64 lower-case letters, digits and hyphens'))
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
export const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const scopeToken = v.pipe(v.string(), v.regex(SCOPE_TOKEN, 'a scope token of RFC 6749 §3.3'))

const endpoints: v.GenericSchema<Endpoints> = v.strictObject({
  deviceAuthorization: v.exactOptional(httpUrl),
  authorization: v.exactOptional(httpUrl),
  token: httpUrl,
  revocation: v.exactOptional(httpUrl),
})

/** Says the same as the types; what each member means stands there. */
const provider: v.GenericSchema<Provider> = v.strictObject({
  id: word,
  name: text,
  documentation: v.exactOptional(v.pipe(v.string(), v.url())),
  grant: v.picklist(['device_code', 'authorization_code', 'client_credentials']),
  endpoints,
  sandbox: v.exactOptional(endpoints),
  issuer: v.exactOptional(text),
  clientAuthentication: v.picklist(['none', 'client_secret_post', 'client_secret_basic']),
  basicEncoding: v.exactOptional(v.picklist(['form', 'raw'])),
  parameters: v.exactOptional(
    v.strictObject({
      deviceAuthorization: v.exactOptional(parameters),
      authorization: v.exactOptional(parameters),
      token: v.exactOptional(parameters),
      refresh: v.exactOptional(parameters),
      revocation: v.exactOptional(parameters),
    }),
  ),
  scopes: v.strictObject({
    default: v.array(scopeToken),
    optional: v.exactOptional(v.array(scopeToken)),
    onRequest: v.exactOptional(v.array(scopeToken)),
  }),
  lifetimes: v.exactOptional(
    v.strictObject({
      accessToken: v.exactOptional(seconds),
      refreshToken: v.exactOptional(seconds),
      deviceCode: v.exactOptional(seconds),
      authorization: v.exactOptional(seconds),
    }),
  ),
  assumedTokenType: v.exactOptional(v.literal('Bearer')),
  budget: v.exactOptional(v.strictObject({ requests: v.pipe(v.number(), v.integer(), v.minValue(1)), seconds })),
  refreshAfterLostAnswer: v.exactOptional(v.picklist(['retry', 'never'])),
  revokes: v.exactOptional(v.picklist(['refresh_token', 'refresh_token_only', 'access_token'])),
  deviations: v.exactOptional(
    v.array(v.picklist(['unsafe_token_parameters_in_query', 'unsafe_missing_state', 'basic_semicolon'])),
  ),
  resource: v.exactOptional(
    v.strictObject({
      origins: v.array(httpUrl),
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
  return misconfigured(`provider data, ${member}`, expected)
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
