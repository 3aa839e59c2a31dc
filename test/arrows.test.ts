import { describe, expect, it } from 'vitest'
import { createActor, waitFor } from 'xstate'
import type { FlowContext } from '../machines/flow.ts'
import * as say from './support/charts.ts'
import {
  answers,
  arrowsOf,
  arrowTaken,
  breaks,
  charts,
  done,
  failure,
  named,
  type Row,
  step,
} from './support/charts.ts'
import { blind, lifecycle } from './support/lifecycle.ts'

const prompt = { kind: 'redirect', url: say.responded.url, expiresAt: 9_000 } as const

/** While connecting, giving up is possible at any moment, and nothing else is. */
const givesUp = (from: string): Row[] => [
  [from, say.cancel, 'forgetting', { failure }, { wish: 'authorization.cancel' }],
  [from, say.forget, 'forgetting', { failure }, { wish: 'token.forget' }],
  [from, say.start, from, {}, { wish: undefined }],
  [from, say.refresh, from, {}, { wish: undefined }],
  [from, say.rejected, from, {}, { wish: undefined }],
]

/** The grant's first request: what it may lead to, and all else is looked at again. */
const firstRequest = (from: string, actor: string, to: string): Row[] => [
  [from, answers(actor, to === 'authorized' ? 'authorized' : 'awaitingUser'), to],
  [from, answers(actor, 'backingOff', { failure }), 'backingOff', {}, { wish: undefined }],
  [from, answers(actor, 'backingOff', blind), 'backingOff', { wish: say.start }, { wish: 'authorization.start' }],
  [from, answers(actor, 'failed', { failure }), 'failed'],
  [from, answers(actor, 'idle'), 'recalling'],
  [from, breaks(actor), 'failed'],
  ...givesUp(from),
]

/** A session from elsewhere counts once it is proved. */
const adoption: Row[] = [
  ['recalling', answers('recall', 'adopting'), 'adopting'],
  ['adopting', answers('adoptToken', 'authorized'), 'authorized'],
  ['adopting', answers('adoptToken', 'backingOff', { failure }), 'backingOff'],
  ['adopting', answers('adoptToken', 'expired', { failure }), 'expired'],
  ['adopting', answers('adoptToken', 'failed', { failure }), 'failed'],
  ['adopting', answers('adoptToken', 'idle'), 'recalling'],
  ['adopting', breaks('adoptToken'), 'failed'],
  ...givesUp('adopting'),
]

const own: Readonly<Record<string, readonly Row[]>> = {
  deviceCode: [
    ['recalling', answers('recall', 'awaitingUser'), 'awaitingUser'],
    ['recalling', answers('recall', 'polling'), 'polling'],
    ['recalling', answers('recall', 'slowDown'), 'slowDown'],
    ['recalling', answers('recall', 'slowDown'), 'forgetting', { wish: say.cancel }, { wish: 'authorization.cancel' }],
    ['recalling', answers('recall', 'polling'), 'polling', { wish: say.responded }, { wish: undefined }],
    ...firstRequest('requestingCode', 'requestCode', 'awaitingUser'),
    ['awaitingUser', done('nextPoll', 'due'), 'polling'],
    ['awaitingUser', done('nextPoll', 'over'), 'recalling'],
    ['awaitingUser', breaks('nextPoll'), 'failed'],
    ...givesUp('awaitingUser'),
    ['polling', answers('pollToken', 'awaitingUser'), 'awaitingUser'],
    ['polling', answers('pollToken', 'slowDown'), 'slowDown'],
    ['polling', answers('pollToken', 'authorized'), 'authorized'],
    ['polling', answers('pollToken', 'backingOff', { failure }), 'backingOff'],
    ['polling', answers('pollToken', 'expired', { failure }), 'expired'],
    ['polling', answers('pollToken', 'failed', { failure }), 'failed'],
    ['polling', answers('pollToken', 'idle'), 'recalling'],
    ['polling', breaks('pollToken'), 'failed'],
    ...givesUp('polling'),
    ['slowDown', done('slowPoll', 'due'), 'polling'],
    ['slowDown', done('slowPoll', 'over'), 'recalling'],
    ['slowDown', breaks('slowPoll'), 'failed'],
    ...givesUp('slowDown'),
    ['awaitingUser', say.changed, 'recalling'],
    ['slowDown', say.changed, 'recalling'],
    ['polling', say.changed, 'polling'],
    ...adoption,
  ],
  authorizationCode: [
    ['recalling', answers('recall', 'awaitingUser'), 'awaitingUser'],
    [
      'recalling',
      answers('recall', 'awaitingUser'),
      'exchangingCode',
      { wish: say.responded },
      { wish: say.responded.type },
    ],
    ['recalling', answers('recall', 'authorized'), 'authorized', { wish: say.responded }, { wish: undefined }],
    ['recalling', answers('recall', 'failed'), 'failed', { wish: say.responded }, { wish: undefined }],
    ...firstRequest('preparing', 'prepareAuthorization', 'awaitingUser'),
    ['awaitingUser', say.responded, 'exchangingCode', { prompt }, { wish: 'authorization.responded' }],
    ['awaitingUser', done('patience', 'due'), 'recalling', { prompt }],
    ['awaitingUser', done('patience', 'over'), 'recalling', { prompt }],
    ['awaitingUser', breaks('patience'), 'failed', { prompt }],
    ...givesUp('awaitingUser'),
    [
      'exchangingCode',
      answers('exchangeCode', 'authorized'),
      'authorized',
      { wish: say.responded },
      { wish: undefined },
    ],
    ['exchangingCode', answers('exchangeCode', 'failed', { failure }), 'failed'],
    ['exchangingCode', answers('exchangeCode', 'expired', { failure }), 'expired'],
    [
      'exchangingCode',
      answers('exchangeCode', 'backingOff', blind),
      'backingOff',
      { wish: say.responded },
      { wish: say.responded.type },
    ],
    ['exchangingCode', answers('exchangeCode', 'awaitingUser', { failure }), 'awaitingUser'],
    ['exchangingCode', answers('exchangeCode', 'revoked'), 'recalling'],
    ...(['idle', 'revoked', 'expired', 'failed'] as const).map(
      (state) => [state, say.responded, 'recalling', {}, { wish: 'authorization.responded' }] as const,
    ),
    ['exchangingCode', breaks('exchangeCode'), 'failed'],
    ['exchangingCode', say.responded, 'exchangingCode', {}, { wish: undefined }],
    ...givesUp('exchangingCode'),
    ['awaitingUser', say.changed, 'recalling', { prompt }],
    ['exchangingCode', say.changed, 'exchangingCode'],
    ...adoption,
  ],
  clientCredentials: firstRequest('requestingToken', 'requestToken', 'authorized'),
}

describe.each(charts)('$id', ({ id, chart, start, awaiting }) => {
  const rows = own[id] ?? []

  it.each(rows.map(named))('$name', ({ row: [from, event, to, given, leaves] }) => {
    const taken = step(chart, from, event, given)
    expect(taken.to).toBe(to)
    if (leaves && 'wish' in leaves) expect(taken.context.wish?.type).toBe(leaves.wish)
  })

  it('has no arrow that the tables do not take', () => {
    // An answer of a standing that the shared table cannot know, since only this grant awaits somebody.
    const given: Row[] = awaiting
      .slice(0, 1)
      .flatMap((standing): Row[] => [['recalling', answers('recall', standing), 'forgetting', { wish: say.revoke }]])
    const taken = new Set([...rows, ...lifecycle(start), ...given].map((row) => arrowTaken(chart, row)))
    const missing = arrowsOf(chart).filter(({ arrow }) => !taken.has(arrow))
    expect(missing.map(({ name }) => name)).toEqual([])
  })

  it('has no row twice', () => {
    const names = [...rows, ...lifecycle(start)].map((row) => named(row).name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('follows a kept wish from the first read to where it leads', () => {
    const kept = step(chart, 'recalling', say.start)
    const begun = step(chart, kept.to, answers('recall', 'idle'), kept.context)
    expect([begun.to, begun.context.wish]).toEqual([start, say.start])
    const revoked = step(chart, 'recalling', say.revoke)
    const heavier = step(chart, revoked.to, say.refresh, revoked.context)
    expect(step(chart, heavier.to, answers('recall', 'authorized'), heavier.context).to).toBe('revoking')
  })

  it('sends every verb out with the name, what was asked, and the token that it knows', () => {
    const context = say.knowing({ token: say.token, wish: say.rejected })
    const errands = Object.values(chart.root.states).flatMap(({ invoke }) =>
      invoke.filter(({ src }) => src !== 'deadline'),
    )
    expect(errands.length).toBeGreaterThan(4)
    for (const { input } of errands)
      expect(inputOf(input, context)).toEqual({ connection: context.connection, wish: say.rejected, generation: 1 })
  })
})

describe.each(charts)('$id by itself', ({ chart }) => {
  it('says that it has no actors, and where to get them', async () => {
    const actor = createActor(chart, { input: { connection: 'till' } }).start()
    const { context, value } = await waitFor(actor, ({ value: state }) => state === 'failed')
    expect([value, context.failure.code, context.endedBecause]).toEqual([
      'failed',
      'invalid_configuration',
      'invalid_configuration',
    ])
    expect(context.failure.message).toMatch(/^recall: a chart alone has no actors\. Use createClient/)
  })
})

describe('a deadline', () => {
  const device = {
    ...prompt,
    kind: 'device',
    userCode: 'A',
    verificationUri: 'B',
    verificationUriComplete: undefined,
  } as const
  const polls = { prompt: device, nextPollAt: 5_000 }
  const bearer = { ...say.token, renewable: false }

  it.each([
    ['deviceCode', 'awaitingUser', polls, { at: 5_000, until: 9_000, watched: true, steady: true }],
    ['deviceCode', 'slowDown', polls, { at: 5_000, until: 9_000, watched: true, steady: true }],
    ['authorizationCode', 'awaitingUser', { prompt }, { at: undefined, until: 9_000, watched: true, steady: false }],
    ['deviceCode', 'authorized', { token: say.token }, { at: 1_000, until: undefined, watched: false, steady: true }],
    ['deviceCode', 'authorized', { token: bearer }, { at: undefined, until: 2_000, watched: false, steady: true }],
    [
      'clientCredentials',
      'backingOff',
      { retryAt: 7_000 },
      { at: 7_000, until: undefined, watched: true, steady: true },
    ],
    [
      'clientCredentials',
      'backingOff',
      { retryAt: 7_000, token: say.token },
      { at: 7_000, until: undefined, watched: false, steady: true },
    ],
    [
      'deviceCode',
      'backingOff',
      { retryAt: 7_000, wantsRevoke: true },
      { at: 7_000, until: undefined, watched: false, steady: true },
    ],
  ] as const)('in %s %s waits for what the context says', (id, key, known, expected) => {
    const invoke = charts.find((chart) => chart.id === id)?.chart.root.states[key]?.invoke[0]
    expect(invoke?.src).toBe('deadline')
    expect(inputOf(invoke?.input, say.knowing(known))).toEqual(expected)
  })
})

function inputOf(input: unknown, context: FlowContext): unknown {
  return typeof input === 'function' ? input({ context }) : input
}
