import type { FailureCode } from '../failure.ts'
import type { Wish } from '../inspect/messages.ts'
import type { Scene } from './scene.ts'
import type { Button } from './shown.ts'
import type { Words } from './words.ts'

type Label = keyof Words['buttons'] | undefined
/** An event, how its button looks, whose it is, and what it says; nothing where it would be of no use. */
type Offer = readonly [Wish, Button['kind'], Button['audience'], (scene: Scene) => Label]

/**
 * In the order of a good screen. Before the vault is read, everything is accepted and kept for later: then only what fits
 * what is known so far is offered, so that nothing flashes up when a screen begins.
 */
const offers: readonly Offer[] = [
  ['authorization.start', 'primary', 'merchant', starting],
  ['authorization.cancel', 'secondary', 'merchant', ({ isBlind, open }) => (isBlind && !open ? undefined : 'cancel')],
  ['token.refresh', 'secondary', 'operator', refreshing],
  ['token.revoke', 'secondary', 'operator', revokingAgain],
  ['token.revoke', 'danger', 'merchant', revoking],
  ['token.forget', 'danger', 'operator', forgetting],
]

/** The events that are possible now, and of use. */
export function buttonsOf(scene: Scene, { buttons }: Words): readonly Button[] {
  return offers.flatMap(([event, kind, audience, labelIn]) => {
    const label = labelIn(scene)
    return label && scene.can(event) ? [{ event, label: buttons[label], kind, audience }] : []
  })
}

function starting({ state, machine, failure }: Scene): Label {
  // A first request that backs off is sent again by itself, and not sooner for being asked.
  if (state === 'recalling' || state === 'backingOff') return undefined
  if (state === 'failed') return 'tryAgain'
  if (state === 'expired' && failure?.code === 'grant_expired') return machine === 'deviceCode' ? 'newCode' : 'tryAgain'
  return state === 'expired' || state === 'revoked' ? 'connectAgain' : 'connect'
}

function refreshing(scene: Scene): Label {
  const { state, isAtRest, isDisconnecting, canRenew } = scene
  if (state === 'recalling' || isDisconnecting) return undefined
  if (state === 'backingOff') return tryingNow(scene)
  if (isAtRest) return 'lookAgain'
  return canRenew ? 'renew' : undefined
}

/** A pause that was asked for, or that the contract with the provider demands, is kept. */
const ordered: readonly (FailureCode | undefined)[] = ['rate_limited', 'budget_exhausted']

function tryingNow({ failure }: Scene): Label {
  return ordered.includes(failure?.code) ? undefined : 'tryNow'
}

function revokingAgain(scene: Scene): Label {
  return scene.isDisconnecting && scene.state === 'backingOff' ? tryingNow(scene) : undefined
}

function revoking({ isBlind, isDisconnecting, token }: Scene): Label {
  return isDisconnecting || (isBlind && !token) ? undefined : 'disconnect'
}

function forgetting({ state }: Scene): Label {
  return state === 'recalling' || state === 'idle' ? undefined : 'forget'
}
