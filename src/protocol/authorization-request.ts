import { type Failure, fail } from '../failure.ts'
import type { Settings } from '../registration.ts'
import type { RedirectPending } from '../vault/record.ts'
import { withoutEmpty } from './client-authentication.ts'
import { withQuery } from './http.ts'
import { challengeOf, equalInConstantTime, randomToken, sha256 } from './pkce.ts'
import { isTemporary, wordsOf } from './verdict.ts'

/** How long a browser may take to come back, in seconds, where the provider's data does not say. */
const PATIENCE = 600

/**
 * Makes an authorization request: a URL for the browser, and what must be remembered until it comes back.
 *
 * @param binding names the browser session that the answer must come from
 * @see RFC 6749 §4.1.1, RFC 7636 §4.3
 */
export async function authorizationRequest(
  settings: Settings,
  now: number,
  binding: string | undefined,
): Promise<RedirectPending> {
  const { provider, endpoints, clientId, redirectUri = '', scope } = settings
  const state = randomToken()
  const verifier = randomToken()
  const parameters = withoutEmpty({
    ...provider.parameters?.authorization,
    client_id: clientId,
    response_type: 'code',
    scope,
    redirect_uri: redirectUri,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  })
  return {
    kind: 'redirect',
    url: withQuery(endpoints.authorization ?? '', parameters),
    state,
    verifier,
    redirectUri,
    ...(binding && { binding: await sha256(binding) }),
    expiresAt: now + (provider.lifetimes?.authorization ?? PATIENCE) * 1000,
  }
}

export type RedirectVerdict =
  | { readonly kind: 'code'; readonly code: string }
  /** The provider said no, or nothing that can be used. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** Not the answer to this request: another session, place, state or issuer. */
  | { readonly kind: 'foreign'; readonly failure: Failure }

/**
 * Judges the URL that the browser came back to, before anything is sent: the session, the redirect URI, `state`, `iss`, and
 * only then what it says.
 *
 * @param url absolute, or as a server knows it: a path with a query, or the query alone
 * @see RFC 6749 §4.1.2, §10.12; RFC 9207 §2.4; RFC 9700 §2.1
 */
export async function judgeRedirect(
  url: string,
  binding: string | undefined,
  pending: RedirectPending,
  settings: Settings,
): Promise<RedirectVerdict> {
  const about = `${settings.provider.name}, redirect`
  const query = queryOf(url, pending.redirectUri)
  if (!query)
    return foreign('Pass the URL as the browser asked for it: the registered redirect URI, or its path and query.')
  const repeated = [...new Set(query.keys())].some((name) => query.getAll(name).length > 1)
  const bound = (binding ? await sha256(binding) : undefined) === pending.binding
  if (!bound || repeated || !stateMatches(query.get('state'), pending, settings)) return foreign()
  const { issuer } = settings.provider
  const iss = query.get('iss')
  if (iss !== null && issuer !== undefined && iss !== issuer) return foreign()

  const code = query.get('code')
  const error = query.get('error')
  if (code && error === null) return { kind: 'code', code }
  if (error === null || code) return { kind: 'refused', failure: fail('authorization_failed', { about }) }
  const words = wordsOf(Object.fromEntries(query), [pending.state, pending.verifier])
  if (isTemporary(error)) {
    const remedy = 'Start again in a few minutes.'
    return { kind: 'refused', failure: fail('server_unavailable', { about, ...words, remedy, retryable: false }) }
  }
  const denied = error === 'access_denied' ? 'authorization_denied' : 'server_rejected'
  return { kind: 'refused', failure: fail(denied, { about, ...words }) }

  function foreign(remedy?: string): RedirectVerdict {
    return { kind: 'foreign', failure: fail('state_mismatch', { about, ...(remedy !== undefined && { remedy }) }) }
  }
}

/** The query of a callback, where it came to the registered redirect URI. @see RFC 8252 §8.10 */
function queryOf(url: string, redirectUri: string): URLSearchParams | undefined {
  if (!URL.canParse(url, redirectUri)) return undefined
  const [came, registered] = [new URL(url, redirectUri), new URL(redirectUri)]
  const [place, expected] = [came, registered].map(({ protocol, host, pathname }) => `${protocol}//${host}${pathname}`)
  return place === expected ? came.searchParams : undefined
}

/** The `state` of a URL that came to the registered redirect URI. */
export function stateIn(url: string, { redirectUri }: Settings): string | undefined {
  const query = redirectUri === undefined ? undefined : queryOf(url, redirectUri)
  return query?.get('state') || undefined
}

/** A missing `state` passes only where the host opted out and a session binding stands in for it. */
function stateMatches(state: string | null, pending: RedirectPending, { deviations }: Settings): boolean {
  if (state !== null) return equalInConstantTime(state, pending.state)
  return deviations.includes('unsafe_missing_state') && pending.binding !== undefined
}
