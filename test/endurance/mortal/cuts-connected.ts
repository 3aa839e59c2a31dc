import type { EmulatorOptions } from '../../../src/emulator/index.ts'
import { cautiousTill, refreshes, revocations, server, service, till, tokenRequests } from './applications.ts'
import type { Cut } from './cuts.ts'
import { connected, serviceTokenDied, tokenDied } from './past.ts'
import { adopts, again, revoke } from './people.ts'
import type { Scene } from './play.ts'
import type { Application } from './stage.ts'

const refreshing = (tyro: EmulatorOptions['tyro'] = {}, application: Application = till): Scene => {
  return { ...application, emulator: { tyro }, counted: refreshes, before: tokenDied }
}
const adopting = (tyro: EmulatorOptions['tyro'] = {}, application: Application = till): Scene => {
  return { ...application, emulator: { tyro }, counted: refreshes, provoke: adopts }
}

const lostSession = 'expired: outcome_unknown'
const renewed = {
  step: 'refreshToken',
  untold: ['refreshing', 1, 'authorized'],
  unsent: ['refreshing', 1, 'authorized'],
  unheard: ['refreshing', 2, 'authorized'],
  lost: ['refreshing', 2, 'authorized'],
  stored: ['authorized', 1, 'authorized'],
} as const satisfies Partial<Cut>
const adopted = {
  step: 'refreshToken',
  untold: ['adopting', 1, 'authorized'],
  unsent: ['adopting', 1, 'authorized'],
  unheard: ['adopting', 2, 'authorized'],
  lost: ['adopting', 2, 'authorized'],
  stored: ['authorized', 1, 'authorized'],
} as const satisfies Partial<Cut>

/** What is asked once there is a session, until it is ended. */
export const connectedCuts: readonly Cut[] = [
  {
    ...renewed,
    what: 'client credentials, again',
    scene: { ...service, counted: tokenRequests, before: serviceTokenDied },
  },
  { ...renewed, what: 'refresh, no rotation', scene: refreshing(server.keepsIt) },
  { ...renewed, what: 'refresh, leeway', scene: refreshing(server.rotates) },
  {
    ...renewed,
    what: 'refresh, reuse detection',
    scene: refreshing(server.isStrict),
    lost: ['refreshing', 2, lostSession],
  },
  {
    ...renewed,
    what: 'refresh, policy never',
    scene: refreshing(server.isStrict, cautiousTill),
    unsent: ['expired', 0, lostSession],
    unheard: ['expired', 1, lostSession],
    lost: ['expired', 1, lostSession],
  },
  { ...adopted, what: 'adopted, no rotation', scene: adopting(server.keepsIt) },
  {
    ...adopted,
    what: 'adopted, reuse detection',
    scene: adopting(server.isStrict),
    lost: ['adopting', 2, lostSession],
  },
  {
    ...adopted,
    what: 'adopted, policy never',
    scene: adopting(server.isStrict, cautiousTill),
    unsent: ['failed', 0, 'failed: outcome_unknown'],
    unheard: ['failed', 1, 'failed: outcome_unknown'],
    lost: ['failed', 1, 'failed: outcome_unknown'],
  },
  {
    what: 'revocation',
    step: 'revoke',
    scene: { ...till, counted: revocations, before: connected, provoke: revoke, goOn: again('authorized', revoke) },
    untold: ['authorized', 1, 'revoked'],
    unsent: ['revoking', 1, 'revoked'],
    unheard: ['revoking', 2, 'revoked'],
    lost: ['revoking', 2, 'revoked'],
    stored: ['revoked', 1, 'revoked'],
  },
]
