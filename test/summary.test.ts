import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { summarize } from '../src/recall.ts'
import type { ConnectionRecord, InFlight } from '../src/vault/record.ts'
import {
  blank,
  cases,
  device,
  ended,
  failure,
  inFlight,
  NOON,
  never,
  plain,
  redirect,
  renewable,
  retry,
} from './support/records.ts'

describe('a summary', () => {
  const told = (parts: Partial<ConnectionRecord>, now = NOON) => summarize({ ...blank, ...parts }, now, 'Tyro Connect')

  it.each(cases)('of %s holds no secret', (_, parts) => {
    for (const now of [NOON - 1, NOON]) {
      const summary = told(parts, now)
      expect(JSON.stringify(summary)).not.toContain('MARKER')
      expect(inspect(summary, { depth: 9, showHidden: true, getters: true })).not.toContain('MARKER')
      expect(JSON.stringify(structuredClone(summary))).not.toContain('MARKER')
    }
  })

  it('is made of records that hold every secret there is', () => {
    const all = JSON.stringify(cases)
    for (const secret of [
      'device-code',
      'url-state',
      'state',
      'verifier',
      'callback',
      'binding',
      'access',
      'refresh',
      'extra',
    ])
      expect(all).toContain(`MARKER-${secret}`)
  })

  it('of a session whose only refresh was lost says so while its token is still good', () => {
    const lost = { ...inFlight('refreshToken'), once: true }
    const {
      standing: stands,
      token,
      failure: why,
      endedBecause,
    } = told({ tokens: renewable, inFlight: lost }, NOON - 1)
    expect([stands, token?.renewable, why?.code, endedBecause]).toEqual([
      'authorized',
      false,
      'outcome_unknown',
      undefined,
    ])
  })

  it.each(cases)('of %s says where it stands, and why wherever it is at rest', (_, parts, before, from) => {
    for (const [now, expected] of [
      [NOON - 1, before],
      [NOON, from],
    ] as const) {
      const { standing: stands, endedBecause, token, prompt } = told(parts, now)
      expect(stands).toBe(expected)
      const atRest = ['expired', 'revoked', 'failed'].includes(expected)
      expect(endedBecause !== undefined).toBe(atRest)
      if (atRest) expect([token, prompt]).toEqual([undefined, undefined])
    }
  })

  it.each<InFlight['step']>(['requestCode', 'pollToken', 'exchangeCode', 'requestToken', 'refreshToken'])(
    'of a lost %s says why, where it is at rest, whether it may be repeated or not',
    (step) => {
      for (const once of [true, false]) {
        const { standing: stands, endedBecause } = told({ inFlight: inFlight(step, once) })
        expect(endedBecause, `${stands}, once: ${once}`).toBe(stands === 'failed' ? 'outcome_unknown' : undefined)
      }
    },
  )

  it.each<[string, Partial<ConnectionRecord>, string]>([
    ['a code that nobody approved', { pending: redirect }, 'grant_expired'],
    ['a session that ended by time', { tokens: plain }, 'session_expired'],
    ['a lost code exchange', { inFlight: inFlight('exchangeCode', true) }, 'outcome_unknown'],
    [
      'a lost refresh that must not be repeated',
      { tokens: plain, inFlight: inFlight('refreshToken', true) },
      'outcome_unknown',
    ],
    [
      'an ending that was written down',
      { ended: { ...ended('failed'), because: 'authorization_denied', failure } },
      'authorization_denied',
    ],
  ])('of %s concludes the reason', (_, parts, because) => {
    const { endedBecause, failure: concluded } = told(parts)
    expect(endedBecause).toBe(because)
    expect(concluded?.message).toBe(parts.ended ? failure.message : concluded?.message)
    if (!parts.ended) expect(concluded).toMatchObject({ code: because, retryable: false })
  })

  it('tells the prompt and the polling of a device code as received', () => {
    const complete = 'https://provider.example/device?user_code=WDJB-MJHT'
    expect(told({ pending: { ...device, verificationUriComplete: complete } })).toMatchObject({
      prompt: { kind: 'device', userCode: 'WDJB-MJHT', verificationUriComplete: complete, expiresAt: never },
      pollIntervalSeconds: 5,
      nextPollAt: NOON,
      token: undefined,
    })
  })

  it('seals the URL of a redirect, and whoever needs it can open it', () => {
    const { prompt } = told({ pending: redirect }, NOON - 1)
    expect(prompt?.kind === 'redirect' && prompt.url.open()).toBe(redirect.url)
  })

  it('tells a token without the token', () => {
    expect(told({ tokens: renewable }, NOON - 1).token).toEqual({
      expiresAt: NOON + 60_000,
      refreshAt: NOON,
      refreshExpiresAt: undefined,
      scope: 'orders',
      type: 'Bearer',
      generation: 3,
      renewable: true,
    })
  })

  it('tells of no token once a disconnect was asked for', () => {
    const leaving = told({ tokens: renewable, wantsRevoke: true, retry }, NOON - 1)
    expect(leaving).toMatchObject({ standing: 'backingOff', wantsRevoke: true, token: undefined, retryAt: NOON })
    expect(told({ tokens: renewable }).wantsRevoke).toBeUndefined()
  })

  it('tells when it is tried again, and why, only while it waits', () => {
    expect(told({ tokens: renewable, retry }, NOON - 1)).toMatchObject({ retryAt: NOON, failure })
    expect(told({ tokens: renewable, retry }).retryAt).toBeUndefined()
  })
})
