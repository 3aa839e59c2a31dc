import type { FlowEvent } from '../../src/dialogue.ts'
import { fail } from '../../src/failure.ts'
import type { Standing } from '../../src/recall.ts'
import type { Answer, Row } from './charts.ts'
import * as say from './charts.ts'

const { answers, breaks, done, failure, token } = say
const lived = { token }
const trouble = { failure, retryAt: 9_000 }
const leaving = { ...trouble, wantsRevoke: true } as const
/** The vault could not be read. */
export const blind = { failure: fail('vault_unavailable', { about: 'a test' }), retryAt: 9_000 }

/** An answer whose standing no chart knows. */
export const unforeseen = (id: string): Answer => done(id, { ...say.summary('idle'), standing: 'unforeseen' })

const older: FlowEvent = { type: 'token.rejected', generation: token.generation - 1 }

/** What all charts do alike. @param start the state of the grant's first request */
export const lifecycle = (start: string): readonly Row[] => [
  // Whatever is asked while the vault is read is kept.
  ['recalling', say.start, 'recalling', {}, { wish: 'authorization.start' }],
  ['recalling', say.cancel, 'recalling', {}, { wish: 'authorization.cancel' }],
  ['recalling', say.responded, 'recalling', {}, { wish: 'authorization.responded' }],
  ['recalling', say.refresh, 'recalling', {}, { wish: 'token.refresh' }],
  ['recalling', say.rejected, 'recalling', {}, { wish: 'token.rejected' }],
  ['recalling', say.revoke, 'recalling', {}, { wish: 'token.revoke', runs: 'recordRevoke' }],
  ['recalling', say.forget, 'recalling', {}, { wish: 'token.forget' }],
  ['recalling', say.changed, 'recalling', {}, { wish: undefined }],
  // A disconnect is not replaced by a lesser wish, and nothing follows a forget.
  ['recalling', say.refresh, 'recalling', { wish: say.revoke }, { wish: 'token.revoke' }],
  ['recalling', say.start, 'recalling', { wish: say.forget }, { wish: 'token.forget' }],
  ['recalling', say.revoke, 'recalling', { wish: say.refresh }, { wish: 'token.revoke' }],
  ['recalling', say.forget, 'recalling', { wish: say.revoke }, { wish: 'token.forget' }],
  ['recalling', say.revoke, 'recalling', { wish: say.forget }, { wish: 'token.forget' }],
  ['recalling', say.cancel, 'recalling', { wish: say.start }, { wish: 'authorization.cancel' }],
  // Without a wish, the record decides.
  ['recalling', answers('recall', 'idle'), 'idle'],
  ['recalling', answers('recall', 'starting'), start],
  ['recalling', answers('recall', 'authorized', lived), 'authorized'],
  ['recalling', answers('recall', 'refreshing', lived), 'refreshing'],
  ['recalling', answers('recall', 'backingOff', trouble), 'backingOff'],
  ['recalling', answers('recall', 'revoking', lived), 'revoking'],
  ['recalling', answers('recall', 'revoked'), 'revoked'],
  ['recalling', answers('recall', 'expired'), 'expired'],
  ['recalling', answers('recall', 'failed'), 'failed'],
  ['recalling', unforeseen('recall'), 'failed'],
  ['recalling', breaks('recall'), 'failed'],

  ['idle', say.start, start, {}, { wish: 'authorization.start' }],
  ['idle', say.forget, 'forgetting', {}, { wish: 'token.forget' }],
  ['idle', say.changed, 'recalling'],

  ['authorized', done('freshness', 'due'), 'refreshing', lived],
  ['authorized', done('freshness', 'over'), 'recalling', lived],
  ['authorized', breaks('freshness'), 'failed', lived],
  ['authorized', say.refresh, 'refreshing', lived, { wish: 'token.refresh' }],
  ['authorized', say.rejected, 'refreshing', lived, { wish: 'token.rejected' }],
  ['authorized', { type: 'token.rejected', generation: 0 }, 'authorized', lived, { wish: undefined }],
  ['authorized', say.revoke, 'revoking', lived, { wish: 'token.revoke' }],
  ['authorized', say.forget, 'forgetting', lived, { wish: 'token.forget' }],
  ['authorized', say.changed, 'refreshing', lived, { wish: 'record.changed' }],
  ['authorized', say.start, 'authorized', lived, { wish: undefined }],

  // In flight there is no way out but the answer; a disconnect is written down, not lost.
  ['refreshing', answers('refreshToken', 'authorized', lived), 'authorized', lived],
  ['refreshing', answers('refreshToken', 'backingOff', trouble), 'backingOff', lived],
  ['refreshing', answers('refreshToken', 'revoking', lived), 'revoking', lived],
  ['refreshing', answers('refreshToken', 'authorized', lived), 'revoking', { ...lived, wish: say.revoke }],
  ['refreshing', answers('refreshToken', 'expired'), 'expired', lived],
  ['refreshing', answers('refreshToken', 'idle'), 'recalling', lived],
  ['refreshing', breaks('refreshToken'), 'failed', lived],
  ['refreshing', say.revoke, 'refreshing', lived, { runs: 'recordRevoke' }],
  ['refreshing', say.forget, 'forgetting', lived, { wish: 'token.forget' }],
  ['refreshing', say.refresh, 'refreshing', lived, { wish: undefined }],
  ['refreshing', say.rejected, 'refreshing', lived, { wish: undefined }],
  ['refreshing', say.changed, 'refreshing', lived, { wish: undefined }],

  ['backingOff', done('nextTry', 'due'), 'recalling', trouble],
  ['backingOff', done('nextTry', 'over'), 'recalling', trouble],
  ['backingOff', breaks('nextTry'), 'failed', trouble],
  // Whatever is asked, what the record holds is read before anything is done.
  ['backingOff', say.start, 'recalling', trouble, { wish: 'authorization.start' }],
  ['backingOff', say.cancel, 'recalling', trouble, { wish: 'authorization.cancel' }],
  ['backingOff', say.responded, 'recalling', trouble, { wish: 'authorization.responded' }],
  ['backingOff', say.refresh, 'recalling', lived, { wish: 'token.refresh' }],
  ['backingOff', say.rejected, 'recalling', lived, { wish: 'token.rejected' }],
  ['backingOff', say.revoke, 'recalling', lived, { wish: 'token.revoke', runs: 'recordRevoke' }],
  ['backingOff', say.forget, 'recalling', trouble, { wish: 'token.forget' }],
  // Whoever disconnects can only hurry, or forget.
  ['backingOff', say.revoke, 'recalling', leaving, { wish: 'token.revoke', runs: 'recordRevoke' }],
  ['backingOff', say.forget, 'recalling', leaving, { wish: 'token.forget' }],
  ['backingOff', say.start, 'backingOff', leaving, { wish: undefined }],
  ['backingOff', say.cancel, 'backingOff', leaving, { wish: undefined }],
  ['backingOff', say.refresh, 'backingOff', leaving, { wish: undefined }],
  [
    'recalling',
    answers('recall', 'backingOff', leaving),
    'backingOff',
    { ...leaving, wish: say.cancel },
    { wish: undefined },
  ],
  [
    'recalling',
    answers('recall', 'backingOff', leaving),
    'revoking',
    { ...leaving, wish: say.revoke },
    { wish: 'token.revoke' },
  ],
  ['backingOff', say.changed, 'recalling', { ...blind, wish: say.refresh }, { wish: 'token.refresh' }],
  ['backingOff', say.refresh, 'recalling', { ...blind, wish: say.forget }, { wish: 'token.forget' }],

  ['revoking', answers('revokeToken', 'revoked'), 'revoked', lived],
  ['revoking', answers('revokeToken', 'backingOff', trouble), 'backingOff', lived],
  ['revoking', answers('revokeToken', 'authorized', lived), 'recalling', lived],
  ['revoking', breaks('revokeToken'), 'failed', lived],
  ['revoking', say.forget, 'forgetting', lived, { wish: 'token.forget' }],
  ['revoking', say.start, 'revoking', lived, { wish: undefined }],
  ['revoking', say.refresh, 'revoking', lived, { wish: undefined }],

  ['forgetting', answers('forget', 'idle'), 'idle', lived],
  ['forgetting', answers('forget', 'backingOff', blind), 'backingOff', { wish: say.forget }, { wish: 'token.forget' }],
  ['forgetting', answers('forget', 'authorized', lived), 'recalling', lived],
  ['forgetting', breaks('forget'), 'failed', lived],
  ['forgetting', say.start, 'forgetting', lived, { wish: undefined }],

  // At rest, but not final.
  ...(['revoked', 'expired', 'failed'] as const).flatMap((from): Row[] => [
    [from, say.start, start, { failure }, { wish: 'authorization.start' }],
    [from, say.forget, 'forgetting', { failure }, { wish: 'token.forget' }],
    [from, say.revoke, from, { failure }, { wish: undefined }],
    [from, say.changed, 'recalling', { failure }],
  ]),
  ['expired', say.refresh, 'expired', { failure }],
  ['failed', say.refresh, 'recalling', { failure }],

  // A session is not given up, but disconnected; a rejection concerns one token.
  ['recalling', answers('recall', 'backingOff', lived), 'backingOff', { wish: say.cancel }, { wish: undefined }],
  ['recalling', answers('recall', 'authorized', lived), 'authorized', { wish: older }, { wish: undefined }],
  // Each wish that was kept, where the record allows it.
  ...wishes(start).map(
    ([wish, standing, to]): Row => [
      'recalling',
      answers('recall', standing, wish === say.cancel ? {} : lived),
      to,
      { wish },
      { wish: wish.type },
    ],
  ),
]

/** A wish that was kept, where the record stands, and where that leads; each other pair leads to where the record stands. */
const wishes = (start: string): [FlowEvent, Standing, string][] => [
  ...(['idle', 'expired', 'revoked', 'failed'] as const).map((at): [FlowEvent, Standing, string] => [
    say.start,
    at,
    start,
  ]),
  [say.cancel, 'starting', 'forgetting'],
  [say.cancel, 'backingOff', 'forgetting'],
  [say.refresh, 'authorized', 'refreshing'],
  [say.refresh, 'backingOff', 'refreshing'],
  [say.rejected, 'authorized', 'refreshing'],
  [say.rejected, 'backingOff', 'refreshing'],
  ...(['authorized', 'refreshing', 'backingOff'] as const).map((at): [FlowEvent, Standing, string] => [
    say.revoke,
    at,
    'revoking',
  ]),
  [say.revoke, 'starting', 'forgetting'],
  ...standings.map((at): [FlowEvent, Standing, string] => [say.forget, at, 'forgetting']),
]

/** Where a record of any grant may stand. */
export const standings = [
  'idle',
  'starting',
  'authorized',
  'refreshing',
  'backingOff',
  'revoking',
  'revoked',
  'expired',
  'failed',
] as const

/** Whether a wish that was kept is honoured where the record stands. */
export function isHonoured(start: string, wish: FlowEvent, standing: Standing): boolean {
  return wishes(start).some(([asked, at]) => asked === wish && at === standing)
}
