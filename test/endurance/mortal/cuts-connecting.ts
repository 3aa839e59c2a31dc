import { codeRequests, exchanges, INTERVAL, office, polls, service, till, tokenRequests } from './applications.ts'
import type { Cut } from './cuts.ts'
import { codeOf } from './past.ts'
import { again, approvesLater, logsIn, reloads, start, startsOver } from './people.ts'
import type { Scene } from './play.ts'

const pace = INTERVAL * 1000
const lostCode = 'failed: outcome_unknown'
const tyro = { interval: INTERVAL }

const undecided: Scene = { ...till, emulator: { tyro }, counted: polls, before: codeOf, meanwhile: approvesLater }
const approved: Scene = {
  ...till,
  emulator: { tyro },
  counted: polls,
  before: async (stage) => stage.emulator.approve(await codeOf(stage)),
}

/** The first requests of each grant, and what follows until there is a token. */
export const connectingCuts: readonly Cut[] = [
  {
    // The slowest rows come first, so that nobody waits for them at the end.
    what: 'poll answered slow_down',
    step: 'pollToken',
    impatient: true,
    scene: undecided,
    // The server is slower by one slow_down than the till knows, and tells it once more.
    lost: ['awaitingUser', 3, 'authorized'],
    stored: ['slowDown', 2, 'authorized'],
    interval: [pace, pace + 5_000],
  },
  {
    what: 'poll answered pending',
    step: 'pollToken',
    scene: undecided,
    untold: ['polling', 1, 'authorized'],
    unsent: ['awaitingUser', 1, 'authorized'],
    unheard: ['awaitingUser', 2, 'authorized'],
    lost: ['awaitingUser', 2, 'authorized'],
    stored: ['awaitingUser', 2, 'authorized'],
    interval: [pace, pace],
  },
  {
    what: 'poll answered with tokens',
    step: 'pollToken',
    scene: approved,
    untold: ['polling', 1, 'authorized'],
    unsent: ['awaitingUser', 1, 'authorized'],
    unheard: ['awaitingUser', 2, 'authorized'],
    lost: ['awaitingUser', 2, lostCode],
    stored: ['authorized', 1, 'authorized'],
    interval: [pace, pace],
  },
  {
    what: 'device code',
    step: 'requestCode',
    scene: { ...till, emulator: { tyro }, counted: codeRequests, provoke: start, goOn: startsOver },
    untold: ['idle', 1, 'authorized'],
    unsent: ['requestingCode', 1, 'authorized'],
    unheard: ['requestingCode', 2, 'authorized'],
    lost: ['requestingCode', 2, 'authorized'],
    stored: ['awaitingUser', 1, 'authorized'],
  },
  {
    what: 'code exchange',
    step: 'exchangeCode',
    // The merchant reloads the page: the code comes a second time.
    scene: { ...office, counted: exchanges, provoke: logsIn, goOn: reloads },
    untold: ['awaitingUser', 1, 'authorized'],
    unsent: ['failed', 0, lostCode],
    unheard: ['failed', 1, lostCode],
    lost: ['failed', 1, lostCode],
    stored: ['authorized', 1, 'authorized'],
  },
  {
    what: 'client credentials',
    step: 'requestToken',
    scene: { ...service, counted: tokenRequests, provoke: start, goOn: again('idle', start) },
    untold: ['idle', 1, 'authorized'],
    unsent: ['requestingToken', 1, 'authorized'],
    unheard: ['requestingToken', 2, 'authorized'],
    lost: ['requestingToken', 2, 'authorized'],
    stored: ['authorized', 1, 'authorized'],
  },
]
