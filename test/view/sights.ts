import { isFailureCode } from '../../src/failure.ts'
import { whoCanAct } from '../../src/view/failures.ts'
import type { Seen, SeenPrompt, View, Wish } from '../../src/view/index.ts'
import { charts } from '../support/charts.ts'

/** Everything that a screen may meet, in all combinations. */

export const NOW = Date.UTC(2030, 0, 1)

/** In the order of a good screen. */
export const wishes: readonly Wish[] = [
  'authorization.start',
  'authorization.cancel',
  'token.refresh',
  'token.revoke',
  'token.forget',
]

export const device = {
  kind: 'device',
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://login.example/activate',
  verificationUriComplete: 'https://login.example/activate?user_code=WDJB-MJHT',
  expiresAt: NOW + 900_000,
} as const satisfies SeenPrompt

/** Ends in what must be in no text. */
export const authorizationUrl = 'https://login.example/authorize?client_id=pos&state=marker-of-the-state'
export const redirect = {
  kind: 'redirect',
  url: authorizationUrl,
  expiresAt: NOW + 600_000,
} as const satisfies SeenPrompt

export const prompts: readonly (SeenPrompt | undefined)[] = [
  undefined,
  device,
  { ...device, verificationUriComplete: undefined },
  {
    ...device,
    userCode: 'ABCDEFGH',
    verificationUri: 'javascript:alert(1)',
    verificationUriComplete: 'data:text/html,',
  },
  { ...device, expiresAt: NOW },
  redirect,
  { ...redirect, url: 'file:///etc/passwd' },
  { ...redirect, expiresAt: NOW - 1 },
]

export const codes = Object.keys(whoCanAct).filter(isFailureCode)
export const failures: readonly Seen['failure'][] = [
  undefined,
  ...codes.map((code) => ({ code, message: `A ${code}.` })),
]

export const tokens: readonly Seen['token'][] = [
  undefined,
  {},
  { expiresAt: NOW + 3_600_000, refreshAt: NOW + 3_000_000 },
  { expiresAt: NOW + 3_600_000 },
  { expiresAt: NOW - 1, refreshAt: NOW - 300_000 },
]

/** Each state of each chart, with its tags; and two that stand in none. */
export const states: readonly Pick<Seen, 'state' | 'tags' | 'machine'>[] = [
  ...charts.flatMap(({ id: machine, chart }) =>
    Object.values(chart.root.states).map(({ key: state, tags }) => ({ state, tags, machine })),
  ),
  { state: 'constructor', tags: [], machine: 'a machine of the host' },
  { state: 'outer.inner, other', tags: ['connected'] },
]

/** What is seen where nothing but the state is known, and every event is accepted, unless more is said. */
export function seen(state: string, more: Partial<Seen> = {}): Seen {
  return { tags: [], can: () => true, ...more, state }
}

/** Calls with each combination of prompt, failure, token and times, for one state. */
export function eachSight(known: Pick<Seen, 'state' | 'tags' | 'machine'>, look: (sight: Seen) => void): void {
  for (const prompt of prompts)
    for (const failure of failures)
      for (const token of tokens)
        for (const [nextPollAt, retryAt, pollIntervalSeconds] of [
          [],
          [NOW + 4_001, NOW + 60_000, 10],
          [NOW - 5, NOW - 5],
        ])
          look({ ...known, prompt, failure, token, nextPollAt, retryAt, pollIntervalSeconds, can: () => true })
}

/** The texts of a view that are words, and not data: each with its place. */
export function textsOf({
  title,
  place,
  instruction,
  link,
  qrLabel,
  waiting,
  buttons,
  failure,
}: View): [string, string][] {
  const texts: [string, string | undefined][] = [
    ['title', title],
    ['place', place],
    ['instruction', instruction],
    ['link', link?.label],
    ['qrLabel', qrLabel],
    ['why', waiting?.why],
    ...buttons.map(({ label }): [string, string] => ['button', label]),
    ['text', failure?.text],
    ['remedy', failure?.remedy],
  ]
  return texts.flatMap(([place, text]) => (text === undefined ? [] : [[place, text]]))
}

const sentences = ['instruction', 'why', 'text', 'remedy']

/** What is wrong with a view, whatever it is of; nothing, if all is well. */
export function faultsIn(view: View): string[] {
  const faults: string[] = []
  const expect = (holds: boolean, fault: string) => holds || faults.push(fault)
  for (const [place, text] of textsOf(view)) {
    expect(text.trim() === text && text !== '', `${place} is blank: "${text}"`)
    expect(!/undefined|null|NaN|\[object|\[sealed/.test(text), `${place} holds what is not known: "${text}"`)
    expect(!text.includes('marker-of-the-state'), `${place} holds the authorization URL`)
    expect(/[.]$/.test(text) === sentences.includes(place), `${place} is no sentence, or is one: "${text}"`)
  }
  const { userCode, link, qr, qrLabel, secondsLeft, waiting, buttons } = view
  if (userCode) expect(userCode.groups.join('') === userCode.text, 'the groups are not the code')
  if (link) expect(/^https?:\/\//.test(link.url), `a link leads to ${link.url}`)
  expect((qr === undefined) === (qrLabel === undefined), 'a QR code goes with its label')
  if (qr)
    expect(
      qr.every((row) => row.length === qr.length),
      'the QR code is no square',
    )
  if (secondsLeft !== undefined) expect(Number.isInteger(secondsLeft) && secondsLeft > 0, `${secondsLeft} s are left`)
  const { until, secondsLeft: left } = waiting ?? {}
  expect((until === undefined) === (left === undefined), 'an instant goes with its seconds')
  if (left !== undefined) expect(Number.isInteger(left) && left >= 0, `waiting for ${left} s`)
  const ranks = buttons.map(({ event }) => wishes.indexOf(event))
  expect(
    ranks.every((rank, index) => rank > (ranks[index - 1] ?? -1)),
    'buttons are out of order',
  )
  return faults
}
