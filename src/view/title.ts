import type { Scene } from './scene.ts'
import { isWork, type Words } from './words.ts'

type Title = keyof Words['titles']

/** Every state has a title; one that stands in no chart of this package is called by its own name. */
export function titleOf(scene: Scene, { titles, working }: Words): string {
  const { state, isDisconnecting } = scene
  if (isDisconnecting) return working.revoking.title
  const title = nameOf(scene)
  if (title) return titles[title]
  return isWork(state, working) ? working[state].title : state || titles.oneMoment
}

function nameOf(scene: Scene): Title | undefined {
  const { state, isLate, isAwaiting, canRenew, failure } = scene
  if (isLate) return 'timeIsUp'
  if (isAwaiting) return awaiting(scene)
  switch (state) {
    case 'idle':
      return 'notConnected'
    case 'recalling':
    case 'backingOff':
      return undecided(scene)
    case 'revoked':
      return 'disconnected'
    case 'expired':
      return failure?.code === 'grant_expired' ? 'timeIsUp' : 'ended'
    case 'failed':
      return 'failed'
    case 'authorized':
      return failure && !canRenew ? 'connectedForNow' : 'connected'
    default:
      return undefined
  }
}

function awaiting({ open }: Scene): Title {
  if (open?.kind === 'device') return 'approve'
  return open ? 'logIn' : 'awaiting'
}

/** Where trouble came, or the vault is being read: what was known before is what counts. */
function undecided(scene: Scene): Title {
  const { state, open, token, failure, isBlind, now } = scene
  if (open) return awaiting(scene)
  if (token) {
    if (token.expiresAt !== undefined && now >= token.expiresAt) return 'interrupted'
    return failure ? 'connectedForNow' : 'connected'
  }
  if (state === 'recalling') return 'oneMoment'
  return isBlind ? 'unreadable' : 'notConnectedYet'
}
