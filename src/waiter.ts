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

/** Looks now and at each change until something is found. */
export type Watch = <T>(look: () => Finding<T>) => Promise<T>

/**
 * Watches a machine.
 *
 * @param stopping ends all waiting, with its reason
 * @param gone what to say where a host has stopped the actor itself
 * @param listeners where changes are told that are none of a state
 */
export function createWatch(
  actor: FlowActor,
  stopping: AbortSignal,
  gone: () => Failure,
  listeners: Set<() => void> = new Set(),
): Watch {
  const onChange = (changed: () => void) => {
    const subscription = actor.subscribe({ next: changed, complete: changed })
    listeners.add(changed)
    return () => {
      subscription.unsubscribe()
      listeners.delete(changed)
    }
  }
  return (look) =>
    until(() => (actor.getSnapshot().status === 'stopped' ? { refuse: gone() } : look()), onChange, stopping)
}

/** Waits for a token of one connection on behalf of all who ask. */
export function createWaiter({ actor, held, environment, about, selfService }: Waited, watch: Watch) {
  let outcome: Promise<string> | undefined
  let refused = false

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
    return watch(look).finally(() => {
      outcome = undefined
    })
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

  return { accessToken, settled }
}
