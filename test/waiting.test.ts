import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEnvironment } from '../src/environment.ts'
import { fail } from '../src/failure.ts'
import { patiently } from '../src/waiting.ts'

const late = () => fail('timeout', { about: 'a test' })

describe('somebody who waits patiently', () => {
  it('and has given up before, leaves no failure that nobody hears of', async () => {
    const unheard = vi.fn()
    process.on('unhandledRejection', unheard)
    onTestFinished(() => void process.off('unhandledRejection', unheard))
    const gone = AbortSignal.abort('gone')
    const asked = patiently(Promise.reject(new Error('too late')), { signal: gone }, createEnvironment(), late)
    await expect(asked).rejects.toBe('gone')
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(unheard).not.toHaveBeenCalled()
  })

  it.each([
    ['an answer', () => Promise.resolve('here')],
    ['a failure', () => Promise.reject(new Error('no'))],
  ])('leaves no timer and no listener behind after %s', async (_, answer) => {
    let timers = 0
    const after = () => {
      timers++
      return () => void timers--
    }
    const { signal } = new AbortController()
    const asked = patiently(answer(), { signal, timeout: 60_000 }, { ...createEnvironment(), after }, late)
    expect([timers, getEventListeners(signal, 'abort').length]).toEqual([1, 1])
    await asked.catch(() => {})
    await vi.waitFor(() => expect([timers, getEventListeners(signal, 'abort').length]).toEqual([0, 0]))
  })
})
