import { adopt, codeShown, comesBack, refresh, revoke, start, tokenDied } from './acts.ts'
import type { Loss } from './answers.ts'
import {
  cautiousTill,
  codeRequests,
  exchanges,
  office,
  polls,
  refreshes,
  revocations,
  server,
  service,
  till,
  tokenRequests,
} from './applications.ts'
import type { Ordeal } from './ordeal.ts'
import { foreignSession } from './people.ts'

const all = (lost: number) => lost + 1
const once = () => 1
const backOff = (lost: number) => 750 * 2 ** (lost - 1)
const slower = (lost: number) => Math.min(5_500 * 2 ** lost, 60_000)
const unknown = 'outcome_unknown'
const unanswered: readonly Loss[] = ['reset', 'timeout', 'a 502', 'a 504']

const renewed = [all, 'authorized'] as const
const lostSession = [all, `expired: ${unknown}`] as const
const untriedSession = [once, `expired: ${unknown}`] as const
const untriedAdoption = [once, `failed: ${unknown}`] as const
const refreshing = {
  application: till,
  counted: refreshes,
  before: tokenDied,
  provoke: refresh,
  acted: renewed,
  unheard: renewed,
  pause: backOff,
}
const cautious = { application: cautiousTill, acted: untriedSession, unheard: untriedSession }
const polling = { application: till, counted: polls, before: codeShown, provoke: () => {}, pause: slower }

export const ordeals: readonly Ordeal[] = [
  { ...refreshing, what: 'refresh, no rotation', emulator: { tyro: server.keepsIt } },
  { ...refreshing, what: 'refresh, in its leeway', emulator: { tyro: server.rotates }, stored: false },
  {
    ...refreshing,
    what: 'refresh, out of its leeway',
    emulator: { tyro: { rotation: true, leeway: 0.5 } },
    acted: lostSession,
    stored: false,
  },
  { ...refreshing, what: 'refresh, reuse detection', emulator: { tyro: server.isStrict }, acted: lostSession },
  {
    ...refreshing,
    ...cautious,
    what: 'refresh, policy never, in its leeway',
    emulator: { tyro: server.rotates },
    stored: false,
  },
  { ...refreshing, ...cautious, what: 'refresh, policy never', emulator: { tyro: server.isStrict } },
  {
    what: 'adopted, reuse detection',
    application: till,
    emulator: { tyro: server.isStrict },
    counted: refreshes,
    provoke: adopt,
    acted: lostSession,
    unheard: renewed,
    pause: backOff,
  },
  {
    what: 'adopted, policy never',
    application: cautiousTill,
    emulator: { tyro: server.isStrict },
    counted: refreshes,
    provoke: adopt,
    acted: untriedAdoption,
    unheard: untriedAdoption,
    pause: backOff,
  },
  {
    what: 'client credentials',
    application: service,
    counted: tokenRequests,
    provoke: start,
    acted: renewed,
    unheard: renewed,
    pause: backOff,
  },
  {
    what: 'device code',
    application: till,
    counted: codeRequests,
    provoke: start,
    acted: [all, 'awaitingUser'],
    unheard: [all, 'awaitingUser'],
    pause: backOff,
    // A 200 without a code is an answer, and the next one would be no better.
    losses: unanswered,
    stored: 'awaitingUser',
  },
  { ...polling, what: 'poll with tokens', acted: [all, `failed: ${unknown}`], unheard: renewed },
  {
    what: 'code exchange',
    application: office,
    counted: exchanges,
    provoke: comesBack,
    acted: untriedAdoption,
    unheard: untriedAdoption,
    pause: backOff,
    times: [1],
  },
  {
    what: 'revocation',
    application: till,
    counted: revocations,
    before: async (player) => player.connection.adopt({ refreshToken: await foreignSession(player.emulator) }),
    provoke: revoke,
    acted: [all, 'revoked'],
    unheard: [all, 'revoked'],
    pause: backOff,
    // Any 2xx says that it is done.
    losses: unanswered,
    stored: 'revoked',
  },
]
