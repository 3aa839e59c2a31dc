import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAlarms } from '../src/alarms.ts'
import { createEnvironment } from '../src/environment.ts'

const MINUTE = 60_000
const DAY = 86_400_000
let { alarm, now } = createEnvironment()

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  ;({ alarm, now } = createEnvironment())
})

afterEach(() => {
  vi.clearAllTimers()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('an alarm', () => {
  it.each([
    ['at once', 0],
    ['in a millisecond', 1],
    ['in less than a millisecond', 0.4],
    ['right after a nap', MINUTE + 1],
    ['in 60 days, longer than a native timer can wait', 60 * DAY],
    ['at the limit of a native timer', 2 ** 31 - 1],
    ['beyond the limit of a native timer', 2 ** 31],
  ])('rings once, and never early: %s', async (_, wait) => {
    const at = now() + wait
    const rang: number[] = []
    alarm(at, () => rang.push(now()))
    await vi.advanceTimersByTimeAsync(Math.max(Math.ceil(wait) - 1, 0))
    expect(rang.filter((instant) => instant < at)).toEqual([])
    await vi.advanceTimersByTimeAsync(3)
    expect(rang).toHaveLength(1)
    expect(rang[0]).toBeGreaterThanOrEqual(at)
    expect(rang[0]).toBeLessThanOrEqual(at + 1)
  })

  it('of the past rings soon, but not before its caller has finished', () => {
    const ring = vi.fn()
    alarm(now() - DAY, ring)
    expect(ring).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(ring).toHaveBeenCalledOnce()
  })

  it('at no instant never rings, and holds up nobody', () => {
    const [never, ring] = [vi.fn(), vi.fn()]
    const cancel = alarm(Number.NaN, never)
    const cancelForever = alarm(Infinity, never)
    alarm(now() + 5, ring)
    const native = vi.spyOn(globalThis, 'setTimeout')
    vi.advanceTimersByTime(1_000)
    cancel()
    cancelForever()
    expect(native.mock.calls.length).toBeLessThan(5)
    expect(never).not.toHaveBeenCalled()
    expect(ring).toHaveBeenCalledOnce()
  })

  it('that is cancelled does not ring, and cancelling again changes nothing', () => {
    const [ring, other] = [vi.fn(), vi.fn()]
    const cancel = alarm(now() + 5, ring)
    alarm(now() + 5, other)
    cancel()
    cancel()
    vi.advanceTimersByTime(10)
    cancel()
    expect([ring.mock.calls.length, other.mock.calls.length]).toEqual([0, 1])
  })

  it('may be set and cancelled while another rings', () => {
    const rang: string[] = []
    alarm(now() + 5, () => {
      rang.push('first')
      cancel()
      alarm(now() + 5, () => rang.push('third'))
    })
    const cancel = alarm(now() + 5.5, () => rang.push('second'))
    vi.advanceTimersByTime(20)
    expect(rang).toEqual(['first', 'third'])
  })

  it('that throws does not silence the others', () => {
    const ring = vi.fn()
    alarm(now() + 5, () => {
      throw new Error('a defect of whoever is woken')
    })
    alarm(now() + 10, ring)
    try {
      vi.advanceTimersByTime(5)
    } catch {}
    vi.advanceTimersByTime(DAY)
    expect(ring).toHaveBeenCalledOnce()
  })
})

describe('many alarms', () => {
  it('ring in the order of their instants, however they were set and cancelled', () => {
    const rang: number[] = []
    const set = Array.from({ length: 500 }, (_, index) => (index * 7919) % 1_009)
    const cancels = set.map((wait) => ({ wait, cancel: alarm(now() + wait, () => rang.push(wait)) }))
    for (const { wait, cancel } of cancels) if (wait % 3 === 0) cancel()
    vi.advanceTimersByTime(2_000)
    expect(rang).toEqual(set.filter((wait) => wait % 3 !== 0).sort((one, other) => one - other))
  })

  it('have one native timer among ten thousand of them', () => {
    const cancels = Array.from({ length: 10_000 }, (_, index) => alarm(now() + DAY - index, () => {}))
    expect(vi.getTimerCount()).toBe(1)
    for (const cancel of cancels) cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leave the native timer alone when a later one comes or goes', () => {
    alarm(now() + 5, () => {})
    const native = vi.spyOn(globalThis, 'setTimeout')
    const cancels = Array.from({ length: 1_000 }, (_, index) => alarm(now() + DAY + index, () => {}))
    for (const cancel of cancels) cancel()
    expect(native.mock.calls.length).toBe(0)
  })

  it('make room for an earlier one, and wait again for the next when it goes', () => {
    const rang: string[] = []
    alarm(now() + 50, () => rang.push('later'))
    const cancel = alarm(now() + 20, () => rang.push('cancelled'))
    alarm(now() + 30, () => rang.push('earlier'))
    cancel()
    vi.advanceTimersByTime(30)
    expect(rang).toEqual(['earlier'])
    vi.advanceTimersByTime(20)
    expect(rang).toEqual(['earlier', 'later'])
  })

  it('wait in naps of a minute at the most', () => {
    const native = vi.spyOn(globalThis, 'setTimeout')
    alarm(now() + 60 * DAY, () => {})
    vi.advanceTimersByTime(DAY)
    const naps = native.mock.calls.map(([, delay = 0]) => delay)
    expect(naps.length).toBeGreaterThan(1_000)
    expect(Math.max(...naps)).toBeLessThanOrEqual(MINUTE)
  })
})

describe('a clock', () => {
  it('that jumps forward, after a sleep, is noticed within a minute', () => {
    const ring = vi.fn()
    alarm(now() + 7 * DAY, ring)
    vi.setSystemTime(now() + 8 * DAY)
    expect(ring).not.toHaveBeenCalled()
    vi.advanceTimersByTime(MINUTE)
    expect(ring).toHaveBeenCalledOnce()
  })

  it('that jumps back makes nothing early', () => {
    const at = now() + 30_000
    const rang: number[] = []
    alarm(at, () => rang.push(now()))
    vi.setSystemTime(now() - DAY)
    vi.advanceTimersByTime(DAY + 29_999)
    expect(rang).toEqual([])
    vi.advanceTimersByTime(1)
    expect(rang).toEqual([at])
  })

  it('that was in 1970 and is corrected wakes who was due', () => {
    const at = now()
    vi.setSystemTime(0)
    const ring = vi.fn()
    alarm(at, ring)
    vi.advanceTimersByTime(10 * MINUTE)
    expect(ring).not.toHaveBeenCalled()
    vi.setSystemTime(at)
    vi.advanceTimersByTime(MINUTE)
    expect(ring).toHaveBeenCalledOnce()
  })

  it('of an own environment is the one that counts', () => {
    let hands = 0
    const ring = vi.fn()
    createAlarms(() => hands)(1_000, ring)
    vi.advanceTimersByTime(10 * MINUTE)
    expect(ring).not.toHaveBeenCalled()
    hands = 1_000
    vi.advanceTimersByTime(MINUTE)
    expect(ring).toHaveBeenCalledOnce()
  })
})

describe('the native timer', () => {
  const keepsAlive = (native: { mock: { results: { value: unknown }[] } }) => {
    const timer = native.mock.results.at(-1)?.value
    return typeof timer === 'object' && timer !== null && 'hasRef' in timer && typeof timer.hasRef === 'function'
      ? timer.hasRef()
      : 'there is none'
  }

  it('keeps a process alive only while a person waits', () => {
    const native = vi.spyOn(globalThis, 'setTimeout')
    alarm(now() + DAY, () => {})
    expect(keepsAlive(native)).toBe(false)
    const cancel = alarm(now() + 2 * DAY, () => {}, { watched: true })
    expect(keepsAlive(native)).toBe(true)
    cancel()
    expect(keepsAlive(native)).toBe(false)
  })

  it('lets a process end once a watched alarm has rung', () => {
    const native = vi.spyOn(globalThis, 'setTimeout')
    alarm(now() + 10, () => {}, { watched: true })
    alarm(now() + DAY, () => {})
    expect(keepsAlive(native)).toBe(true)
    vi.advanceTimersByTime(10)
    expect(keepsAlive(native)).toBe(false)
  })
})
