import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { notice } from './pages.ts'
import { type Parameters, parameters, scopesOf } from './server.ts'

export interface AuthorizationRequest {
  readonly client: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** The PKCE challenge. @see RFC 7636 §4.3 */
  readonly challenge?: string
  /** Present only when the server echoes it. */
  readonly state?: string
}

/** What an authorization endpoint checks a request against. */
export interface Expectations {
  readonly isClient: (id: string) => boolean
  readonly redirectUris?: readonly string[] | undefined
  readonly enabledScopes: readonly string[]
  readonly echoState: boolean
}

type Judged = AuthorizationRequest | { readonly problem: string } | { readonly redirect: string }

/**
 * The authorization request in a URL's query. Throws the answer to a bad one: a page while it is not certain where the
 * person came from, and the way back there otherwise. @see RFC 6749 §4.1.2.1
 */
export async function authorizationRequest(c: Context, provider: string, expected: Expectations) {
  const judged = judge(parameters(new URL(c.req.url).searchParams), expected)
  if ('redirect' in judged) throw new HTTPException(302, { res: c.redirect(judged.redirect) })
  if (!('problem' in judged)) return judged
  throw new HTTPException(400, { res: await notice(c, provider, 'This app cannot be connected', judged.problem, 400) })
}

function judge(given: Parameters, { isClient, redirectUris, enabledScopes, echoState }: Expectations): Judged {
  const { client_id: client = '', redirect_uri: redirectUri = '', code_challenge: challenge, state } = given
  if (!isClient(client)) return { problem: 'The client_id is missing or unknown.' }
  if (!isRedirectUri(redirectUri, redirectUris))
    return { problem: 'The redirect_uri is missing or not that of the app.' }
  const echo = echoState && state !== undefined ? { state } : {}
  const back = (error: string) => ({ redirect: callback({ redirectUri, ...echo }, { error }) })

  if (given.response_type !== 'code') return back(given.response_type ? 'unsupported_response_type' : 'invalid_request')
  if (challenge !== undefined && given.code_challenge_method !== 'S256') return back('invalid_request')
  const scopes = scopesOf(given.scope)
  if (scopes.length === 0 || scopes.some((scope) => !enabledScopes.includes(scope))) return back('invalid_scope')
  return { client, redirectUri, scopes, ...echo, ...(challenge !== undefined && { challenge }) }
}

function isRedirectUri(uri: string, registered: readonly string[] | undefined): boolean {
  return URL.canParse(uri) && !uri.includes('#') && (registered?.includes(uri) ?? true)
}

/** The redirect URI with the answer in its query; what is in the query already stays. @see RFC 6749 §3.1.2 */
export function callback(
  { redirectUri, state }: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  answer: Readonly<Record<string, string>>,
): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.append(name, value)
  if (state !== undefined) url.searchParams.append('state', state)
  return url.href
}
