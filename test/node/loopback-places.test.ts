import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, sumupPosPro } from '../../src/index.ts'
import { type LoopbackOptions, loopbackRedirect } from '../../src/node/index.ts'
import { listenOnLoopback } from '../../src/node/listening.ts'
import { placeOf } from '../../src/node/loopback-place.ts'
import { addresses, hasIPv6 } from './support/addresses.ts'
import { ask, browse, isOpen } from './support/raw.ts'

async function listening(options: LoopbackOptions = {}) {
  const redirect = await loopbackRedirect(options)
  onTestFinished(() => redirect.close())
  return redirect
}

/** A port that somebody else holds until the test is over. */
async function taken(host: string, port = 0): Promise<number> {
  const server = createServer().listen({ host, port })
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** A port that was free a moment ago. */
async function free(): Promise<number> {
  const redirect = await loopbackRedirect()
  await redirect.close()
  return Number(new URL(redirect.uri).port)
}

const everywhere = () => {}

describe('the place of a loopback redirect', () => {
  it('is a free port of 127.0.0.1, and of no other address', async () => {
    const [one, two] = [await listening(), await listening()]
    expect(one.uri).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/callback$/)
    expect(one.uri).not.toBe(two.uri)
    const { port } = new URL(one.uri)
    const others = addresses.filter(({ address, scopeid }) => address !== '127.0.0.1' && !scopeid)
    for (const { address, family } of others) {
      const host = family === 'IPv6' ? `[${address}]` : address
      expect(await isOpen(`http://${host}:${port}/`)).toBe(false)
    }
  })

  it.each([
    ['http://127.0.0.1/callback', '/callback'],
    ['http://127.0.0.1:0/a/b', '/a/b'],
    ['http://127.0.0.1', '/'],
    ['http://127.0.0.1/', '/'],
    ['http://127.0.0.1/deep/', '/deep/'],
    ['http://127.0.0.1/a/../b', '/b'],
  ])('keeps the words of %s, and is asked for as browsers ask', async (uri, path) => {
    const redirect = await listening({ uri })
    expect(redirect.uri.replace(/:\d+(?=\/|$)/, '')).toBe(uri.replace(':0', ''))
    const answer = redirect.answer(() => true)
    const [led, page] = await browse(redirect.uri, 'code=real')
    expect((await answer).open()).toBe(`${new URL(redirect.uri).origin}${path}?code=real`)
    expect(led.headers.get('location')).toBe(`${path.replace(/\/$/, '')}/received`)
    expect(page.status).toBe(200)
  })

  it('is the registered port where one is named', async () => {
    const uri = `http://127.0.0.1:${await free()}/callback`
    expect((await listening({ uri })).uri).toBe(uri)
    expect(await isOpen(uri)).toBe(true)
  })

  it('keeps the digits of its port, which browsers write in their own way', () => {
    const { uri, host } = placeOf('http://127.0.0.1:08765/callback').at(8765)
    expect([uri, host]).toEqual(['http://127.0.0.1:08765/callback', '127.0.0.1:8765'])
  })

  it('is asked for without its port where that is the one of http', () => {
    const { uri, host } = placeOf('http://127.0.0.1:80/callback').at(80)
    expect([uri, host]).toEqual(['http://127.0.0.1:80/callback', '127.0.0.1'])
  })

  it.skipIf(!hasIPv6)('is ::1 where that is registered', async () => {
    const redirect = await listening({ uri: 'http://[::1]/callback' })
    expect(redirect.uri).toMatch(/^http:\/\/\[::1\]:\d+\/callback$/)
    expect(await isOpen(redirect.uri.replace('[::1]', '127.0.0.1'))).toBe(false)
    const answer = redirect.answer(() => true)
    expect((await ask(redirect.uri, { target: '/callback?code=x', hosts: ['127.0.0.1:1'] })).status).toBe(421)
    await browse(redirect.uri, 'code=real')
    expect((await answer).open()).toBe(`${redirect.uri}?code=real`)
  })

  it.skipIf(!hasIPv6).each(['127.0.0.1', '::1'])(
    'is both addresses where localhost is: asked at %s',
    async (address) => {
      const redirect = await listening({ uri: 'http://localhost/callback' })
      expect(redirect.uri).toMatch(/^http:\/\/localhost:\d+\/callback$/)
      const answer = redirect.answer(() => true)
      const wrong = {
        target: '/callback?code=x',
        hosts: [redirect.uri.slice(7).replace(/\/.*/, '').replace('localhost', '127.0.0.1')],
      }
      expect((await ask(redirect.uri, wrong, address)).status).toBe(421)
      await browse(redirect.uri, 'code=real', address)
      expect((await answer).open()).toBe(`${redirect.uri}?code=real`)
      await redirect.close()
      expect([await isOpen(redirect.uri, '127.0.0.1'), await isOpen(redirect.uri, '::1')]).toEqual([false, false])
    },
  )

  it.each([
    'https://127.0.0.1/callback',
    'http://127.0.0.2/callback',
    'http://0.0.0.0/callback',
    'http://[::]/callback',
    'http://192.0.2.1/callback',
    'http://localhost.example/callback',
    'http://127.0.0.1.example/callback',
    'http://user@127.0.0.1/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:port/callback',
    'http://127.0.0.1/callback?a=b',
    'http://127.0.0.1/callback#a',
    'http://127.0.0.1/call back',
    'http://127.0.0.1\\callback',
    'http://127.0.0.1//elsewhere.example/callback',
    'http://127.0.0.1/a/..//elsewhere.example/callback',
    'http://127.0.0.1/\\\\elsewhere.example/callback',
    'com.example.till:/callback',
    '/callback',
    '',
  ])('is not %j', async (uri) => {
    await expect(loopbackRedirect({ uri })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('Loopback redirect, option uri'),
    })
  })

  it('is taken: the failure names the port', async () => {
    const port = await taken('127.0.0.1')
    const trying = loopbackRedirect({ uri: `http://127.0.0.1:${port}/callback` })
    await expect(trying).rejects.toMatchObject({
      name: 'OAuthError',
      code: 'invalid_configuration',
      message: expect.stringContaining(`port ${port} (taken)`),
    })
  })

  it.skipIf(!hasIPv6)('is taken at one of two addresses: neither is kept', async () => {
    const port = await taken('::1')
    const uri = `http://localhost:${port}/callback`
    await expect(loopbackRedirect({ uri })).rejects.toThrow(`port ${port} (taken)`)
    expect(await isOpen(uri, '127.0.0.1')).toBe(false)
  })

  it.skipIf(!hasIPv6)('is another port where one is free at one of two addresses only', async () => {
    const ports: number[] = []
    const listened = await listenOnLoopback(['127.0.0.1', '::1'], 0, (port) => {
      // Before the second address is opened.
      if (!ports.includes(port) && ports.push(port) === 1) void taken('::1', port)
      return everywhere
    })
    onTestFinished(listened.close)
    expect(listened.port).not.toBe(ports[0])
    expect(listened.port).toBe(ports.at(-1))
    const [first, found] = [`http://localhost:${ports[0]}`, `http://localhost:${listened.port}`]
    expect([await isOpen(first, '127.0.0.1'), await isOpen(found, '127.0.0.1'), await isOpen(found, '::1')]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('is given up where no port is free at both addresses, and at once where one is named', async () => {
    let tried = 0
    const handlerAt = () => {
      tried++
      return everywhere
    }
    await expect(listenOnLoopback(['127.0.0.1', '127.0.0.1'], 0, handlerAt)).rejects.toThrow('a free port (taken)')
    expect(tried).toBe(20)
    const port = await free()
    await expect(listenOnLoopback(['127.0.0.1', '127.0.0.1'], port, handlerAt)).rejects.toThrow(`port ${port} (taken)`)
    expect(tried).toBe(21)
  })

  it('leaves out an address that the machine does not have, unless it is the only one', async () => {
    // An address for documentation, RFC 5737: nobody has it.
    const listened = await listenOnLoopback(['192.0.2.1', '127.0.0.1'], 0, () => everywhere)
    onTestFinished(listened.close)
    expect(await isOpen(`http://127.0.0.1:${listened.port}`)).toBe(true)
    await expect(listenOnLoopback(['192.0.2.1'], 0, () => everywhere)).rejects.toThrow('(no such address here)')
  })

  it.each(['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/callback', 'http://127.0.0.1'])(
    'may be registered: %s',
    async (uri) => {
      const { uri: redirectUri } = await listening(uri.includes('::1') && !hasIPv6 ? {} : { uri })
      expect(() => createClient(sumupPosPro, { clientId: 'a', clientSecret: 'b', redirectUri })).not.toThrow()
    },
  )
})
