import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cast, casts, liveCarelessly, type Trouble } from '../support/secret-story.ts'
import { fakeTime } from '../support/stories.ts'
import { found, retelling } from './support/retelling.ts'

/** Lives a whole life before an inspector with every sink: none is told a secret, nor what is on the screen. */
async function expectDiscretion(cast: Cast, trouble: Trouble = {}) {
  const { inspect, texts, observations } = retelling()
  const watched: Cast = { ...cast, connect: (options) => cast.connect({ ...options, inspect }) }
  const { secrets, screen, played } = await liveCarelessly(watched, trouble)
  expect(found(texts(), [...secrets, ...screen])).toEqual([])
  expect(observations.length).toBeGreaterThan(3)
  return { observations, secrets, screen, played }
}

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

describe.each(casts)('an inspector of $name', { timeout: 30_000 }, (cast) => {
  it('tells no secret and no prompt through a happy life', async () => {
    const { observations, secrets, screen } = await expectDiscretion(cast)
    const moves = observations.filter((one) => one.type === 'transition')
    expect(moves.map(({ to }) => to)).toEqual(
      expect.arrayContaining(['authorized', 'refreshing', 'revoked', 'forgetting']),
    )
    expect(moves.filter(({ request }) => request).length).toBeGreaterThan(2)
    expect(observations.at(-1)?.type).toBe('stopped')
    expect(secrets.size).toBeGreaterThanOrEqual(7)
    expect(screen.length > 0).toBe(cast.name !== 'myPOS')
  })

  it('tells no secret and no prompt when nobody comes', async () => {
    await expectDiscretion(cast, { absent: true })
  })

  it.each(cast.targets)('tells nothing that an indiscreet server repeats at $path $grant', async (target) => {
    const { played, observations } = await expectDiscretion(cast, { target, how: 'echo' })
    expect(played).toBe(1)
    expect(observations.some((one) => one.type === 'transition' && one.request?.status === 400)).toBe(true)
  })
})
