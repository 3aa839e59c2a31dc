import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Screen, ScreenPrompt } from '../../src/inspect/messages.ts'
import { parseRecording } from '../../src/inspect/recording.ts'
import { type Story, storiesOf } from '../../src/inspect/story.ts'
import { nameOf, recordingOf } from '../../src/viewer/page/files.ts'
import { connectionsOf } from '../../src/viewer/page/state/connections.ts'
import { type Look, lookAt } from '../../src/viewer/page/state/look.ts'
import { begin, reduce } from '../../src/viewer/page/state/store.ts'
import { causeOf, outcomeOf } from '../../src/viewer/page/words/causes.ts'
import { counted, dayOf, left, span, timeOf } from '../../src/viewer/page/words/durations.ts'
import { askedBy, keys } from '../../src/viewer/page/words/keys.ts'
import { chartStates } from '../../src/viewer/page/words/machines.ts'
import { report } from '../../src/viewer/page/words/report.ts'
import { type Telling, tell } from '../support/viewer-page/telling.ts'

const NOW = Date.UTC(2026, 0, 1, 12)
const S = 1_000
const MIN = 60 * S

describe('what came of a request', () => {
  it.each([
    ['polling', 'awaitingUser', 'polling: not approved yet'],
    ['polling', 'slowDown', 'polling: slow down'],
    ['refreshing', 'authorized', 'refreshing: a new token'],
    ['refreshing', 'expired', 'refreshing → expired'],
  ])('from %s to %s reads "%s"', (from, to, expected) => {
    expect(outcomeOf(from, to)).toBe(expected)
  })

  it.each([
    ['polling', 'awaitingUser', 'server_unavailable', 'polling → awaitingUser'],
    ['refreshing', 'authorized', 'outcome_unknown', 'refreshing → authorized'],
  ] as const)('that failed from %s to %s is no more than these states: %s', (from, to, failure, expected) => {
    expect(outcomeOf(from, to, failure)).toBe(expected)
  })
})

describe('times', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [340, '0.3 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 00 s'],
    [185 * S, '3 min 05 s'],
    [59.999 * MIN, '1 h 00 min'],
    [130 * MIN, '2 h 10 min'],
    [76 * 60 * MIN, '3 d 4 h'],
    [9_999 * 24 * 60 * MIN, '9999 d 0 h'],
    [1e308, 'more than 10,000 d'],
    [Number.POSITIVE_INFINITY, 'more than 10,000 d'],
  ])('of %i milliseconds reads %s', (milliseconds, text) => {
    expect(span(milliseconds)).toBe(text)
  })

  it.each([
    [0, '0 s'],
    [-1, '0 s'],
    [1, '1 s'],
    [4 * S, '4 s'],
    [59_001, '1:00'],
    [581 * S, '9:41'],
    [3_600 * S, '1 h 00 min'],
    [25 * 60 * MIN, '1 d 1 h'],
    [1e308, 'more than 10,000 d'],
  ])('left of %i milliseconds reads %s', (milliseconds, text) => {
    expect(left(milliseconds)).toBe(text)
  })

  it('that no calendar knows are a dash, since a recording may hold any number', () => {
    expect([timeOf(1e300), dayOf(-1e300)]).toEqual(['–', '–'])
    expect(timeOf(NOW)).toMatch(/^\d\d:\d\d:\d\d$/)
    expect(dayOf(NOW)).toBe('1 Jan 2026')
  })

  it('and numbers of things are counted', () => {
    expect([counted(1, 'line'), counted(2_041, 'line')]).toEqual(['1 line', '2,041 lines'])
  })
})

describe('what led to a state', () => {
  it.each([
    [undefined, 'the beginning'],
    ['xstate.init', 'the beginning'],
    ['authorization.start', 'authorization.start'],
    ['xstate.done.actor.pollToken', 'pollToken answered'],
    ['xstate.done.actor.nextPoll', 'the next poll was due'],
    ['xstate.error.actor.pollToken', 'pollToken broke'],
    ['xstate.after.short.checkout.paying', 'after short'],
    ['xstate.after.3000.checkout.paying', 'after 3 s'],
    ['xstate.after.1500.checkout.paying', 'after 1.5 s'],
    ['xstate.done.actor.constructor', 'constructor answered'],
    ['xstate.error.actor.0.checkout.paying', 'the invoked actor broke'],
  ])('by %s reads: %s', (event, text) => {
    expect(causeOf(event)).toBe(text)
  })
})

/** What there is to see of the last state of a telling, so many milliseconds later. */
function lookBack(telling: Telling, later: number, screen?: Screen): Look {
  const told = [
    { type: 'host', host: 'a', name: 'app', deeds: [], ahead: 0 } as const,
    ...telling.observations.map((observation) => ({ type: 'observed', host: 'a', observation }) as const),
    ...(screen ? [{ type: 'screen', host: 'a', actor: telling.actor, screen } as const] : []),
  ].map((message) => ({ message, at: telling.at }))
  const open = reduce(begin(), { type: 'link', link: { is: 'open' }, at: NOW })
  const state = reduce(open, { type: 'told', told })
  const [connection] = connectionsOf(state.live)
  if (!connection) throw new Error('nothing was told')
  return lookAt(connection, state, telling.at + later)
}

/** The sentence for it. */
function why(telling: Telling, later: number, prompt?: ScreenPrompt): string {
  return lookBack(telling, later, { accepts: [], pollInterval: 9, ...(prompt && { prompt }) }).why
}

describe('a disconnect that the provider has not taken yet', () => {
  const trouble = { failure: 'server_unavailable', deadlines: { retry: 13 * S } } as const
  const till = tell('1', 'till', 'deviceCode', NOW, 'requestingCode').answer(0, 'refreshToken', 'authorized')
  const leaving = till.go(0, 'token.revoke', 'revoking').answer(0, 'revokeToken', 'backingOff', trouble)
  const resumed = tell('1', 'till', 'deviceCode', NOW, 'recalling').answer(0, 'recall', 'backingOff', trouble)

  it.each<[string, Telling, Screen | undefined]>([
    ['in a recording, by the states before it', leaving, undefined],
    [
      'in a recording, after another look',
      leaving.answer(S, 'nextTry', 'recalling').answer(0, 'recall', 'backingOff', trouble),
      undefined,
    ],
    ['by what the program shows, where it was asked for in another life', resumed, { accepts: [], wantsRevoke: true }],
  ])('is told %s', (_, telling, screen) => {
    expect(lookBack(telling, S, screen).view.title).toBe('Disconnecting')
  })

  it('is told of no other trouble', () => {
    const back = leaving.answer(0, 'nextTry', 'revoking').answer(0, 'revokeToken', 'revoked')
    const again = back.go(0, 'authorization.start', 'requestingCode').answer(0, 'requestCode', 'backingOff', trouble)
    expect(lookBack(again, S).view.title).not.toBe('Disconnecting')
    expect(lookBack(resumed, S, { accepts: [] }).view.title).not.toBe('Disconnecting')
  })
})

describe('why a connection is where it is', () => {
  const prompt = {
    kind: 'device',
    userCode: 'WDJB-MJHT',
    verificationUri: 'https://example.com/activate',
    expiresAt: NOW + 10 * MIN,
  } as const
  const till = tell('1', 'till', 'deviceCode', NOW, 'requestingCode')
  const store = tell('1', 'store', 'authorizationCode', NOW, 'preparing')

  it.each([
    [
      'a code that waits for a person',
      till.answer(0, 'requestCode', 'awaitingUser', { deadlines: { poll: 5 * S, prompt: 10 * MIN } }),
      prompt,
      'The merchant opens example.com/activate and types WDJB-MJHT. The next poll is due in 4 s; the code ends in 9:59.',
    ],
    [
      'a provider that wants fewer polls',
      till.answer(0, 'pollToken', 'slowDown', { deadlines: { poll: 9 * S, prompt: 10 * MIN } }),
      prompt,
      'The merchant opens example.com/activate and types WDJB-MJHT. The provider wants to be asked less often: no more often than every 9 seconds from now on. The next poll is due in 8 s; the code ends in 9:59.',
    ],
    [
      'a code whose poll met trouble',
      till.answer(0, 'pollToken', 'awaitingUser', {
        failure: 'network',
        deadlines: { poll: 5 * S, prompt: 10 * MIN },
      }),
      prompt,
      'The merchant opens example.com/activate and types WDJB-MJHT. Trying again automatically. The next poll is due in 4 s; the code ends in 9:59.',
    ],
    [
      'a poll that is under way, as of the wait before it',
      till.answer(0, 'nextPoll', 'polling', { deadlines: { poll: 0, prompt: 10 * MIN } }),
      prompt,
      'The merchant opens example.com/activate and types WDJB-MJHT. The code ends in 9:59; the poll is due now.',
    ],
    [
      'a machine whose words turn what is beside them',
      tell('1', 'checkout', 'checkout', NOW, 'cart').go(0, 'p\u202Eay', 'paying'),
      undefined,
      'What led here: pay.',
    ],
    [
      'a login page that was opened',
      store.answer(0, 'prepareAuthorization', 'awaitingUser', { deadlines: { prompt: 10 * MIN } }),
      { kind: 'redirect', url: 'https://example.com/authorize?state=secret', expiresAt: NOW + 10 * MIN } as const,
      'The merchant opens the login page, logs in, and comes back. The link ends in 9:59.',
    ],
    [
      'a provider that is in trouble, and a token that has ended',
      till.answer(0, 'refreshToken', 'backingOff', {
        failure: 'server_unavailable',
        deadlines: { retry: 13 * S, token: 500 },
      }),
      undefined,
      'Trying again automatically. The next try is in 12 s; the token has ended.',
    ],
    [
      'a renewal that failed, and is not due before the next try',
      till.answer(0, 'refreshToken', 'backingOff', {
        failure: 'server_unavailable',
        deadlines: { retry: 2 * S, refresh: 49 * S, token: MIN },
      }),
      undefined,
      'Trying again automatically. The next try is in 1 s; the token ends in 59 s.',
    ],
    [
      'a machine of the host’s own',
      tell('1', 'checkout', 'checkout', NOW, 'cart').go(0, 'pay', 'paying'),
      undefined,
      'What led here: pay.',
    ],
  ])('is told of %s', (_, telling, shown, text) => {
    expect(why(telling, S, shown)).toBe(text)
  })
})

describe('keys', () => {
  const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
    askedBy({ key, code: '', shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more })

  it.each([
    [' ', { type: 'toggle' }],
    ['ArrowLeft', { type: 'move', by: 'back' }],
    ['ArrowRight', { type: 'move', by: 'forward' }],
    ['Home', { type: 'move', by: 'first' }],
    ['End', { type: 'move', by: 'last' }],
    ['?', { type: 'help' }],
    ['a', undefined],
    ['toString', undefined],
  ])('%j asks for %j', (key, asked) => {
    expect(press(key)).toEqual(asked)
  })

  it('are left to the browser where they belong to it', () => {
    expect(press('ArrowLeft', { altKey: true })).toBeUndefined()
    expect(press('1', { code: 'Digit1', ctrlKey: true })).toBeUndefined()
    expect(press('End', { shiftKey: true })).toBeUndefined()
  })

  it('choose connections by their place, on any keyboard', () => {
    expect(press('&', { code: 'Digit1' })).toEqual({ type: 'number', place: 0, beside: false })
    expect(press('(', { code: 'Digit9', shiftKey: true })).toEqual({ type: 'number', place: 8, beside: true })
    expect(press('0', { code: 'Digit0' })).toBeUndefined()
  })

  it('are all told', () => {
    expect(keys.flatMap(([names]) => names)).toEqual(
      expect.arrayContaining(['Space', '←', '→', 'Home', 'End', '1', 'Shift', '?']),
    )
  })
})

describe('the states of the charts', () => {
  it('are all known, and no others', () => {
    const names = ['device-code', 'authorization-code', 'client-credentials'].flatMap((name) => {
      const text = readFileSync(new URL(`../../visualizations/${name}.json`, import.meta.url), 'utf8')
      return Object.keys(JSON.parse(text).states)
    })
    expect(new Set(names)).toEqual(chartStates)
  })
})

/** What must not get out. It stands wherever a host can put a word of its own, or what only a screen may show. */
const MARKER = 'MARKER'

describe('a report', () => {
  const till = tell('1', `${MARKER}/till`, 'deviceCode', NOW)
    .answer(200, 'recall', 'requestingCode')
    .answer(300, 'requestCode', 'awaitingUser', { request: { endpoint: 'deviceAuthorization', status: 200 } })
    .answer(5 * S, 'nextPoll', 'polling')
    .answer(30 * S, 'pollToken', 'backingOff', { request: { endpoint: 'token' }, failure: 'timeout' })
  const lives = (...tellings: readonly Telling[]): Story[] =>
    tellings.flatMap(({ observations }) => [...storiesOf(observations).values()])
  const versions = { 'oauth-machines': '1.2.3' }
  const told = (...connections: readonly Story[][]) =>
    report({ connections: connections.map((all) => ({ lives: all })), now: NOW + MIN, versions })

  it('tells what happened, with numbers in place of names', () => {
    expect(told(lives(till))).toBe(`_oauth-machines 1.2.3_

### Connection 1

- Chart: \`deviceCode\`
- State: \`backingOff\`
- Failure: \`timeout\`
- Last arrow: \`polling|xstate.done.actor.pollToken|backingOff\`

**States**

- +0.0 s \`recalling\` for 0.2 s (the beginning)
- +0.2 s \`requestingCode\` for 0.3 s (\`recall\` answered)
- +0.5 s \`awaitingUser\` for 5.0 s (\`requestCode\` answered)
- +5.5 s \`polling\` for 30 s (the next poll was due)
- +36 s \`backingOff\` for 25 s (\`pollToken\` answered)

**Requests**

- +0.5 s device authorization: 200 after 0.3 s, in \`requestingCode\`
- +36 s token: no answer after 30 s, in \`polling\`, \`timeout\`
`)
  })

  it('holds no name of a connection or of a host’s machine, and no date', () => {
    const own = tell('2', MARKER, MARKER, NOW, `${MARKER} cart`)
      .go(S, `xstate.done.actor.${MARKER}`, `${MARKER} paying`)
      .go(S, `xstate.after.${MARKER}.x`, `${MARKER} cart`, { request: { endpoint: 'token', status: 200 } })
      .go(S, MARKER, `${MARKER} paying`)
    const namesake = tell('3', MARKER, 'deviceCode', NOW, 'idle').go(S, MARKER, MARKER)
    const text = told(lives(till), lives(own), lives(namesake))
    expect(text).toContain(`### Connection 2

- Chart: a machine of the host’s own
- State: state 2

**States**

- +0.0 s state 1 for 1.0 s (the beginning)
- +1.0 s state 2 for 1.0 s (an event)
- +2.0 s state 1 for 1.0 s (an event)
- +3.0 s state 2 for 57 s (an event)

**Requests**

- +2.0 s token: 200 after 1.0 s, in state 2
`)
    expect(text).not.toContain(MARKER)
    expect(text).not.toMatch(/202\d/)
  })

  it('tells where a connection began anew, and that it has stopped', () => {
    const again = tell('2', till.actor, 'deviceCode', NOW + 40 * S).stop(S)
    const text = told(lives(till.stop(S), again))
    expect(text).toContain('(began anew)')
    expect(text).toContain('State: `recalling`, stopped')
  })

  it('tells of a long night how it ended', () => {
    let long = till
    for (let count = 0; count < 60; count++) long = long.go(S, 'record.changed', count % 2 ? 'polling' : 'awaitingUser')
    const text = told(lives(long))
    expect(text).toContain('(15 earlier ones are left out)')
    expect(text.match(/^- \+.* for /gm)).toHaveLength(50)
  })

  it('is not torn by a word of the host’s', () => {
    const events = ['<img src=x>', '@someone', 'a`<b>`` c', 'c\n# d', '\u2028# e', '`', '\u202Eab', '']
    const causes = [...events, ...events.map((event) => `xstate.done.actor.${event}`), 'xstate.after.<i>.x']
    const torn = causes.reduce((telling, event) => telling.go(S, event, 'idle').go(S, event, 'polling'), till)
    const outside = told(lives(torn)).replaceAll(/`[^`\n]+`|^#+ /gm, '')
    expect(outside).not.toMatch(/[`<>@#\u2028\u202E]/)
    expect(outside.match(/^- \+/gm)).toHaveLength(39 + 2)
  })
})

describe('a recording of what was seen', () => {
  const till = tell('app/1', 'till', 'deviceCode', NOW).answer(200, 'recall', 'idle')
  const store = tell('other/1', 'store', 'authorizationCode', NOW).answer(200, 'recall', 'idle').stop(S)

  it('reads as what was seen, its actors counted from 1 whichever host they were of', () => {
    const { observations, problems } = parseRecording(recordingOf([...till.observations, ...store.observations]))
    expect(problems).toEqual([])
    expect(observations).toEqual([
      ...till.observations.map((each) => ({ ...each, actor: '1' })),
      ...store.observations.map((each) => ({ ...each, actor: '2' })),
    ])
  })

  it('has a name that sorts by time', () => {
    expect(nameOf(NOW)).toBe('recording-2026-01-01-12-00.jsonl')
  })
})
