import { describe, expect, it } from 'vitest'
import { standing, summarize } from '../src/recall.ts'
import { blank, cases, NOON, never, ONCE_UPON, renewable } from './support/records.ts'

describe('standing', () => {
  it('is idle without a record, whatever the clock says', () => {
    expect([standing(undefined, ONCE_UPON), standing(undefined, never)]).toEqual(['idle', 'idle'])
  })

  it.each(cases)('calls %s right before and from its instant on', (_, parts, before, from) => {
    const record = { ...blank, ...parts }
    expect([standing(record, NOON - 1), standing(record, NOON), standing(record, NOON + 1)]).toEqual([
      before,
      from,
      from,
    ])
  })

  it.each(cases)('ends nothing of %s while the clock is in 1970', (_, parts) => {
    const record = { ...blank, ...parts }
    const provenEndings = ['failed', 'expired', 'revoked'].filter((word) => word === record.ended?.standing)
    const unknowable = record.inFlight?.step === 'exchangeCode' || (record.adopted && record.inFlight?.once)
    const once = unknowable ? ['failed'] : []
    const alive = [
      'idle',
      'starting',
      'adopting',
      'awaitingUser',
      'polling',
      'slowDown',
      'authorized',
      'refreshing',
      'backingOff',
      'revoking',
    ]
    expect([...alive, ...provenEndings, ...once]).toContain(standing(record, ONCE_UPON))
  })

  it('never ends a session with a refresh token by the clock alone', () => {
    for (const now of [ONCE_UPON, NOON, NOON + 100 * 365 * 86_400_000])
      expect(['authorized', 'refreshing']).toContain(
        standing({ ...blank, tokens: { ...renewable, refreshExpiresAt: NOON } }, now),
      )
  })

  it('reads the record, and changes nothing in it', () => {
    for (const [, parts] of cases) {
      const record = { ...blank, ...parts }
      const before = structuredClone(record)
      summarize(record, NOON, 'Tyro Connect')
      expect(record).toEqual(before)
    }
  })
})
