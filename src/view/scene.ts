import type { Seen, SeenPrompt } from './seen.ts'

/** What is seen, and what follows from it for several parts of a screen. */
export interface Scene extends Seen {
  readonly now: number
  /** The prompt, as long as somebody may follow it. */
  readonly open: SeenPrompt | undefined
  /** Somebody was awaited until now, and the time for that is up. */
  readonly isLate: boolean
  /** What the vault holds is not known: it is being read, or could not be. */
  readonly isBlind: boolean
  readonly isAtRest: boolean
  /** A new token can be had without a person. */
  readonly canRenew: boolean
  /** A disconnect was asked for, and is tried again by itself. */
  readonly isDisconnecting: boolean
  /** Somebody is to approve. */
  readonly isAwaiting: boolean
}

const awaiting = ['awaitingUser', 'polling', 'slowDown']
const blinding = ['vault_unavailable', 'vault_mismatch']
const atRest = ['idle', 'revoked', 'expired', 'failed']

export function sceneOf(seen: Seen, now: number): Scene {
  const { state, prompt, token, failure, wantsRevoke } = seen
  const isReading = state === 'recalling'
  const isAwaiting = awaiting.includes(state)
  const isInTrouble = state === 'backingOff'
  const isOver = prompt !== undefined && now >= prompt.expiresAt
  return {
    ...seen,
    // It may be a method that needs its host.
    can: (event) => seen.can(event),
    now,
    open: (isReading || isAwaiting || isInTrouble) && !isOver ? prompt : undefined,
    isLate: (isReading || isAwaiting) && isOver,
    isBlind: isReading || (isInTrouble && blinding.includes(failure?.code ?? '')),
    isAtRest: atRest.includes(state),
    canRenew: token?.renewable ?? token?.refreshAt !== undefined,
    isDisconnecting: wantsRevoke === true && (isReading || isInTrouble),
    isAwaiting,
  }
}
