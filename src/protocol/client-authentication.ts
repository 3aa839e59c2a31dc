import type { Endpoint } from '../providers/provider.ts'
import type { Settings } from '../registration.ts'
import type { WireRequest } from './http.ts'

/**
 * Adds who the client is to a request: one method, never two.
 *
 * @see RFC 6749 §2.3.1, §3.2.1
 */
export function authenticated(
  settings: Settings,
  endpoint: Endpoint,
  parameters: Readonly<Record<string, string | undefined>>,
): WireRequest {
  const { clientId, clientSecret, provider } = settings
  const inQuery = settings.deviations.includes('unsafe_token_parameters_in_query')
  const withBasic = provider.clientAuthentication === 'client_secret_basic'
  const identity = withBasic ? {} : { client_id: clientId, client_secret: clientSecret }
  const headers = withBasic ? { authorization: `Basic ${base64(joined(settings))}` } : undefined
  const url = settings.endpoints[endpoint] ?? ''
  return { endpoint, url, parameters: withoutEmpty({ ...parameters, ...identity }), headers: { ...headers }, inQuery }
}

/** What proves the client, alone and as Basic joins it. */
export function clientSecrets(settings: Settings): (string | undefined)[] {
  const withBasic = settings.provider.clientAuthentication === 'client_secret_basic'
  return [settings.clientSecret, withBasic ? joined(settings) : undefined]
}

/** @see RFC 6749 §2.3.1 (form-encoded first), RFC 7617 §2 (as they are) */
function joined({ clientId, clientSecret = '', provider, deviations }: Settings): string {
  const encode = provider.basicEncoding === 'raw' ? (text: string) => text : formEncoded
  const separator = deviations.includes('basic_semicolon') ? ';' : ':'
  return `${encode(clientId)}${separator}${encode(clientSecret)}`
}

/** Base64 of UTF-8. */
export function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

/** As a form writes it: a space is a plus. */
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}

/** A parameter without a value is not sent. @see RFC 6749 §3.1 */
export function withoutEmpty(parameters: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(parameters)) if (value) given[name] = value
  return given
}
