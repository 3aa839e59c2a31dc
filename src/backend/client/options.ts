import type { InspectionEvent } from 'xstate'
import { checkOptions, type Expectations, isFunction, isSpan } from '../../check-options.ts'
import { defaultEnvironment, type Environment } from '../../environment.ts'
import { fail, misconfigured, OAuthError } from '../../failure.ts'
import { isLoopback } from '../../registration.ts'
import { tell } from '../../tell.ts'

export interface BackendClientOptions {
  /** Clock, chance and network. Default: the host's. Its `fetch` is the place for headers that your server wants. */
  readonly environment?: Environment | undefined
  /** How long the server may take, in milliseconds, its requests to the provider included. Default 45,000. */
  readonly requestTimeout?: number | undefined
  /** Sees every inspection event of every connection; see XState's `inspect`. No secret passes here. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

/** Each option, and what it must be. */
const expectations: Expectations<BackendClientOptions> = {
  environment: ['of createEnvironment', (value) => typeof value === 'object' && value !== null && 'alarm' in value],
  requestTimeout: ['milliseconds, above zero', isSpan],
  inspect: ['a function', isFunction],
}

/**
 * The options with their defaults, checked.
 *
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function withDefaults(about: string, options: BackendClientOptions) {
  checkOptions(about, options, expectations)
  const { environment = defaultEnvironment(), requestTimeout = 45_000, inspect } = options
  const inspector = inspect && ((event: InspectionEvent) => tell(event, inspect))
  return { environment, requestTimeout, inspector }
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
  const { protocol, hostname, search, hash } = new URL(base, from)
  if (search !== '' || hash !== '') throw misconfigured(`${about}, backend`, 'without a query and a fragment')
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
