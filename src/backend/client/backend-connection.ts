import { type AccessTokenOptions, BaseConnection, type Foundation } from '../../base-connection.ts'
import { fail } from '../../failure.ts'
import type { FlowActor } from '../../flow-actor.ts'
import { patiently } from '../../waiting.ts'
import type { LentToken } from '../wire.ts'

interface Parts<Actor extends FlowActor> extends Foundation<Actor> {
  readonly lend: () => Promise<LentToken>
}

/**
 * One merchant's connection, whose secrets are on the application's own server: the same machine, events and promises as of a
 * connection that holds them. The app calls APIs through routes of its server, with `connection.fetch` there; or from here,
 * where the server lends its access token. Logins are bound to the session that the server knows: a `binding` is not sent.
 */
export class BackendConnection<Actor extends FlowActor = FlowActor> extends BaseConnection<Actor> {
  readonly #parts: Parts<Actor>

  /** Called by `client.connect`. */
  constructor(parts: Parts<Actor>) {
    super(parts)
    this.#parts = parts
  }

  /**
   * Resolves with an access token that is alive: the one in memory, or the server's, after the refresh that is under way or
   * due there. It stays in memory until it ends, is refused with `token.rejected`, or the server speaks of another.
   *
   * Rejects with `OAuthError`: `not_supported` where the handler's option `tokens` is off; `authorization_required` where
   * a person is needed; `network` and the like where the server is not reached; the failure with `retryAt` while it backs
   * off; `timeout`; `stopped`. Rejects with the signal's reason when that aborts.
   */
  async accessToken(options: AccessTokenOptions = {}): Promise<string> {
    return (await this.token(options)).accessToken
  }

  /** Like {@link accessToken}, with the generation that `token.rejected` names. */
  token(options: AccessTokenOptions = {}): Promise<LentToken> {
    const { environment, about, lend, stopping } = this.#parts
    if (stopping.signal.aborted) return Promise.reject(stopping.signal.reason)
    return patiently(lend(), options, environment, () => fail('timeout', { about: `${about}, accessToken` }))
  }
}
