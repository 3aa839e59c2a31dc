import { describe, expect, it } from 'vitest'
import { fail } from '../../src/failure.ts'
import { type Renewal, renew, type Used } from '../../src/resource/renewal.ts'

const quiet = new AbortController().signal
const token = (generation: number): Used => ({ accessToken: `token-${generation}`, generation })
const refusal = fail('not_supported', { about: 'A provider' })

/** A connection in which a refused token is replaced as it is told here. */
function setup(
  now: number,
  more: Partial<Renewal> & { accepts?: string[]; whenSettled?: (round: number) => void } = {},
) {
  const events: string[] = []
  let rounds = 0
  const state = { now }
  const parts: Renewal = {
    about: 'A provider',
    known: () => token(state.now).accessToken,
    token: async () => token(state.now),
    send: ({ type }) => {
      events.push(type)
      return more.accepts?.includes(type) ? undefined : refusal
    },
    settled: async () => {
      rounds++
      more.whenSettled?.(rounds)
    },
    ...more,
  }
  return { parts, events, state, rounds: () => rounds }
}

describe('a refused token', () => {
  it('is rejected by whoever meets it still in its place', async () => {
    const { parts, events, state } = setup(1, { accepts: ['token.rejected'], whenSettled: () => state.now++ })
    expect(await renew(token(1), parts, quiet)).toEqual(token(2))
    expect(events).toEqual(['token.rejected'])
  })

  it('that has been replaced already is not rejected again', async () => {
    const { parts, events } = setup(2)
    expect(await renew(token(1), parts, quiet)).toEqual(token(2))
    expect(events).toEqual([])
  })

  it('of an earlier session of the same generation is not rejected', async () => {
    const later = { accessToken: 'of a new login', generation: 1 }
    const { parts, events } = setup(1, { known: () => later.accessToken, token: async () => later })
    expect(await renew(token(1), parts, quiet)).toEqual(later)
    expect(events).toEqual([])
  })

  it('is waited for where a refresh was under way already', async () => {
    const { parts, events, state } = setup(1, { whenSettled: () => state.now++ })
    expect(await renew(token(1), parts, quiet)).toEqual(token(2))
    expect(events).toEqual(['token.rejected', 'token.refresh'])
  })

  it('is rejected once more where that refresh has failed', async () => {
    const { parts, events, state } = setup(1, {
      accepts: ['token.rejected'],
      whenSettled: (round) => {
        if (round === 2) state.now++
      },
    })
    expect(await renew(token(1), parts, quiet)).toEqual(token(2))
    expect(events).toEqual(['token.rejected', 'token.rejected'])
  })

  it('that is all there is leads to a person, after few rounds', async () => {
    const { parts, rounds } = setup(1)
    await expect(renew(token(1), parts, quiet)).rejects.toMatchObject({
      code: 'authorization_required',
      failure: { error: 'invalid_token' },
    })
    expect(rounds()).toBe(3)
  })
})
