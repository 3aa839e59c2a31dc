import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loopbackRedirect } from '../../src/node/index.ts'
import { ask, browse, dial, readAnswer, written } from './support/raw.ts'

async function listening() {
  const redirect = await loopbackRedirect()
  onTestFinished(() => redirect.close())
  const answer = redirect.answer((url) => url.open().includes('real'))
  return { uri: redirect.uri, answer }
}

/** The real answer gets through, and its browser gets the page. */
async function expectService({ uri, answer }: Awaited<ReturnType<typeof listening>>) {
  const [led, page] = await browse(uri, 'code=real')
  expect([led.status, page.status]).toEqual([303, 200])
  expect((await answer).open()).toBe(`${uri}?code=real`)
}

/** Connections of a stranger; they take no harm from being cut. */
async function strangers(uri: string, count: number): Promise<Socket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => dial(uri)))
  for (const socket of sockets) socket.on('error', () => {})
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()))
  return sockets
}

describe('a stranger on the machine', () => {
  it('is cut off after a few seconds, whether it says nothing, stops or goes on letter by letter', async () => {
    const stage = await listening()
    const [silent, stopping, slow] = await strangers(stage.uri, 3)
    const started = performance.now()
    const spans = [silent, stopping, slow].map(async (socket) => {
      socket?.resume()
      if (socket) await once(socket, 'close')
      return performance.now() - started
    })
    stopping?.write('GET /callback?code=forged HTTP/1.1\r\nHo')
    slow?.write('GET /callback HTTP/1.1\r\nX: ')
    const timer = setInterval(() => slow?.write('x'), 100)
    onTestFinished(() => clearInterval(timer))
    for (const span of await Promise.all(spans)) {
      expect(span).toBeGreaterThan(3_000)
      expect(span).toBeLessThan(9_000)
    }
    await expectService(stage)
  })

  it('cannot take all connections: the oldest give way', async () => {
    const stage = await listening()
    const sockets = await strangers(stage.uri, 100)
    await expect.poll(() => sockets.filter((socket) => !socket.closed).length).toBe(32)
    await expectService(stage)
  })

  it('has one request per connection', async () => {
    const redirect = await loopbackRedirect()
    onTestFinished(() => redirect.close())
    let asked = 0
    const answer = redirect.answer((url) => ++asked > 0 && url.open().includes('real'))
    const socket = await dial(redirect.uri)
    socket.write(written(redirect.uri, { target: '/callback?code=forged' }).repeat(50))
    const { text } = await readAnswer(socket)
    expect(text.match(/HTTP\/1\.1 303/g)).toHaveLength(1)
    expect(asked).toBe(1)
    await expectService({ uri: redirect.uri, answer })
  })

  it('sends no more than a browser with many cookies does', async () => {
    const stage = await listening()
    const cookie = (length: number) => ({ target: '/callback', headers: { cookie: `a=${'x'.repeat(length)}` } })
    expect((await ask(stage.uri, cookie(24_000))).status).toBe(200)
    expect((await ask(stage.uri, cookie(40_000))).status).toBe(431)
    await expectService(stage)
  })

  it.each(['GET', 'POST'])('is not listened to when it goes on after the headers of a %s', async (method) => {
    const stage = await listening()
    const [socket] = await strangers(stage.uri, 1)
    if (!socket) throw new Error('not connected')
    socket.write(written(stage.uri, { method, headers: { 'content-length': '1000000000' }, body: 'x'.repeat(1_000) }))
    const started = performance.now()
    const { status } = await readAnswer(socket)
    expect(status).toBe(method === 'GET' ? 200 : 405)
    // One that is listened to is cut off after five.
    expect(performance.now() - started).toBeLessThan(4_500)
    await expectService(stage)
  })

  it('has so many answers looked at at once, and no more', async () => {
    const redirect = await loopbackRedirect()
    onTestFinished(() => redirect.close())
    const { promise: late, resolve } = Promise.withResolvers<boolean>()
    let asked = 0
    const answer = redirect.answer((url) => {
      asked++
      return url.open().includes('real') || late
    })
    const request = written(redirect.uri, { target: '/callback?code=forged' })
    const sockets = await strangers(redirect.uri, 32)
    for (const socket of sockets) socket.write(request)
    await expect.poll(() => asked).toBe(32)
    expect((await ask(redirect.uri, { target: '/callback?code=real' })).status).toBe(503)
    expect(asked).toBe(32)
    resolve(false)
    await Promise.all(sockets.map(readAnswer))
    await expectService({ uri: redirect.uri, answer })
  })

  it('may go away while its answer is looked at', async () => {
    const redirect = await loopbackRedirect()
    onTestFinished(() => redirect.close())
    const { promise: gone, resolve } = Promise.withResolvers<boolean>()
    const accepts = vi.fn(() => gone)
    const answer = redirect.answer(accepts)
    const [socket] = await strangers(redirect.uri, 1)
    socket?.write(written(redirect.uri, { target: '/callback?code=real' }))
    await expect.poll(() => accepts).toHaveBeenCalled()
    socket?.resetAndDestroy()
    // Once another has its answer, that one is seen to have gone.
    await ask(redirect.uri, { target: '/favicon.ico' })
    resolve(true)
    expect((await answer).open()).toContain('code=real')
    expect((await ask(redirect.uri, { target: '/callback/received' })).status).toBe(200)
  })
})
