import { type Failure, fail, OAuthError } from '../failure.ts'

/** A token, as far as it matters to those who use it. */
export interface Used {
  readonly accessToken: string
  readonly generation: number
}

/** What of a connection is needed to have a refused token replaced. */
export interface Renewal {
  /** The token that may be used now, or an {@link OAuthError}. */
  readonly token: (options: { readonly signal: AbortSignal }) => Promise<Used>
  /** The access token of the record, even when it is no longer handed out. */
  readonly known: () => string | undefined
  /** Returns why the state refuses the event. */
  readonly send: (
    event: { readonly type: 'token.rejected'; readonly generation: number } | { readonly type: 'token.refresh' },
  ) => Failure | undefined
  /** Resolves once nothing is under way that may bring another token than this one. */
  readonly settled: (accessToken: string, signal: AbortSignal) => Promise<void>
  /** The provider's name. */
  readonly about: string
}

/** A refresh that was under way already, one for this token, and one more after a back-off. */
const ROUNDS = 3

/**
 * Resolves with another token than the one that an API refused. Only who meets the refused token still in its place asks
 * for a new one: whoever comes later takes what the first has brought.
 *
 * Rejects with {@link OAuthError} as `accessToken()` does, and with `authorization_required` where the refused token is all
 * there is.
 */
export async function renew(refused: Used, parts: Renewal, signal: AbortSignal): Promise<Used> {
  const { accessToken, generation } = refused
  for (let round = 0; round < ROUNDS; round++) {
    if (parts.known() === accessToken) reject(generation, parts)
    await parts.settled(accessToken, signal)
    const token = await parts.token({ signal })
    if (token.accessToken !== accessToken) return token
  }
  throw new OAuthError(fail('authorization_required', { about: `${parts.about}, fetch`, error: 'invalid_token' }))
}

/** A machine that has not noticed what another connection of its name has stored takes that over when it refreshes. */
function reject(generation: number, { send }: Renewal): void {
  if (send({ type: 'token.rejected', generation })) send({ type: 'token.refresh' })
}
