import { checkOptions, type Expectations } from '../check-options.ts'
import type { LoopbackPage, LoopbackPages } from './pages.ts'

export interface LoopbackOptions {
  /**
   * The redirect URI as it is registered: http on `127.0.0.1`, `[::1]` or `localhost`, without a query. Where it names no
   * port, any free one is taken. Prefer an address: a browser may be told to ask `localhost` by https only, and of those
   * who listen there, 127.0.0.1 and ::1 may be different programs. So both are listened on, where the machine has them.
   * Default: `http://127.0.0.1/callback`.
   *
   * @see RFC 8252 §7.3, §8.3
   */
  readonly uri?: string | undefined
  /** How long to listen, in milliseconds. Default: 600,000, as long as a login may mostly take. */
  readonly timeout?: number | undefined
  /** Stops listening when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** What the browser shows in the end. Default: short texts in English. */
  readonly pages?: LoopbackPages | undefined
}

const about = 'Loopback redirect'

/** Each option, and what it must be. */
const expectations: Expectations<LoopbackOptions> = {
  uri: ['a text', isText],
  timeout: ['milliseconds above zero', (value) => typeof value === 'number' && value > 0],
  // By its name: of several realms, each has its own.
  signal: ['an AbortSignal', (value) => Object.prototype.toString.call(value) === '[object AbortSignal]'],
  pages: ['an object', (value) => typeof value === 'object' && value !== null],
}

const page = ['an object with the texts title and text', isPage] as const
const pageExpectations: Expectations<LoopbackPages> = {
  language: ['a text', isText],
  received: page,
  refused: page,
  unrelated: page,
}

/**
 * Checks the options and fills in what was not given.
 *
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function withDefaults(options: LoopbackOptions) {
  checkOptions(about, options, expectations)
  const { uri = 'http://127.0.0.1/callback', timeout = 600_000, signal, pages = {} } = options
  checkOptions(`${about}, option pages`, pages, pageExpectations)
  return { uri, timeout, signal, pages }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isPage(value: unknown): value is LoopbackPage {
  return (
    typeof value === 'object' &&
    value !== null &&
    isText(Reflect.get(value, 'title')) &&
    isText(Reflect.get(value, 'text'))
  )
}
