import { misconfigured } from '../failure.ts'

/** What a redirect URI asks for, before it has a port. */
export interface LoopbackPlace {
  /** Where to listen: on all of them that the machine has. */
  readonly addresses: readonly string[]
  /** 0 is any free one. */
  readonly port: number
  at(port: number): Site
}

/** Where requests are expected. */
export interface Site {
  /** The redirect URI, as it was given but for the port. */
  readonly uri: string
  /** What a browser sends as `Host`. */
  readonly host: string
  /** As a browser asks for it. */
  readonly path: string
}

const addresses: Readonly<Record<string, readonly string[]>> = {
  '127.0.0.1': ['127.0.0.1'],
  '[::1]': ['::1'],
  localhost: ['127.0.0.1', '::1'],
}

const LOOPBACK_URI = /^http:\/\/(?<name>127\.0\.0\.1|\[::1\]|localhost)(?::(?<port>\d{1,5}))?(?<path>\/[^?#\s]*)?$/

/** Reads a redirect URI. Throws {@link OAuthError} `invalid_configuration`. @see RFC 8252 §7.3 */
export function placeOf(uri: string): LoopbackPlace {
  const { name = '', port = '0', path = '' } = LOOPBACK_URI.exec(uri)?.groups ?? {}
  const known = addresses[name]
  // A path with two slashes ahead would be another host, where the browser is led on to a path below it.
  if (!known || Number(port) > 65_535 || new URL(uri).pathname.startsWith('//'))
    throw misconfigured('Loopback redirect, option uri', 'http on 127.0.0.1, [::1] or localhost, without a query')
  return {
    addresses: known,
    port: Number(port),
    at(found) {
      // Not normalised: servers compare redirect URIs as strings, RFC 6749 §3.1.2.3.
      const whole = Number(port) > 0 ? uri : `http://${name}:${found}${path}`
      const { host, pathname } = new URL(whole)
      return { uri: whole, host, path: pathname }
    },
  }
}
