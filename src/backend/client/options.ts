import { fail, misconfigured, OAuthError } from '../../failure.ts'
import { isLoopback } from '../../registration.ts'

/** Each option, and what it must be. */
const expectations: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  environment: ['of createEnvironment', (value) => typeof value === 'object' && value !== null && 'alarm' in value],
  requestTimeout: ['milliseconds, above zero', (value) => typeof value === 'number' && value > 0 && value < 2 ** 31],
  inspect: ['a function', (value) => typeof value === 'function'],
}

/** @throws OAuthError `invalid_configuration`; the message names the option */
export function checkOptions(about: string, options: object): void {
  for (const [option, value] of Object.entries(options)) {
    const [expected, holds] = expectations[option] ?? ['unknown', () => false]
    if (value !== undefined && !holds(value)) throw misconfigured(`${about}, option ${option}`, expected)
  }
}

/**
 * Where the handler is, without a slash at the end.
 *
 * @throws OAuthError `invalid_configuration`; `insecure_endpoint` for what is not https
 */
export function baseOf(base: string, about: string): string {
  // A page that is rendered on a server is not there yet: its module must load all the same.
  const from = pageUrl() ?? 'https://page.invalid'
  if (typeof base !== 'string' || base === '' || !URL.canParse(base, from))
    throw misconfigured(`${about}, backend`, "a path of the page's own server, or an absolute URL")
  const { protocol, hostname } = new URL(base, from)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new OAuthError(fail('insecure_endpoint', { about: `${about}, backend`, remedy: 'Serve the page by https.' }))
  return base.replace(/\/+$/, '')
}

/** @throws OAuthError `invalid_configuration` where a path has no page that it belongs to */
export function checkReach(base: string, about: string): void {
  if (!URL.canParse(base, pageUrl())) throw misconfigured(`${about}, backend`, 'absolute, where there is no page')
}

function pageUrl(): string | undefined {
  const location: unknown = Reflect.get(globalThis, 'location')
  const href: unknown = typeof location === 'object' && location !== null ? Reflect.get(location, 'href') : undefined
  return typeof href === 'string' ? href : undefined
}
