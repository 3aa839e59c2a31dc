import { checkOptions, type Expectations } from '../check-options.ts'
import { createSecret } from './secrets.ts'

export interface ViewerOptions {
  /** Where it listens, on 127.0.0.1. Default 0: any free port. */
  readonly port?: number | undefined
  /** The origins of pages that may connect as hosts, for instance `http://localhost:5173`. Default: none. */
  readonly origins?: readonly string[] | undefined
  /**
   * What hosts show, as part of their link: 22 to 200 letters, digits, `-` and `_`, chosen at random. Default: a new one each
   * time, of 256 bits.
   */
  readonly key?: string | undefined
}

/** Each option, and what it must be. */
const expectations: Expectations<ViewerOptions> = {
  port: ['a whole number from 0 to 65535', isPort],
  origins: [
    'a list of origins such as http://localhost:5173',
    (value) => Array.isArray(value) && value.every(isOrigin),
  ],
  key: ['22 to 200 letters, digits, - and _', (value) => typeof value === 'string' && /^[\w-]{22,200}$/.test(value)],
}

/**
 * Checks the options and fills in what was not given.
 *
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function withDefaults(options: ViewerOptions) {
  checkOptions('startViewer', options, expectations)
  const { port = 0, origins = [], key = createSecret() } = options
  return { port, origins, key }
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535
}

/** As browsers write it: no path, no default port, no `null`, and no `*`, which would match nothing. */
function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value) || value === 'null' || value.includes('*')) return false
  return new URL(value).origin === value
}
