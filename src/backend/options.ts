import { checkOptions, type Expectations, isFunction, wrongOption } from '../check-options.ts'
import type { Failure } from '../failure.ts'
import { isLoopback } from '../registration.ts'

/** How a login that came back by the handler's own callback has ended. */
export interface Returned {
  /** Whose login it was; `undefined` where none waits for this redirect in this session. */
  readonly connection: string | undefined
  /** Why there is no session; `undefined` where there is one. */
  readonly failure: Failure | undefined
}

export interface BackendOptions {
  /**
   * The names that this server has for browsers, such as `https://pos.example.com`: https, or http on a loopback address. Only
   * its own pages may ask; those of another origin need a reverse proxy that makes them the server's own.
   */
  readonly origins: readonly string[]
  /**
   * The id of the browser session that a request comes in, a string; `undefined` where there is none: it is then answered
   * 401. Logins are bound to it, so it must not change while one is under way, and must be no id that two browsers share. A
   * cookie that carries it must be `SameSite=Lax`: the redirect of a login comes from another site.
   */
  readonly session: (request: Request) => string | undefined | Promise<string | undefined>
  /** Whether whoever sends this request may use the connection of this name: see it, connect, disconnect and forget it. */
  readonly allows: (request: Request, connection: string) => boolean | Promise<boolean>
  /**
   * Where the browser goes after a login that came back by the handler's own callback: a page that connects the same name.
   * Default `/`.
   */
  readonly page?: string | ((returned: Returned) => string) | undefined
  /** Whether devices get the access token, to call the provider's APIs themselves. Default false. */
  readonly tokens?: boolean | undefined
  /**
   * Is told what was thrown where nothing should be: a defect of this package, of which a device hears no more than that it is
   * one. Mind that it may hold secrets. What it throws itself is dropped. Default: nobody is told.
   */
  readonly onProblem?: ((error: unknown) => void) | undefined
}

/** Each option, and what it must be. */
const expectations: Expectations<BackendOptions> = {
  origins: ['a list of origins, https or loopback http, as https://pos.example.com', areOrigins],
  session: ['a function', isFunction],
  allows: ['a function', isFunction],
  page: ['a path, or a function', (value) => isText(value) || isFunction(value)],
  tokens: ['true or false', (value) => typeof value === 'boolean'],
  onProblem: ['a function', isFunction],
}

/**
 * Checks the options and fills in what was not given.
 *
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function withDefaults(about: string, options: BackendOptions) {
  checkOptions(about, options, expectations)
  for (const option of ['origins', 'session', 'allows'] as const)
    if (options[option] === undefined) throw wrongOption(about, option, expectations[option][0])
  const { origins, session, allows, page = '/', tokens = false, onProblem = () => {} } = options
  const pageAfter = typeof page === 'string' ? () => page : page
  return { origins: new Set(origins), session, allows, pageAfter, tokens, onProblem }
}

/** As browsers write them: in lower case, and without a path or the scheme's own port. */
function areOrigins(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isOrigin)
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { origin, protocol, hostname } = new URL(value)
  return origin === value && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)))
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
