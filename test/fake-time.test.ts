import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pass as passForBackend, until as untilForBackend } from './backend/support/story.ts'
import { ask, serviceWithClock } from './support/clocks.ts'
import { pass as passForSecrets } from './support/secret-story.ts'
import { stride } from './support/several.ts'
import { pass, settle } from './support/stage.ts'
import { until } from './support/stories.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

const LONG = 1_000_000
const ticking = () => void setInterval(() => {}, 1_000)
const idle = () => serviceWithClock(() => 3_600).newService()

/** A connection whose callers wait for ever. */
function deaf() {
  const connection = idle()
  vi.spyOn(connection, 'accessToken').mockReturnValue(new Promise(() => {}))
  return connection
}

describe.each<[string, () => Promise<unknown>]>([
  ['pass', () => pass(LONG)],
  ['stride', () => stride(LONG * 60)],
  ['ask', () => ask(deaf(), Date.now, LONG)],
  ['until', () => until(idle(), 'authorized')],
  ['pass of the secrets', () => passForSecrets(LONG)],
  ['pass of the backend', () => passForBackend(LONG)],
  ['until of the backend', () => untilForBackend(idle(), 'authorized')],
])('%s', (_, letTimePass) => {
  it.fails('is cut short where its test takes too long', { timeout: 50 }, async () => {
    ticking()
    await letTimePass()
  })

  it('leaves the time of the next test alone', async () => {
    for (let turn = 0; turn < 50; turn++) await settle()
    expect(Date.now()).toBe(0)
  })
})
