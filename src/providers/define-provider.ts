import * as v from 'valibot'
import { fail, OAuthError } from '../failure.ts'
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
  deviceAuthorization: v.optional(httpUrl),
  authorization: v.optional(httpUrl),
  token: httpUrl,
  revocation: v.optional(httpUrl),
})

/** Says the same as the types; what each member means stands there. */
const provider: v.GenericSchema<Provider> = v.strictObject({
  id: word,
  name: text,
  documentation: v.optional(v.pipe(v.string(), v.url())),
  grant: v.picklist(['device_code', 'authorization_code', 'client_credentials']),
  endpoints,
  sandbox: v.optional(endpoints),
  issuer: v.optional(text),
  clientAuthentication: v.picklist(['none', 'client_secret_post', 'client_secret_basic']),
  basicEncoding: v.optional(v.picklist(['form', 'raw'])),
  parameters: v.optional(
    v.strictObject({
      deviceAuthorization: v.optional(parameters),
      authorization: v.optional(parameters),
      token: v.optional(parameters),
      refresh: v.optional(parameters),
      revocation: v.optional(parameters),
    }),
  ),
  scopes: v.strictObject({
    default: v.array(scopeToken),
    optional: v.optional(v.array(scopeToken)),
    onRequest: v.optional(v.array(scopeToken)),
  }),
  lifetimes: v.optional(
    v.strictObject({
      accessToken: v.optional(seconds),
      refreshToken: v.optional(seconds),
      deviceCode: v.optional(seconds),
      authorization: v.optional(seconds),
    }),
  ),
  assumedTokenType: v.optional(v.literal('Bearer')),
  budget: v.optional(v.strictObject({ requests: v.pipe(v.number(), v.integer(), v.minValue(1)), seconds })),
  refreshAfterLostAnswer: v.optional(v.picklist(['retry', 'never'])),
  revokes: v.optional(v.picklist(['refresh_token', 'refresh_token_only', 'access_token'])),
  deviations: v.optional(
    v.array(v.picklist(['unsafe_token_parameters_in_query', 'unsafe_missing_state', 'basic_semicolon'])),
  ),
  resource: v.optional(
    v.strictObject({
      origins: v.array(httpUrl),
      headers: v.optional(v.record(v.string(), text)),
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
 * @throws OAuthError `invalid_configuration` that names each member that is wrong, for instance `endpoints.token`
 */
export function defineProvider<const P extends Provider>(data: P): 0 extends 1 & P ? Provider : P
export function defineProvider(data: Provider): Provider {
  if (defined.has(data)) return data
  checkProvider(data)
  // As JSON has it: a member that is `undefined` is absent.
  const copy: Provider = JSON.parse(JSON.stringify(data))
  defined.add(copy)
  return deepFreeze(copy)
}

/** Throws for what {@link defineProvider} refuses. */
export function checkProvider(data: Provider): void {
  const result = v.safeParse(provider, data, { abortPipeEarly: true })
  if (!result.success) throw wrong(...result.issues.map(complaint))
  if (data.grant === 'client_credentials' && data.clientAuthentication === 'none')
    throw wrong('clientAuthentication (a client without a secret has no credentials, see RFC 6749 §4.4)')
  for (const set of [data.endpoints, data.sandbox]) {
    const missing = set && needs[data.grant].find((name) => set[name] === undefined)
    if (missing) throw wrong(`${set === data.sandbox ? 'sandbox' : 'endpoints'}.${missing} (needed for ${data.grant})`)
  }
}

/** Those that were checked already. */
const defined = new WeakSet<object>()

function wrong(...members: string[]): OAuthError {
  return new OAuthError(fail('invalid_configuration', { about: `provider data, ${members.join(', ')}` }))
}

function complaint(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? 'provider'} (${expectation(issue)})`
}

function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'unknown'
  if (issue.received === 'undefined') return 'missing'
  if (issue.type === 'check' || issue.type === 'regex') return `expected ${issue.message}`
  if (issue.type === 'non_empty') return 'must not be empty'
  return `expected ${issue.type === 'url' ? 'an http(s) URL' : (issue.expected ?? 'another value')}`
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
