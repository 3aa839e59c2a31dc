import type { Environment } from '../environment.ts'
import type { Provider } from '../providers/provider.ts'
import type { Settings } from '../registration.ts'
import type { Tokens } from '../vault/record.ts'
import { type Answer, isSuccess } from './http.ts'
import { member } from './verdict.ts'

/**
 * Reads the tokens of a successful answer; `undefined` where it is none.
 *
 * Instants count from before the request, so that they err early. Without a new refresh token the old one is kept;
 * without a scope, the one asked for was granted.
 *
 * @param previous the tokens that were refreshed
 * @see RFC 6749 §5.1, §6
 */
export function readTokens(
  answer: Answer,
  settings: Settings,
  environment: Environment,
  previous?: Tokens,
): Tokens | undefined {
  if (!isSuccess(answer)) return undefined
  const { body, receivedAt } = answer
  // Early rather than late: of a clock that is ahead nobody knows whether it was set, or the machine has slept.
  const from = Math.min(answer.requestedAt, receivedAt)
  const { provider } = settings
  const accessToken = member(body, 'access_token')
  const type = member(body, 'token_type') ?? provider.assumedTokenType ?? previous?.type
  if (!isBearerToken(accessToken) || !isBearer(type)) return undefined

  const received = member(body, 'refresh_token')
  const fresh = typeof received === 'string' && received !== '' && provider.grant !== 'client_credentials'
  const refreshToken = fresh ? received : previous?.refreshToken
  const renewable = refreshToken !== undefined || provider.grant === 'client_credentials'
  const lifetime = seconds(member(body, 'expires_in')) ?? provider.lifetimes?.accessToken
  const refreshLifetime = refreshLifetimeOf(body) ?? (fresh ? provider.lifetimes?.refreshToken : undefined)
  const refreshExpiresAt = refreshLifetime
    ? from + refreshLifetime * 1000
    : fresh
      ? undefined
      : previous?.refreshExpiresAt
  const scope = member(body, 'scope')
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    type: 'Bearer',
    scope: typeof scope === 'string' && scope !== '' ? scope : (previous?.scope ?? settings.scope),
    since: receivedAt,
    ...(lifetime !== undefined && {
      expiresAt: from + lifetime * 1000,
      ...(renewable && { refreshAt: refreshTime(from, receivedAt, lifetime * 1000, environment.random()) }),
    }),
    ...(refreshToken !== undefined && refreshExpiresAt !== undefined && { refreshExpiresAt }),
    renewable,
    extra: newestOf(unnamed(body), previous?.extra),
  }
}

/** Names the provider, the step, and what a successful answer lacks that should hold tokens, for messages. */
export function aboutTokens(answer: Answer, { provider }: Settings, step: string): string {
  const about = `${provider.name}, ${step}`
  const lack = isSuccess(answer) ? lackOf(answer.body, provider) : undefined
  return lack === undefined ? about : `${about} (${lack})`
}

/** The first thing that is amiss, in the order in which it is read; `undefined` for a refusal, and what is no JSON object. */
function lackOf(body: unknown, { assumedTokenType }: Provider): string | undefined {
  if (typeof body !== 'object' || body === null || member(body, 'error') !== undefined) return undefined
  const accessToken = member(body, 'access_token')
  if (accessToken === undefined) return 'no access_token'
  if (!isBearerToken(accessToken)) return 'an access_token that no header can hold'
  const type = member(body, 'token_type') ?? assumedTokenType
  if (type === undefined) return 'no token_type'
  return isBearer(type) ? undefined : 'a token_type that is not Bearer'
}

/** A token that is dead on arrival is not renewed at once, again and again; in milliseconds. */
const STILLBORN_PAUSE = 15_000

/**
 * When a token is renewed, in Unix milliseconds: ahead of its end by a tenth of its life, five minutes at the most, and by a
 * little more by chance, so that a chain of shops does not knock at once.
 */
function refreshTime(from: number, receivedAt: number, lifetime: number, chance: number): number {
  const margin = Math.min(lifetime / 10, 300_000)
  const jitter = Math.min(lifetime / 20, 30_000) * chance
  const planned = Math.round(from + lifetime - margin - jitter)
  return planned > receivedAt ? planned : receivedAt + STILLBORN_PAUSE
}

/** Ten years, in seconds: a longer lifetime is a mistake, and is treated as not said. */
const ABSURD = 315_360_000

/**
 * A span, as a number or a numeric string; nonsense counts as not said, since the token itself may be good. So does 0, which
 * means no end to some servers and no time left to others: what an API says of the token is right in both cases.
 */
export function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && number > 0 && number <= ABSURD ? number : undefined
}

/** Not in any RFC, but sent by several servers under either name; 0 means without end. */
function refreshLifetimeOf(body: unknown): number | undefined {
  return seconds(member(body, 'refresh_token_expires_in') ?? member(body, 'refresh_expires_in'))
}

/** Characters that may stand in an Authorization header; a token with others is not sent. @see RFC 6750 §2.1 */
function isBearerToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

function isBearer(type: unknown): boolean {
  return typeof type === 'string' && type.toLowerCase() === 'bearer'
}

const named = ['access_token', 'refresh_token', 'token_type', 'expires_in', 'scope']

/** Members that OAuth does not name stay reachable for the host; such as no vault could copy do not. @see RFC 6749 §5.1 */
function unnamed(body: unknown): Record<string, unknown> {
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return Object.fromEntries(members.filter(([name, value]) => !named.includes(name) && isShallow(value, 20)))
}

/** How many are kept: a server that makes up new names each time must not fill the vault. */
const MEMBERS = 100

/** What only an earlier answer had stays as well, such as the name of a shop. */
function newestOf(fresh: Tokens['extra'], before: Tokens['extra'] = {}): Tokens['extra'] {
  return Object.fromEntries(Object.entries({ ...fresh, ...before, ...fresh }).slice(0, MEMBERS))
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1))
}
