import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEnvironment, defaultEnvironment, sleep } from '../src/environment.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
})

afterEach(() => {
  vi.clearAllTimers()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('an environment', () => {
  it('takes what it is given, and looks the rest up at each call', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('the later one'))
    vi.spyOn(Math, 'random').mockReturnValue(0.25)
    const host = createEnvironment()
    expect(await (await host.fetch('https://provider.example')).text()).toBe('the later one')
    expect([host.random(), host.now(), fetched.mock.calls.length]).toEqual([0.25, Date.now(), 1])
    const own = createEnvironment({ now: () => 7, random: () => 0.5 })
    expect([own.now(), own.random()]).toEqual([7, 0.5])
  })

  it('is one for all who bring none, so that they share a timer', () => {
    expect(defaultEnvironment()).toBe(defaultEnvironment())
    expect(createEnvironment()).not.toBe(createEnvironment())
  })
})

describe('a sleep', () => {
  const environment = createEnvironment()

  it('ends after its span, whatever the clock is set to meanwhile', async () => {
    const awake = vi.fn()
    void sleep(environment, 1_000).then(awake)
    vi.setSystemTime(Date.now() - 3_600_000)
    await vi.advanceTimersByTimeAsync(999)
    expect(awake).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(awake).toHaveBeenCalledOnce()
  })

  it('ends with the reason of its signal, and leaves no timer behind', async () => {
    const controller = new AbortController()
    const sleeping = sleep(environment, 1_000, controller.signal)
    controller.abort('enough')
    await expect(sleeping).rejects.toBe('enough')
    expect(vi.getTimerCount()).toBe(0)
    await expect(sleep(environment, 1_000, AbortSignal.abort('before'))).rejects.toBe('before')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that has ended leaves no listener on its signal', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const sleeping = sleep(environment, 10, signal)
    await vi.advanceTimersByTimeAsync(10)
    await sleeping
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function))
  })
})
