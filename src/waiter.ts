import type { Environment } from './environment.ts'
import { type Failure, fail, misconfigured } from './failure.ts'
import type { FlowActor } from './flow-actor.ts'
import { rule } from './outcome.ts'
import type { Held } from './vault/holdings.ts'
import { type Finding, type Patience, patiently, until } from './waiting.ts'

/** What is needed to wait for what a connection is about to have. */
export interface Waited {
  readonly actor: FlowActor
  readonly held: Held
  readonly environment: Environment
  /** The provider's name. */
  readonly about: string
  readonly selfService: boolean
}

export type Waiter = ReturnType<typeof createWaiter>

/**
 * Waits for one connection on behalf of all who ask.
 *
 * @param stopping ends all waiting, with its reason
 * @param gone what to say where a host has stopped the actor itself
 */
export function createWaiter(waited: Waited, stopping: AbortSignal, gone: () => Failure) {
  const { actor, held, environment, about, selfService } = waited
  let outcome: Promise<string> | undefined
  let refused = false

  /** Looks at each change until something is found. */
  function watch<T>(look: () => Finding<T>): Promise<T> {
    const alive = (): Finding<T> => (actor.getSnapshot().status === 'stopped' ? { refuse: gone() } : look())
    return until(alive, onChange, stopping)
  }

  function onChange(changed: () => void): () => void {
    const subscription = actor.subscribe({ next: changed, complete: changed })
    held.listeners.add(changed)
    return () => {
      subscription.unsubscribe()
      held.listeners.delete(changed)
    }
  }

  /** A token, as the table says: from memory, or after what is under way, or not at all. */
  function accessToken(patience: Patience = {}): Promise<string> {
    if (patience.timeout !== undefined && !(patience.timeout >= 0))
      return Promise.reject(misconfigured(`${about}, option timeout`, 'milliseconds'))
    outcome ??= ask()
    return patiently(outcome, patience, environment, () => fail('timeout', { about: `${about}, accessToken` }))
  }

  /** Shared by all callers who wait at the same time. */
  function ask(): Promise<string> {
    let asked = false
    const look = (): Finding<string> => {
      const { value: state, context } = actor.getSnapshot()
      if (asked && state === 'failed') refused = true
      const ruling = rule({ state, context, held, now: environment.now(), about, selfService, asked, refused })
      if (ruling.kind === 'give') return { give: ruling.accessToken }
      if (ruling.kind === 'refuse') return { refuse: ruling.failure }
      if (ruling.kind === 'ask') {
        asked = true
        actor.send(ruling.event)
      }
      return undefined
    }
    const answer = watch(look).finally(() => {
      outcome = undefined
    })
    // All who waited may have given up before it fails.
    answer.catch(() => {})
    return answer
  }

  /** Resolves once nothing is under way that may bring another token than this one. */
  function settled(accessToken: string, signal: AbortSignal): Promise<void> {
    const isRenewing = () => {
      const { value: state } = actor.getSnapshot()
      const isStored = held.record?.tokens?.accessToken === accessToken
      return isStored && (state === 'recalling' || state === 'refreshing')
    }
    const over = watch<void>(() => (isRenewing() ? undefined : { give: undefined }))
    return patiently(over, { signal }, environment, () => fail('timeout', { about: `${about}, fetch` }))
  }

  /** Resolves once the callback that has just been handed over has led to a session; refuses with what it led to instead. */
  function answered(): Promise<void> {
    return watch<void>(() => {
      const { value: state, context } = actor.getSnapshot()
      if (state === 'recalling' || state === 'exchangingCode') return undefined
      if (context.token) return { give: undefined }
      return { refuse: context.failure ?? fail('authorization_required', { about }) }
    })
  }

  return { watch, accessToken, settled, answered }
}
