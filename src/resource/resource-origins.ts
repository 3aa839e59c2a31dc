import { fail, misconfigured, OAuthError } from '../failure.ts'
import { isLoopback, type Settings } from '../registration.ts'
import { areHeaders, withClientId } from './resource-headers.ts'

/** The APIs that a token is for. */
export interface Resource {
  /** Scheme, host and port of each. */
  readonly origins: ReadonlySet<string>
  /** Headers beside `Authorization`; `{uuid}` is still to be filled in. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * What the provider data says of the APIs, and the origins that a host adds.
 *
 * @throws OAuthError `invalid_configuration` that names the option or the member; `insecure_endpoint` for provider data
 * whose APIs are not https
 */
export function resourceOf(
  { provider, clientId }: Settings,
  added: readonly string[] = [],
  allowLoopbackHttp: boolean,
): Resource {
  const { origins = [], headers = {} } = provider.resource ?? {}
  if (!origins.every((origin) => isSecure(origin, allowLoopbackHttp)))
    throw new OAuthError(fail('insecure_endpoint', { about: `${provider.name}, resource.origins` }))
  if (!added.every((origin) => isOrigin(origin) && isSecure(origin, allowLoopbackHttp)))
    throw misconfigured(`${provider.name}, option resourceOrigins`, 'a list of origins, as https://api.example.com')
  const filled = withClientId(headers, clientId)
  if (!areHeaders(filled)) throw misconfigured(`${provider.name}, resource.headers`, 'not what HTTP can send')
  return { origins: new Set([...origins, ...added].map((origin) => new URL(origin).origin)), headers: filled }
}

/** Without a path: the token would go to all of the server. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { href, origin } = new URL(text)
  return href === `${origin}/`
}

function isSecure(url: string, allowLoopbackHttp: boolean): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && allowLoopbackHttp && isLoopback(hostname))
}
