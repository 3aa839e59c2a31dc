import type { Hono, HonoRequest } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Endpoints } from '../providers/provider.ts'
import type { Tokens } from './tokens.ts'

/** One emulated authorization server. */
export interface Server {
  /** The provider's id, with `-sandbox` behind it for a sandbox. Also the first segment of its paths here. */
  readonly name: string
  /** The real one's endpoints: what is asked of them in memory comes here, and their paths are the same here. */
  readonly endpoints: Endpoints
  readonly app: Hono<Env>
  readonly tokens: Tokens
}

export interface Env {
  /** Aborted when the client gives up or goes away. */
  Bindings: { signal: AbortSignal }
}

/** What a server takes from the emulator around it. */
export interface World {
  /** Unix milliseconds. */
  readonly now: () => number
  /** The loopback origin of the emulator, while it listens. */
  readonly origin: () => string | undefined
}

export type Parameters = Readonly<Record<string, string>>

/** An OAuth error as an exception. @see RFC 6749 §5.2 */
export function refusal(
  status: ContentfulStatusCode,
  error: string,
  description: string,
  { uri, headers }: { uri?: string; headers?: Record<string, string> } = {},
): HTTPException {
  const body = { error, error_description: description, ...(uri !== undefined && { error_uri: uri }) }
  return new HTTPException(status, { res: Response.json(body, { status, ...(headers && { headers }) }) })
}

/** The parameters of a form body; none when the body is declared as something else. */
export async function formOf(request: HonoRequest): Promise<URLSearchParams> {
  return new URLSearchParams(isOfType(request, 'application/x-www-form-urlencoded') ? await request.text() : '')
}

/** The parameters of a body that may be a form or a JSON object. */
export async function formOrJsonOf(request: HonoRequest): Promise<URLSearchParams> {
  if (!isOfType(request, 'application/json')) return formOf(request)
  const body: unknown = await request.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null) throw refusal(400, 'invalid_request', 'The body is not a JSON object.')
  return new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)]))
}

function isOfType(request: HonoRequest, type: string): boolean {
  return request.header('content-type')?.split(';')[0]?.trim().toLowerCase() === type
}

/** Parameters by name. Those without a value count as omitted, repeated ones are refused. @see RFC 6749 §3.2 */
export function parameters(pairs: URLSearchParams): Parameters {
  const given = [...pairs].filter(([, value]) => value !== '')
  const repeated = given.find(([name], index) => given.findIndex(([other]) => other === name) !== index)
  if (repeated) throw refusal(400, 'invalid_request', `Repeated parameter: ${repeated[0]}`)
  return Object.fromEntries(given)
}

/** The parameter, or a refusal that names it. */
export function required(given: Parameters, name: string): string {
  const value = given[name]
  if (value === undefined) throw refusal(400, 'invalid_request', `Missing required parameter: ${name}`)
  return value
}

/** Whether id and secret belong together; without a list of clients, all that is not empty does. */
export function isClient(clients: Readonly<Record<string, string>> | undefined, id = '', secret = ''): boolean {
  if (id === '' || secret === '') return false
  return clients === undefined || (Object.hasOwn(clients, id) && clients[id] === secret)
}

/** The scopes of a request. @see RFC 6749 §3.3 */
export function scopesOf(scope = ''): string[] {
  return scope.split(' ').filter((word) => word !== '')
}

/**
 * Options over defaults; `undefined` means the default. Throws an Error that names what is unknown, of another type, or below
 * zero.
 *
 * @param open the options that have no default
 */
export function settle<S extends object>(
  server: string,
  defaults: S,
  options: Partial<S> = {},
  open: readonly (keyof S & string)[] = [],
): S {
  const wrong = (name: string, why: string) => new Error(`The emulator's option ${server}.${name} ${why}.`)
  const usual = new Map<string, unknown>(Object.entries(defaults))
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    if (!usual.has(name) && !open.some((known) => known === name)) throw wrong(name, 'is unknown')
    if (usual.has(name) && typeof value !== typeof usual.get(name))
      throw wrong(name, `must be a ${typeof usual.get(name)}`)
    if (typeof value === 'number' && !(value >= 0)) throw wrong(name, 'must be a number of at least 0')
  }
  return { ...defaults, ...Object.fromEntries(given) }
}
