import type { InspectionEvent } from 'xstate'
import { checkOptions, type Expectations, isFunction, isSpan } from './check-options.ts'
import { defaultEnvironment, type Environment } from './environment.ts'
import { tell } from './tell.ts'
import { memoryVault } from './vault/memory.ts'
import type { Vault } from './vault/vault.ts'

/** How a client runs, as opposed to what it is registered as. */
export interface ClientOptions {
  /** Where records live. Default: a new memory vault, which ends with the process. */
  readonly vault?: Vault | undefined
  /** Clock, chance and network. Default: the host's. */
  readonly environment?: Environment | undefined
  /** How long a request may take, body included, in milliseconds. Default 30,000. */
  readonly requestTimeout?: number | undefined
  /** Allows http endpoints on this machine's loopback addresses, for tests. Default false. */
  readonly allowLoopbackHttp?: boolean | undefined
  /** Origins that `connection.fetch` sends the token to, beside the provider's own: https, or loopback http where allowed. */
  readonly resourceOrigins?: readonly string[] | undefined
  /** Sees every inspection event of every connection; see XState's `inspect`. No secret passes here. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined
}

/** Each option, and what it must be. */
const expectations: Expectations<ClientOptions> = {
  vault: ['a vault', (value) => hasMethods(value, ['read', 'write', 'erase', 'find', 'list', 'lease', 'isLeased'])],
  environment: ['of createEnvironment', (value) => hasMethods(value, ['now', 'random', 'fetch', 'alarm', 'after'])],
  requestTimeout: ['milliseconds, above zero', isSpan],
  allowLoopbackHttp: ['true or false', (value) => typeof value === 'boolean'],
  resourceOrigins: ['a list of origins', (value) => Array.isArray(value) && value.every(isText)],
  inspect: ['a function', isFunction],
}

/**
 * Checks the options and fills in what was not given.
 *
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function withDefaults(about: string, options: ClientOptions) {
  checkOptions(about, options, expectations)
  const { environment = defaultEnvironment(), requestTimeout = 30_000, allowLoopbackHttp = false, inspect } = options
  const { vault = memoryVault() } = options
  const inspector = inspect && ((event: InspectionEvent) => tell(event, inspect))
  return { vault, environment, requestTimeout, allowLoopbackHttp, inspector }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
  )
}
