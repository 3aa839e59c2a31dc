import { describe, expect, it } from 'vitest'
import { secondsUntil } from '../../src/view/countdown.ts'
import { countdown } from '../../src/view/index.ts'

describe('seconds until an instant', () => {
  it.each([
    [10_000, 0, 10],
    [10_000, 1, 10],
    [10_000, 999, 10],
    [10_000, 1_000, 9],
    [10_000, 9_000, 1],
    [10_000, 9_999, 1],
    [10_000, 10_000, 0],
    [10_000, 99_999, 0],
    [10_000, -0.5, 11],
  ])('are, until %d at %d, %d: the last one lasts until the instant has come', (instant, now, seconds) => {
    // Not -0 either, which some languages write as such.
    expect(Object.is(secondsUntil(instant, now, Infinity), seconds)).toBe(true)
  })

  it.each([
    [10_001, 0],
    [10_000, -1],
    [10_000, Number.NaN],
    [Number.NaN, 0],
    [undefined, 0],
    [Infinity, 0],
  ])('are not known until %d at %d, where 10 s are the most there can be', (instant, now) => {
    expect(secondsUntil(instant, now, 10_000)).toBeUndefined()
    expect(secondsUntil(10_000, 0, 10_000)).toBe(10)
  })
})

describe('a countdown', () => {
  it.each([
    [-3, '0:00'],
    [Number.NaN, '0:00'],
    [0, '0:00'],
    [5, '0:05'],
    [59, '0:59'],
    [60, '1:00'],
    [581, '9:41'],
    [3_599, '59:59'],
    [3_600, '1:00:00'],
    [86_399, '23:59:59'],
    [360_000, '100:00:00'],
  ])('writes %d as %s', (seconds, written) => expect(countdown(seconds)).toBe(written))
})
