import type { Subscription } from 'xstate'
import type { FlowEmitted } from '../machines/flow.ts'
import type { Drain } from './actors/drain.ts'
import { type Failure, fail, misconfigured, OAuthError } from './failure.ts'
import type { FlowActor } from './flow-actor.ts'
import { follow } from './following.ts'
import { resourceFetch } from './resource/resource-fetch.ts'
import type { Resource } from './resource/resource-origins.ts'
import type { Sealed } from './sealed.ts'
import { type ConnectionEvent, sealEvent } from './sealing.ts'
import { observeTransitions, type Transition } from './transitions.ts'
import type { Held } from './vault/holdings.ts'
import { createWaiter, type Waited, type Waiter } from './waiter.ts'
import { patiently } from './waiting.ts'

/** What `on` tells; free of secrets. Mind that a prompt belongs on the screen, not in a log. */
export type ConnectionEmitted = {
  [Type in FlowEmitted['type']]: Extract<FlowEmitted, { type: Type }>
} & { transition: Transition }

export interface AccessTokenOptions {
  /** Stops waiting; what is under way goes on for others. */
  readonly signal?: AbortSignal
  /** How long to wait, in milliseconds. Default: as long as it takes. */
  readonly timeout?: number
}

export interface RespondOptions extends AccessTokenOptions {
  /** The browser session that the callback came in. @see RFC 9700 §2.1 */
  readonly binding?: string | Sealed
}

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
  readonly scope?: string
}

type Listener<Type extends keyof ConnectionEmitted> = (event: ConnectionEmitted[Type]) => void

interface Parts<Actor extends FlowActor> extends Waited {
  readonly name: string
  readonly actor: Actor
  /** Stores a session from elsewhere, unproved. */
  readonly adopt: (session: ForeignSession) => Promise<void>
  /** Looks for what others have changed. */
  readonly look: () => void
  /** Called once, when the connection has stopped. */
  readonly close: () => void
  readonly drain: Drain
  /** In milliseconds. */
  readonly requestTimeout: number
  readonly resource: Resource
}

/** How long a vault that cannot watch goes without being looked at while tokens are asked for, in milliseconds. */
const LOOK = 10_000

/** One merchant's connection: promises and events over a running machine. */
export class Connection<Actor extends FlowActor = FlowActor> implements AsyncDisposable {
  readonly name: string
  /** XState's own actor: subscribe to it, or hand it to a framework's binding. */
  readonly actor: Actor
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
  readonly #stopping = new AbortController()
  readonly #sources: { [Type in keyof ConnectionEmitted]: (listener: Listener<Type>) => Subscription } = {
    'prompt.changed': (listener) => this.actor.on('*', (event) => event.type === 'prompt.changed' && listener(event)),
    'token.changed': (listener) => this.actor.on('*', (event) => event.type === 'token.changed' && listener(event)),
    ended: (listener) => this.actor.on('*', (event) => event.type === 'ended' && listener(event)),
    transition: (listener) => observeTransitions(this.actor, this.#now, listener),
  }
  readonly #unfollow: () => void
  readonly #waiter: Waiter
  #stopped: Promise<void> | undefined

  /** Called by `client.connect`. */
  constructor(parts: Parts<Actor>) {
    this.name = parts.name
    this.actor = parts.actor
    this.#parts = parts
    this.#held = parts.held
    this.#now = parts.environment.now
    this.#waiter = createWaiter(parts, this.#stopping.signal, () => this.#stoppedFailure())
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
    // Without an error observer XState would throw an actor's error into the host process.
    this.actor.subscribe({ error: () => {} })
    this.#unfollow = follow(this.actor, this.#held, this.#now)
    this.actor.start()
  }

  /**
   * Asks for something. Returns why it was refused, or `undefined` where the state accepts it; nothing is thrown, since a
   * button may be pressed a moment too late.
   */
  send(event: ConnectionEvent): Failure | undefined {
    if (this.#stopped) return this.#stoppedFailure()
    const sealed = sealEvent(event)
    const snapshot = this.actor.getSnapshot()
    if (!sealed || !snapshot.can(sealed))
      return fail('not_supported', {
        about: `${this.#parts.about}, ${this.name}, event ${String(event?.type)} in state ${String(snapshot.value)}`,
        remedy: 'Nothing has changed; snapshot.can(event) tells beforehand.',
      })
    this.actor.send(sealed)
    return undefined
  }

  /** Listens to one kind of event. `transition` costs a little at each one; the others cost nothing. */
  on<Type extends keyof ConnectionEmitted>(type: Type, listener: Listener<Type>): Subscription {
    if (Object.hasOwn(this.#sources, type)) return this.#sources[type](listener)
    throw misconfigured(`${this.#parts.about}, on(${String(type)})`, 'unknown')
  }

  /**
   * Resolves with an access token that this machine's clock calls alive: from memory, or after the refresh or request that
   * is under way, which all callers share.
   *
   * Rejects with {@link OAuthError}: `authorization_required` where a person is needed or a disconnect was asked for; the
   * failure with `retryAt` while backing off; `timeout`; `stopped`. Rejects with the signal's reason when that aborts.
   */
  async accessToken(options?: AccessTokenOptions): Promise<string> {
    const { accessToken, expiresAt, refreshAt, lookedAt } = this.#held
    const now = this.#now()
    if (Math.abs(now - lookedAt) > LOOK) this.#parts.look()
    if (accessToken === undefined || now >= expiresAt || this.#stopped) return this.#waiter.accessToken(options)
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
   * Hands over the redirect of a login, as `authorization.responded` does, and resolves once it has led to a session.
   *
   * Rejects with {@link OAuthError}: `state_mismatch` where it does not belong to this login, which goes on waiting for its
   * own; `authorization_denied` and the other endings of a login; `not_supported` where none waits; a failure with
   * `retryAt` where the vault is in trouble: then it is tried again. Rejects with the signal's reason when that aborts.
   *
   * @param url as the browser asked for it: absolute, or as a path with its query
   * @param options `binding`: the browser session that the login was started in. `signal`, `timeout`: as of
   *   {@link accessToken}.
   * @see RFC 6749 §4.1.2
   */
  async respond(url: string | URL | Sealed, { binding, ...patience }: RespondOptions = {}): Promise<void> {
    const refused = this.send({ type: 'authorization.responded', url, ...(binding !== undefined && { binding }) })
    if (refused) throw new OAuthError(refused)
    const { about, environment } = this.#parts
    await patiently(this.#waiter.answered(), patience, environment, () =>
      fail('timeout', { about: `${about}, respond` }),
    )
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
    if (this.#stopped) throw new OAuthError(this.#stoppedFailure())
    await this.#parts.drain.track(this.#parts.adopt(session))
    // No change leads out of a defect by itself; this is a wish.
    if (this.actor.getSnapshot().value === 'failed') this.send({ type: 'record.changed' })
    await this.#waiter.watch<void>(() => {
      const { value, context } = this.actor.getSnapshot()
      const { record } = this.#held
      const isUnderWay = record?.adopted && value !== 'backingOff' && value !== 'failed'
      if (isUnderWay || value === 'recalling') return undefined
      if (record?.tokens) return { give: undefined }
      const failure = record?.ended?.failure ?? context.failure
      return { refuse: failure ?? fail('cancelled', { about: `${this.#parts.about}, ${this.name}, adopt` }) }
    })
  }

  /**
   * Erases what is stored of this connection; the provider is not told. Resolves once it is gone.
   * Rejects with {@link OAuthError} `vault_unavailable` or `vault_mismatch`: then it is tried again.
   */
  async forget(): Promise<void> {
    this.send({ type: 'token.forget' })
    await this.#waiter.watch<void>(() => {
      const { value, context } = this.actor.getSnapshot()
      if (value === 'idle') return { give: undefined }
      return value === 'backingOff' && context.failure ? { refuse: context.failure } : undefined
    })
  }

  /**
   * Stops for good: callers are rejected with `stopped`, waiting ends, a request in flight is finished and its answer stored.
   * What the vault holds stays. Rejects with {@link OAuthError} `vault_unavailable` where an answer could not be stored, and
   * `timeout` where a request or the vault did not end in time.
   *
   * @param options `timeout` in milliseconds. Default: ten seconds more than a request may take.
   */
  stop({ timeout = this.#parts.requestTimeout + 10_000 }: { timeout?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(timeout)
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(timeout: number): Promise<void> {
    const { drain, about, environment } = this.#parts
    this.#stopping.abort(new OAuthError(this.#stoppedFailure()))
    this.#unfollow()
    this.actor.stop()
    drain.closing.abort()
    const late = () => fail('timeout', { about: `${about}, stop` })
    const lost = await patiently(drain.settled(), { timeout }, environment, late).finally(this.#parts.close)
    if (lost) throw new OAuthError(lost)
  }

  #stoppedFailure(): Failure {
    return fail('stopped', { about: `${this.#parts.about}, ${this.name}` })
  }
}
