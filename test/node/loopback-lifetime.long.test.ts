import { fork } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { OAuthError } from '../../src/index.ts'
import { type LoopbackOptions, loopbackRedirect } from '../../src/node/index.ts'
import { ask, browse, dial, isOpen, readAnswer, written } from './support/raw.ts'

const program = new URL('support/desktop-app.ts', import.meta.url)
const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))

async function listening(options: LoopbackOptions = {}) {
  const redirect = await loopbackRedirect(options)
  onTestFinished(() => redirect.close())
  return redirect
}

/** A program of its own that waits for a redirect; killed if it has not ended when the test is over. */
async function desktopApp(options: LoopbackOptions) {
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: [],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (output += part))
  const ended = once(child, 'close').then(([status]) => ({ status, output, at: performance.now() }))
  const [{ uri }] = await once(child, 'message')
  return { child, uri: String(uri), ended }
}

describe('waiting for a redirect', () => {
  it('ends when the time is up', async () => {
    const redirect = await listening({ timeout: 100 })
    const answer = redirect.answer(() => true)
    await expect(answer).rejects.toBeInstanceOf(OAuthError)
    await expect(answer).rejects.toMatchObject({
      code: 'grant_expired',
      message: expect.stringContaining(redirect.uri),
    })
    await redirect.close()
    expect(await isOpen(redirect.uri)).toBe(false)
  })

  it('ends for one who asks after the time was up', async () => {
    const redirect = await listening({ timeout: 20 })
    await pause(100)
    await expect(redirect.answer(() => true)).rejects.toMatchObject({ code: 'grant_expired' })
  })

  it('ends when its signal aborts, with the reason of that', async () => {
    const stop = new AbortController()
    const redirect = await listening({ signal: stop.signal })
    const answer = redirect.answer(() => true)
    stop.abort(new Error('the window was closed'))
    await expect(answer).rejects.toThrow('the window was closed')
    await redirect.close()
    expect(await isOpen(redirect.uri)).toBe(false)
  })

  it('does not begin with a signal that has aborted', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(loopbackRedirect({ signal })).rejects.toThrow('too late')
  })

  it('ends with a signal that aborts while the port is opened', async () => {
    const stop = new AbortController()
    const opening = listening({ signal: stop.signal })
    stop.abort(new Error('changed my mind'))
    const redirect = await opening
    await expect(redirect.answer(() => true)).rejects.toThrow('changed my mind')
    await redirect.close()
    expect(await isOpen(redirect.uri)).toBe(false)
  })

  it('leaves nothing at the signal', async () => {
    const { signal } = new AbortController()
    const redirect = await listening({ signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await redirect.close()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('has ended with the answer, whatever aborts or closes later', async () => {
    const stop = new AbortController()
    const redirect = await listening({ signal: stop.signal })
    const answer = redirect.answer(() => true)
    const led = await ask(redirect.uri, { target: '/callback?code=real' })
    const closing = redirect.close()
    stop.abort(new Error('later'))
    expect((await answer).open()).toContain('code=real')
    expect((await ask(redirect.uri, { target: led.headers.get('location') ?? '' })).status).toBe(200)
    await closing
  })

  it.each(['close', Symbol.asyncDispose] as const)('ends by %s, as often as it is called', async (name) => {
    const redirect = await listening()
    const answer = redirect.answer(() => true)
    const cancelled = expect(answer).rejects.toMatchObject({ code: 'cancelled' })
    await Promise.all([redirect[name](), redirect[name]()])
    expect(await isOpen(redirect.uri)).toBe(false)
    await redirect[name]()
    await cancelled
  })

  it('ends while an answer is looked at, which changes nothing any more', async () => {
    const redirect = await listening()
    const { promise: late, resolve } = Promise.withResolvers<boolean>()
    const accepts = vi.fn(() => late)
    const answer = redirect.answer(accepts)
    const cancelled = expect(answer).rejects.toMatchObject({ code: 'cancelled' })
    const socket = await dial(redirect.uri)
    socket.write(written(redirect.uri, { target: '/callback?code=real' }))
    await expect.poll(() => accepts).toHaveBeenCalled()
    const closing = redirect.close()
    await cancelled
    const { headers } = await readAnswer(socket)
    expect(headers.get('location')).toBe('/callback/refused')
    resolve(true)
    await ask(redirect.uri, { target: '/callback/refused' })
    await closing
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('ends at once, whoever is connected', async () => {
    const redirect = await listening()
    const socket = await dial(redirect.uri)
    const started = performance.now()
    await redirect.close()
    await readAnswer(socket)
    // One who says nothing is cut off after five seconds anyway.
    expect(performance.now() - started).toBeLessThan(4_500)
  })

  it('leaves the port to the next', async () => {
    const { uri, close } = await listening()
    await close()
    expect((await listening({ uri })).uri).toBe(uri)
  })

  it('does not end for one who does not ask for the page within five seconds', async () => {
    const redirect = await listening()
    const answer = redirect.answer(() => true)
    const started = performance.now()
    await ask(redirect.uri, { target: '/callback?code=real' })
    await answer
    await redirect.close()
    expect(performance.now() - started).toBeGreaterThan(4_500)
    expect(performance.now() - started).toBeLessThan(15_000)
    expect(await isOpen(redirect.uri)).toBe(false)
  })

  it.each([0, -1, Number.NaN])('does not take %s milliseconds', async (timeout) => {
    await expect(loopbackRedirect({ timeout })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('option timeout'),
    })
  })

  it('may be as long as one likes', async () => {
    const redirect = await listening({ timeout: 2 ** 40 })
    await pause(50)
    expect(await isOpen(redirect.uri)).toBe(true)
  })
})

describe('a program that waits for a redirect', () => {
  it('lives until the answer has come and its page is shown, and then ends by itself', async () => {
    const { child, uri, ended } = await desktopApp({})
    await pause(1_000)
    expect(child.exitCode).toBe(null)
    await browse(uri, 'code=forged&state=other')
    expect((await browse(uri, 'code=marker&state=ours'))[1].status).toBe(200)
    const answered = performance.now()
    const { status, output, at } = await ended
    expect({ status, output }).toEqual({ status: 0, output: 'answered [sealed]\n' })
    // Who waits for another page does so for five seconds.
    expect(at - answered).toBeLessThan(4_500)
  })

  it('ends by itself when the time is up', async () => {
    const { ended } = await desktopApp({ timeout: 300 })
    const { status, output } = await ended
    expect({ status, output }).toEqual({ status: 0, output: 'grant_expired\n' })
  })
})
