import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../../../src/emulator/faulty-answer.ts'
import { codeRequests, exchanges, INTERVAL, office, polls, refreshes, revocations, till } from './applications.ts'
import { codeOf, connected, tokenDied } from './past.ts'
import { adopts, approvesLater, comesBack, revoke, start, startsOver } from './people.ts'
import type { Row, Scene } from './play.ts'
import { sumupPosPro } from './product.ts'
import type { Counted, Stage } from './stage.ts'

const pace = INTERVAL * 1000
const tyro = { interval: INTERVAL }
const overloaded: Fault = { kind: 'status', status: 503, headers: { 'retry-after': '4' } }
const outOfTime = 'expired: grant_expired'

/** Killed once it is in this state. */
function rests(
  what: string,
  state: string,
  scene: Scene,
  [resumes, requests, ends]: readonly [resumes: string, requests: number, ends: string],
  more: Partial<Row> = {},
): Row {
  const provoke: Scene['provoke'] = async (mortal, stage) => {
    await scene.provoke?.(mortal, stage)
    await mortal.reaches(state)
  }
  return { what, where: 'at rest', scene: { ...scene, provoke }, resumes, requests, ends, ...more }
}

/** The first request that counts is answered with 503. */
const overload = (counted: Counted, before?: (stage: Stage) => Promise<unknown>) => async (stage: Stage) => {
  await before?.(stage)
  stage.fault(counted, overloaded)
}

const waiting: Scene = { ...till, emulator: { tyro }, counted: polls }
const session: Scene = { ...till, counted: refreshes }
/** A device code and a login that end in five seconds, and no poll before that. */
const hurriedTill: Scene = {
  ...till,
  emulator: { tyro: { interval: 60, codeLifetime: 5 } },
  counted: polls,
  provoke: start,
}
const hurriedOffice: Scene = {
  ...office,
  provider: { ...sumupPosPro, lifetimes: { ...sumupPosPro.lifetimes, authorization: 5 } },
  counted: exchanges,
  provoke: start,
}
const tooLong = () => sleep(5_500)
const revokedByServer = async (stage: Stage) => {
  await tokenDied(stage)
  stage.emulator.revokeAll('tyro')
}
const deniedByMerchant = async (stage: Stage) => stage.emulator.deny(await codeOf(stage))

/** Killed while nothing was going on: in each state in which a flow may rest. */
export const restingRows: readonly Row[] = [
  rests(
    'slowed down',
    'slowDown',
    { ...waiting, before: codeOf, meanwhile: approvesLater },
    ['slowDown', 2, 'authorized'],
    { interval: pace + 5_000, overdue: 'polling', point: { step: 'pollToken', place: 'nowhere', impatient: true } },
  ),
  rests('not connected', 'idle', { ...till, counted: codeRequests }, ['idle', 0, 'idle']),
  rests(
    'awaiting approval',
    'awaitingUser',
    { ...waiting, provoke: start, meanwhile: approvesLater },
    ['awaitingUser', 1, 'authorized'],
    { interval: pace, overdue: 'polling' },
  ),
  rests('awaiting a browser', 'awaitingUser', { ...office, counted: exchanges, provoke: start, goOn: comesBack }, [
    'awaitingUser',
    1,
    'authorized',
  ]),
  rests(
    'connected, due later',
    'authorized',
    { ...session, emulator: { tyro: { accessTokenLifetime: 8 } }, provoke: adopts },
    ['authorized', 2, 'authorized'],
    { due: 'refreshAt', overdue: 'refreshing' },
  ),
  rests(
    'backing off, refresh',
    'backingOff',
    { ...session, before: overload(refreshes, tokenDied) },
    ['backingOff', 2, 'authorized'],
    { due: 'retryAt', overdue: 'refreshing' },
  ),
  rests(
    'backing off, device code',
    'backingOff',
    { ...waiting, counted: codeRequests, before: overload(codeRequests), provoke: start, goOn: startsOver },
    ['backingOff', 2, 'authorized'],
    { due: 'retryAt', overdue: 'requestingCode' },
  ),
  rests(
    'backing off, revocation',
    'backingOff',
    { ...till, counted: revocations, before: overload(revocations, connected), provoke: revoke },
    ['backingOff', 2, 'revoked'],
    { due: 'retryAt', overdue: 'revoking' },
  ),
  rests('session ended', 'expired', { ...session, before: revokedByServer }, [
    'expired',
    1,
    'expired: session_expired',
  ]),
  rests('disconnected', 'revoked', { ...till, counted: revocations, before: connected, provoke: revoke }, [
    'revoked',
    1,
    'revoked',
  ]),
  rests('refused', 'failed', { ...waiting, before: deniedByMerchant }, ['failed', 1, 'failed: authorization_denied']),
  rests('code ends later', 'awaitingUser', hurriedTill, ['awaitingUser', 1, outOfTime], {
    due: 'expiresAt',
    overdue: 'expired',
  }),
  rests('code ended meanwhile', 'awaitingUser', { ...hurriedTill, meanwhile: tooLong }, ['expired', 0, outOfTime], {
    due: 'expiresAt',
  }),
  rests('login ends later', 'awaitingUser', hurriedOffice, ['awaitingUser', 0, outOfTime], {
    due: 'expiresAt',
    overdue: 'expired',
  }),
  rests('login ended meanwhile', 'awaitingUser', { ...hurriedOffice, meanwhile: tooLong }, ['expired', 0, outOfTime], {
    due: 'expiresAt',
  }),
]
