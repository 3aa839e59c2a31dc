import { type AccessTokenOptions, BaseConnection, type Foundation, stoppedFailure } from './base-connection.ts'
import { fail, OAuthError } from './failure.ts'
import type { FlowActor } from './flow-actor.ts'
import { follow } from './following.ts'
import { resourceFetch } from './resource/resource-fetch.ts'
import type { Resource } from './resource/resource-origins.ts'
import type { Held } from './vault/holdings.ts'
import { createWaiter, createWatch, type Waited, type Waiter, type Watch } from './waiter.ts'

export type { AccessTokenOptions, ConnectionEmitted, RespondOptions } from './base-connection.ts'

/** The token with all that came with it. It holds secrets: use it where they are needed, and keep it nowhere. */
export interface TokenDetails {
  readonly accessToken: string
  readonly type: string
  readonly scope: string
  /** Unix milliseconds; `undefined` where the server did not say. */
  readonly expiresAt: number | undefined
  /** Names this token in `token.rejected`. */
  readonly generation: number
  /** Members of the server's answer that OAuth does not name. @see RFC 6749 §5.1 */
  readonly extra: Readonly<Record<string, unknown>>
}

/** A session that another integration holds. */
export interface ForeignSession {
  readonly refreshToken: string
  /** As granted, space-separated. Default: the scopes of the registration. */
  readonly scope?: string | undefined
}

interface Parts<Actor extends FlowActor>
  extends Waited,
    Omit<Foundation<Actor>, 'actor' | 'stopping' | 'watch' | 'follow'> {
  readonly actor: Actor
  /** Stores a session from elsewhere, unproved. */
  readonly adopt: (session: ForeignSession) => Promise<void>
  /** Looks for what others have changed. */
  readonly look: () => void
  readonly resource: Resource
}

/** How long a vault that cannot watch goes without being looked at while tokens are asked for, in milliseconds. */
const LOOK = 10_000

/** One merchant's connection: promises and events over a running machine. */
export class Connection<Actor extends FlowActor = FlowActor> extends BaseConnection<Actor> {
  /**
   * A `fetch` for the provider's APIs: it adds the token, and the headers that the APIs want, to requests for the origins
   * in the provider's `resource` and the option `resourceOrigins`. All others go out as they are. Where an API answers 401
   * `invalid_token`, the token is renewed, once for all who meet that, and the request is sent once more. Bodies are kept
   * in memory until then. Redirects are followed without token and headers once they lead elsewhere; `response.redirected`
   * stays false.
   *
   * Rejects with {@link OAuthError} as {@link accessToken} does, also where a refused token cannot be replaced;
   * `invalid_configuration` for a URL that holds a token; `unexpected_redirect` for a redirect in a page, or for more than
   * twenty. Otherwise it rejects as `fetch` does. All other answers are the caller's, a second 401 too.
   *
   * @see RFC 6750 §2.1, §3.1
   */
  readonly fetch: typeof globalThis.fetch
  readonly #parts: Parts<Actor>
  readonly #held: Held
  readonly #now: () => number
  readonly #stopping: AbortSignal
  readonly #watch: Watch
  readonly #waiter: Waiter

  /** Called by `client.connect`. */
  constructor(parts: Parts<Actor>) {
    const { actor, held, environment } = parts
    const stopping = new AbortController()
    const watch = createWatch(actor, stopping.signal, () => stoppedFailure(parts), held.listeners)
    super({ ...parts, stopping, watch, follow: () => follow(actor, held, environment.now) })
    this.#parts = parts
    this.#held = held
    this.#now = environment.now
    this.#stopping = stopping.signal
    this.#watch = watch
    this.#waiter = createWaiter(parts, watch)
    this.fetch = resourceFetch({
      ...parts.resource,
      environment: parts.environment,
      about: parts.about,
      known: () => parts.held.record?.tokens?.accessToken,
      secrets: () => [parts.held.record?.tokens?.accessToken, parts.held.record?.tokens?.refreshToken],
      token: (options) => this.token(options),
      send: (event) => this.send(event),
      settled: this.#waiter.settled,
    })
  }

  /**
   * Resolves with an access token that this machine's clock calls alive: from memory, or after the refresh or request that
   * is under way, which all callers share.
   *
   * Rejects with {@link OAuthError}: `authorization_required` where a person is needed or a disconnect was asked for; the
   * failure with `retryAt` while backing off; `timeout`; `stopped`. Rejects with the signal's reason when that aborts.
   */
  async accessToken(options?: AccessTokenOptions): Promise<string> {
    options?.signal?.throwIfAborted()
    const { accessToken, expiresAt, refreshAt, lookedAt } = this.#held
    const now = this.#now()
    if (Math.abs(now - lookedAt) > LOOK) this.#parts.look()
    if (accessToken === undefined || now >= expiresAt || this.#stopping.aborted)
      return this.#waiter.accessToken(options)
    // Only where the machine has not noticed yet, as after a sleep: a back-off is not cut short by those who ask.
    if (now >= refreshAt && this.actor.getSnapshot().value === 'authorized') this.actor.send({ type: 'token.refresh' })
    return accessToken
  }

  /** Like {@link accessToken}, with what the server said of the token. */
  async token(options?: AccessTokenOptions): Promise<TokenDetails> {
    const accessToken = await this.accessToken(options)
    const { tokens, generation = 0 } = this.#held.record ?? {}
    // Another one has been stored since.
    if (tokens?.accessToken !== accessToken) return this.token(options)
    const { type, scope, expiresAt, extra } = tokens
    return { accessToken, type, scope, expiresAt, generation, extra }
  }

  /**
   * Takes over the session of another integration, so that nobody has to connect again. It is stored first, and proved by
   * one refresh: resolves once that has brought a token. Hand a session to one connection only, and use it nowhere else.
   *
   * Rejects with {@link OAuthError}: `not_supported` where the connection has a session, or the grant knows no refresh;
   * `session_expired` or `outcome_unknown` where the server refuses it; a failure with `retryAt` where the server was not
   * reached: then it is tried again, after a restart too.
   */
  async adopt(session: ForeignSession): Promise<void> {
    if (this.#stopping.aborted) throw new OAuthError(stoppedFailure(this.#parts))
    await this.#parts.drain.track(this.#parts.adopt(session))
    // No change leads out of a defect by itself; this is a wish.
    if (this.actor.getSnapshot().value === 'failed') this.send({ type: 'record.changed' })
    await this.#watch<void>(() => {
      const { value, context } = this.actor.getSnapshot()
      const { record } = this.#held
      const isUnderWay = record?.adopted && value !== 'backingOff' && value !== 'failed'
      if (isUnderWay || value === 'recalling') return undefined
      if (record?.tokens) return { give: undefined }
      const failure = record?.ended?.failure ?? context.failure
      return { refuse: failure ?? fail('cancelled', { about: `${this.#parts.about}, ${this.name}, adopt` }) }
    })
  }
}
