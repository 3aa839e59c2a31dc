import { exchanges, office, refreshes, revocations, till } from './applications.ts'
import type { Expected } from './cuts.ts'
import type { Mortal } from './mortal.ts'
import { begunLogin, connected, tokenDied, tokenDiesIn } from './past.ts'
import { adopts, again, cancel, comesBack, forget, start } from './people.ts'
import type { Place } from './plan.ts'
import type { Row, Scene } from './play.ts'
import type { Stage } from './stage.ts'

/** What is stored without a request: before and after its one write. */
function stores(what: string, scene: Scene, before: Expected, after: Expected): Row[] {
  const row = (place: Place, [resumes, requests, ends]: Expected): Row => {
    return { what, where: place, scene, point: { step: 'nothing', place }, resumes, requests, ends }
  }
  return [row('before the store', before), row('after the store', after)]
}

const preparing: Scene = {
  ...office,
  counted: exchanges,
  provoke: start,
  goOn: async (successor, stage, recalled) => {
    await again('idle', start)(successor, stage, recalled)
    await comesBack(successor, stage)
  },
}
const cancelling: Scene = {
  ...office,
  counted: exchanges,
  before: begunLogin,
  provoke: cancel,
  goOn: again('awaitingUser', comesBack),
}

/** Refreshes, and is asked to disconnect while the answer is awaited. */
const disconnecting = (counted: Scene['counted'], place: Place): Row => ({
  what: `disconnect wished in a refresh, ${counted === refreshes ? 'refreshes' : 'revocations'}`,
  where: place,
  scene: {
    ...till,
    counted,
    before: tokenDied,
    provoke: async (mortal: Mortal, stage: Stage) => {
      await (place === 'on its way' ? stage.hangs() : mortal.said('here'))
      mortal.tell({ do: 'send', event: { type: 'token.revoke' } })
      await mortal.said('wish stored')
    },
  },
  point: { step: 'refreshToken', place },
  resumes: 'revoking',
  requests: 1,
  ends: 'revoked',
})

/** What else may be cut off. */
export const otherRows: readonly Row[] = [
  {
    what: 'recalling',
    where: 'before the read',
    scene: { ...till, counted: refreshes, before: tokenDied },
    point: { step: 'nothing', place: 'before the read' },
    resumes: 'refreshing',
    requests: 1,
    ends: 'authorized',
  },
  ...stores('preparing a login', preparing, ['idle', 1, 'authorized'], ['awaitingUser', 1, 'authorized']),
  ...stores('cancelling a login', cancelling, ['awaitingUser', 1, 'authorized'], ['idle', 0, 'idle']),
  ...stores(
    'forgetting',
    { ...till, counted: refreshes, before: connected, provoke: forget },
    ['authorized', 0, 'authorized'],
    ['idle', 0, 'idle'],
  ),
  ...stores(
    'adopting',
    { ...till, counted: refreshes, provoke: adopts, goOn: again('idle', adopts) },
    ['idle', 1, 'authorized'],
    ['adopting', 1, 'authorized'],
  ),
  {
    // The access token at hand is served until its own end.
    what: 'refresh, old token alive',
    where: 'before the reply',
    scene: { ...till, counted: refreshes, before: tokenDiesIn(9_000) },
    point: { step: 'refreshToken', place: 'before the reply' },
    resumes: 'refreshing',
    requests: 2,
    ends: 'expired: outcome_unknown',
    due: 'tokenExpiresAt',
  },
  disconnecting(revocations, 'before the reply'),
  disconnecting(refreshes, 'before the reply'),
  // The hanging request counts: what is held back is a refresh.
  disconnecting(refreshes, 'on its way'),
]
