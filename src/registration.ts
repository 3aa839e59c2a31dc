import { fail, misconfigured, OAuthError } from './failure.ts'
import { SCOPE_TOKEN } from './providers/define-provider.ts'
import type { Deviation, Endpoints, Provider } from './providers/provider.ts'

/**
 * What an application got when it registered with a provider, and how it wants to be connected. The provider's data decide
 * which of these there are, and the type knows:
 *
 * - `clientId`.
 * - `clientSecret`: unless the provider's `clientAuthentication` is `none`.
 * - `redirectUri`: where the browser comes back to, for `authorization_code`: absolute, without a fragment, as registered.
 * - `scopes`: what to ask for. Default: the provider's `scopes.default`.
 * - `sandbox`: whether to use the provider's test servers, where it has some. Default false.
 * - `deviations`: discouraged ways that the provider documents. Default: none.
 */
export type Registration<P extends Provider = Provider> = Common<P> & Secret<P> & Redirect<P> & Sandbox<P>

interface Common<P extends Provider> {
  clientId: string
  /** The scopes to ask for. Default: the provider's `scopes.default`. @see RFC 6749 §3.3 */
  scopes?: readonly string[] | undefined
  /** Discouraged ways that the provider documents; each one's cost stands in the README. Default: none. */
  deviations?: readonly Documented<P>[] | undefined
}

type Documented<P extends Provider> = P extends { deviations: readonly (infer D)[] }
  ? D
  : Provider extends P
    ? Deviation
    : never

/** Needed, possible or refused, as the provider's `clientAuthentication` says. */
type Secret<P extends Provider> = [P['clientAuthentication']] extends ['none']
  ? { clientSecret?: undefined }
  : 'none' extends P['clientAuthentication']
    ? { clientSecret?: string | undefined }
    : { clientSecret: string }

/** Where the browser comes back to: absolute, without a fragment, the same as registered. @see RFC 6749 §3.1.2 */
type Redirect<P extends Provider> = [P['grant']] extends ['authorization_code']
  ? { redirectUri: string }
  : 'authorization_code' extends P['grant']
    ? { redirectUri?: string | undefined }
    : { redirectUri?: undefined }

/** Uses the provider's test servers. Default false. Of a provider that is known at run time only, `createClient` sees to it. */
type Sandbox<P extends Provider> = P extends unknown
  ? 'sandbox' extends keyof P
    ? { sandbox?: boolean | undefined }
    : { sandbox?: false | undefined }
  : never

/** A registration that was checked: what the requests are built from. It holds the client secret and stays in closures. */
export interface Settings {
  readonly provider: Provider
  readonly endpoints: Endpoints
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly redirectUri: string | undefined
  /** Space-separated. */
  readonly scope: string
  readonly deviations: readonly Deviation[]
  /** Tells records of different clients, servers and grants apart. */
  readonly fingerprint: string
}

const options = ['clientId', 'clientSecret', 'redirectUri', 'scopes', 'sandbox', 'deviations']

/**
 * Checks a registration.
 *
 * @throws OAuthError `invalid_configuration` or `insecure_endpoint`; the message names the option, never its value
 */
export function checkRegistration(
  provider: Provider,
  registration: Registration,
  allowLoopbackHttp: boolean,
): Settings {
  if (typeof registration !== 'object' || registration === null) throw wrong(provider, 'registration', 'missing')
  for (const option of Object.keys(registration))
    if (!options.includes(option)) throw wrong(provider, option, 'unknown')
  const { clientId, clientSecret, redirectUri, sandbox = false } = registration
  const { scopes = provider.scopes.default, deviations = [] } = registration
  if (typeof clientId !== 'string' || clientId === '') throw wrong(provider, 'clientId', 'missing')
  for (const [option, value] of Object.entries({ clientId, clientSecret, redirectUri }))
    if (typeof value === 'string' && value !== value.trim()) throw wrong(provider, option, 'has blanks around it')
  checkSecret(provider, clientSecret)
  checkRedirectUri(provider, redirectUri)
  checkLists(provider, scopes, deviations)
  if (typeof sandbox !== 'boolean') throw wrong(provider, 'sandbox', 'true or false')
  if (sandbox && !provider.sandbox) throw wrong(provider, 'sandbox', 'this provider has none')
  const endpoints = (sandbox && provider.sandbox) || provider.endpoints
  checkEndpoints(provider, endpoints, allowLoopbackHttp)
  const scope = [...new Set(scopes)].join(' ')
  const fingerprint = `${provider.grant} ${clientId} ${endpoints.token}`
  return { provider, endpoints, clientId, clientSecret, redirectUri, scope, deviations, fingerprint }
}

function wrong({ name }: Provider, option: string, reason: string): OAuthError {
  return misconfigured(`${name}, option ${option}`, reason)
}

function checkSecret(provider: Provider, secret: string | undefined): void {
  const option = 'clientSecret'
  const withSecret = provider.clientAuthentication !== 'none'
  if (!withSecret && secret !== undefined)
    throw wrong(provider, option, 'this provider takes public clients, without one')
  if (withSecret && (typeof secret !== 'string' || secret === '')) throw wrong(provider, option, 'missing')
  if (withSecret && inBrowser())
    throw wrong(provider, option, 'a browser cannot keep it: run this client on your server, and let the page ask that')
}

/** @see RFC 6749 §3.1.2, RFC 8252 §7 */
function checkRedirectUri(provider: Provider, redirectUri: string | undefined): void {
  const refusal = provider.grant === 'authorization_code' ? whyNotRedirectUri(redirectUri) : undefined
  const needless = provider.grant !== 'authorization_code' && redirectUri !== undefined
  if (needless) throw wrong(provider, 'redirectUri', 'this grant has no redirect')
  if (refusal) throw wrong(provider, 'redirectUri', refusal)
}

function whyNotRedirectUri(redirectUri: string | undefined): string | undefined {
  if (typeof redirectUri !== 'string') return 'missing'
  if (!URL.canParse(redirectUri)) return 'must be absolute'
  if (redirectUri.includes('#')) return 'must have no fragment'
  const { protocol, hostname } = new URL(redirectUri)
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)) || protocol.includes('.'))
    return undefined
  return 'must be https, http on a loopback address, or a private-use scheme with a dot'
}

function checkLists(provider: Provider, scopes: readonly string[], deviations: readonly string[]): void {
  if (!Array.isArray(scopes) || !scopes.every(isScopeToken))
    throw wrong(provider, 'scopes', 'a list of scope tokens, see RFC 6749 §3.3')
  const documented: readonly string[] = provider.deviations ?? []
  if (!Array.isArray(deviations) || !deviations.every((deviation) => documented.includes(deviation)))
    throw wrong(provider, 'deviations', 'not one that this provider documents')
}

/** @see RFC 6749 §3.1, §3.2 */
function checkEndpoints(provider: Provider, endpoints: Endpoints, allowLoopbackHttp: boolean): void {
  for (const [name, url] of Object.entries(endpoints)) {
    const { protocol, hostname } = new URL(url)
    if (protocol === 'https:' || (allowLoopbackHttp && isLoopback(hostname))) continue
    throw new OAuthError(fail('insecure_endpoint', { about: `${provider.name}, endpoint ${name}` }))
  }
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

function isScopeToken(scope: unknown): boolean {
  return typeof scope === 'string' && SCOPE_TOKEN.test(scope)
}

/** A page or a worker of one; neither Node, Electron's main process nor an edge runtime. */
function inBrowser(): boolean {
  const worker = typeof Reflect.get(globalThis, 'importScripts') === 'function'
  return typeof document !== 'undefined' || (worker && typeof navigator !== 'undefined')
}
