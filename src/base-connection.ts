/// <reference lib="esnext.disposable" preserve="true" />
import type { Subscription } from 'xstate'
import type { FlowEmitted } from '../machines/flow.ts'
import type { Drain } from './actors/drain.ts'
import type { Environment } from './environment.ts'
import { type Failure, fail, misconfigured, OAuthError } from './failure.ts'
import type { FlowActor } from './flow-actor.ts'
import type { Sealed } from './sealed.ts'
import { type ConnectionEvent, sealEvent } from './sealing.ts'
import { observeTransitions, type Transition } from './transitions.ts'
import type { Watch } from './waiter.ts'
import { patiently } from './waiting.ts'

/** What `on` tells; free of secrets. Mind that a prompt belongs on the screen, not in a log. */
export type ConnectionEmitted = {
  [Type in FlowEmitted['type']]: Extract<FlowEmitted, { type: Type }>
} & { transition: Transition }

export interface AccessTokenOptions {
  /** Stops waiting; what is under way goes on for others. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait, in milliseconds. Default: as long as it takes. */
  readonly timeout?: number | undefined
}

export interface RespondOptions extends AccessTokenOptions {
  /** The browser session that the callback came in. @see RFC 9700 §2.1 */
  readonly binding?: string | Sealed | undefined
}

/** Takes what a connection tells; what it throws is reported to the host, and disturbs nobody else. */
export type Listener<Type extends keyof ConnectionEmitted> = (event: ConnectionEmitted[Type]) => void

/** What every connection is made of, wherever its secrets are. */
export interface Foundation<Actor extends FlowActor> {
  readonly name: string
  readonly actor: Actor
  readonly environment: Environment
  /** The provider's name. */
  readonly about: string
  /** Ends all waiting, with its reason. */
  readonly stopping: AbortController
  readonly watch: Watch
  /** Begins to tell the machine what others have changed; returns what ends that. */
  readonly follow: () => () => void
  readonly drain: Drain
  /** In milliseconds. */
  readonly requestTimeout: number
  /** Called once, when the connection has stopped. */
  readonly close: () => void
}

/** What can be asked of any connection, and heard from it: one whose secrets are here, or on a server. */
export class BaseConnection<Actor extends FlowActor = FlowActor> implements AsyncDisposable {
  readonly name: string
  /** XState's own actor: subscribe to it, or hand it to a framework's binding. */
  readonly actor: Actor
  readonly #base: Foundation<Actor>
  readonly #sources: { [Type in keyof ConnectionEmitted]: (listener: Listener<Type>) => Subscription } = {
    'prompt.changed': (listener) => this.actor.on('*', (event) => event.type === 'prompt.changed' && listener(event)),
    'token.changed': (listener) => this.actor.on('*', (event) => event.type === 'token.changed' && listener(event)),
    ended: (listener) => this.actor.on('*', (event) => event.type === 'ended' && listener(event)),
    transition: (listener) => observeTransitions(this.actor, this.#base.environment.now, listener),
  }
  readonly #unfollow: () => void
  #stopped: Promise<void> | undefined

  constructor(base: Foundation<Actor>) {
    this.name = base.name
    this.actor = base.actor
    this.#base = base
    // Without an error observer XState would throw an actor's error into the host process.
    this.actor.subscribe({ error: () => {} })
    this.#unfollow = base.follow()
    this.actor.start()
  }

  /**
   * Asks for something. Returns why it was refused, or `undefined` where the state accepts it; nothing is thrown, since a
   * button may be pressed a moment too late.
   */
  send(event: ConnectionEvent): Failure | undefined {
    const { about } = this.#base
    if (this.#stopped) return stoppedFailure(this.#base)
    const sealed = sealEvent(event)
    const snapshot = this.actor.getSnapshot()
    if (!sealed || !snapshot.can(sealed))
      return fail('not_supported', {
        about: `${about}, ${this.name}, event ${String(event?.type)} in state ${String(snapshot.value)}`,
        remedy: 'Nothing has changed; snapshot.can(event) tells beforehand.',
      })
    this.actor.send(sealed)
    return undefined
  }

  /** Listens to one kind of event. `transition` costs a little at each one; the others cost nothing. */
  on<Type extends keyof ConnectionEmitted>(type: Type, listener: Listener<Type>): Subscription {
    if (Object.hasOwn(this.#sources, type)) return this.#sources[type](listener)
    throw misconfigured(`${this.#base.about}, on(${String(type)})`, 'unknown')
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
   *   `accessToken`.
   * @see RFC 6749 §4.1.2
   */
  async respond(url: string | URL | Sealed, { binding, ...patience }: RespondOptions = {}): Promise<void> {
    const refused = this.send({ type: 'authorization.responded', url, ...(binding !== undefined && { binding }) })
    if (refused) throw new OAuthError(refused)
    // Inside a listener the machine is still at work, and takes the event right after.
    await Promise.resolve()
    const { about, environment, watch } = this.#base
    const answered = watch<void>(() => {
      const { value: state, context } = this.actor.getSnapshot()
      if (state === 'recalling' || state === 'exchangingCode') return undefined
      if (context.token) return { give: undefined }
      return { refuse: context.failure ?? fail('authorization_required', { about }) }
    })
    await patiently(answered, patience, environment, () => fail('timeout', { about: `${about}, respond` }))
  }

  /**
   * Erases what is stored of this connection; the provider is not told. Resolves once it is gone.
   * Rejects with {@link OAuthError} `vault_unavailable` or `vault_mismatch`: then it is tried again.
   */
  async forget(): Promise<void> {
    this.send({ type: 'token.forget' })
    // As in respond().
    await Promise.resolve()
    await this.#base.watch<void>(() => {
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
  stop({ timeout = this.#base.requestTimeout + 10_000 }: { timeout?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(timeout)
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(timeout: number): Promise<void> {
    const { drain, about, environment, stopping, close } = this.#base
    stopping.abort(new OAuthError(stoppedFailure(this.#base)))
    this.#unfollow()
    this.actor.stop()
    drain.closing.abort()
    const late = () => fail('timeout', { about: `${about}, stop` })
    const lost = await patiently(drain.settled(), { timeout }, environment, late).finally(close)
    if (lost) throw new OAuthError(lost)
  }
}

/** What a connection says once it was stopped. */
export function stoppedFailure({ about, name }: { readonly about: string; readonly name: string }): Failure {
  return fail('stopped', { about: `${about}, ${name}` })
}
