import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startViewer } from '../../src/viewer/index.ts'
import type { ViewerOptions } from '../../src/viewer/options.ts'
import { openViewer } from '../../src/viewer/viewer.ts'
import { smallPage, temporaryFolder } from '../support/viewer/folders.ts'
import { dial, dialAsPage, originOf, secretOf } from '../support/viewer/talker.ts'
import { atEnd, testViewer } from '../support/viewer/viewers.ts'

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
}

/** Asks as no browser would: any header, any path. */
function ask(link: string, path = '/', { method = 'GET', headers = {} }: Asked = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(link)
      const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          body += part
        })
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
      })
      asked.on('error', reject)
      asked.end()
    },
  )
}

/** The error code of connecting to an address, or `connected`. */
function reach(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.on('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
  })
}

/** The first line of the answer to what is sent word for word. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(text))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(String(data).split('\r\n')[0] ?? '')
    })
    socket.on('error', reject)
  })
}

/** How long a socket lasts, in milliseconds, that sends this and nothing more. */
function lastingOf(port: number, text: string): Promise<number> {
  const begun = performance.now()
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(text))
    socket.on('error', () => {}).resume()
    socket.on('close', () => resolve(performance.now() - begun))
  })
}

const portOf = (link: string) => Number(new URL(link).port)

const strict = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

describe('the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', smallPage['index.html']],
    ['/?from=elsewhere', 'text/html; charset=utf-8', smallPage['index.html']],
    ['/viewer.js', 'text/javascript; charset=utf-8', smallPage['viewer.js']],
    ['/viewer.css', 'text/css; charset=utf-8', smallPage['viewer.css']],
    ['/charts/deviceCode.svg', 'image/svg+xml; charset=utf-8', smallPage['charts/deviceCode.svg']],
  ])('has %s, under strict headers', async (path, type, body) => {
    const { link } = await testViewer()
    const answer = await ask(link, path)
    expect(answer).toMatchObject({ status: 200, body, headers: { ...strict, 'content-type': type } })
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('is told without its content to whoever asks for the head', async () => {
    const { link } = await testViewer()
    const answer = await ask(link, '/viewer.js', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, body: '', headers: strict })
    expect(answer.headers['content-length']).toBe(String(smallPage['viewer.js']?.length))
  })

  it.each([
    '/notes.txt',
    '/charts',
    '/charts/',
    '/../viewer.js',
    '/charts/../../../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/charts%2fdeviceCode.svg',
    '/__proto__',
    'http://a.example/viewer.js',
  ])('has no %s', async (path) => {
    const { link } = await testViewer()
    expect(await ask(link, path)).toMatchObject({ status: 404, body: '', headers: strict })
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'])('is not for %s', async (method) => {
    const { link } = await testViewer()
    expect(await ask(link, '/', { method })).toMatchObject({ status: 405, headers: strict })
  })
})

describe('a request', () => {
  it.each([
    ['127.0.0.1:PORT', 200],
    ['localhost:PORT', 200],
    ['127.0.0.1', 421],
    ['localhost', 421],
    ['[::1]:PORT', 421],
    ['127.0.0.1:1', 421],
    ['127.0.0.2:PORT', 421],
    ['a.example:PORT', 421],
    ['localhost.a.example:PORT', 421],
    ['127.0.0.1:PORT.a.example', 421],
    ['127.0.0.1:PORT@a.example', 421],
  ])('for %s is answered with %i', async (host, status) => {
    const { link } = await testViewer()
    const headers = { host: host.replace('PORT', new URL(link).port) }
    expect(await ask(link, '/', { headers })).toMatchObject({ status, headers: strict })
  })

  it('that names no host is refused', async () => {
    const { link } = await testViewer()
    expect(await sendRaw(portOf(link), 'GET / HTTP/1.0\r\n\r\n')).toContain(' 400 ')
    expect(await sendRaw(portOf(link), 'GET / HTTP/1.1\r\n\r\n')).toContain(' 400 ')
  })

  it('that names another origin is refused, and one of its own pages is not', async () => {
    const { link } = await testViewer({ origins: ['http://localhost:5173'] })
    const statusFor = async (origin: string) => (await ask(link, '/', { headers: { origin } })).status
    expect(await statusFor(originOf(link))).toBe(200)
    for (const other of ['http://a.example', 'null', 'http://localhost:5173', `https://127.0.0.1:${portOf(link)}`])
      expect(await statusFor(other)).toBe(403)
    // The page of one name is not the page of the other.
    expect(await statusFor(`http://localhost:${portOf(link)}`)).toBe(403)
  })

  it('reaches it on 127.0.0.1 and on no other address', async () => {
    const { link } = await testViewer()
    expect(await reach('127.0.0.1', portOf(link))).toBe('connected')
    for (const host of ['127.0.0.2', '::1']) expect(await reach(host, portOf(link))).not.toBe('connected')
  })
})

describe('a request', () => {
  it.each(['', 'GET / HTTP/1.1\r\nHost: ', 'GET / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 9\r\n\r\n1'])(
    'that is never sent to its end is not waited for: %j',
    async (part) => {
      // Five seconds otherwise, and minutes where nobody looks.
      const { link } = await testViewer({}, 500)
      const text = part.replace('HERE', new URL(link).host)
      expect(await lastingOf(portOf(link), text)).toBeLessThan(4_500)
    },
  )

  it.each(['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'])('for two hosts is for none: %j', async (more) => {
    const { link } = await testViewer()
    const { host } = new URL(link)
    const ask = (...hosts: readonly string[]) =>
      sendRaw(portOf(link), `GET / HTTP/1.1\r\n${hosts.map((name) => `host: ${name}\r\n`).join('')}${more}\r\n`)
    for (const other of ['viewer.example', host]) expect(await ask(host, other)).toBe('HTTP/1.1 400 Bad Request')
    expect(await ask('viewer.example', host)).toBe('HTTP/1.1 400 Bad Request')
    if (more === '') expect(await ask(host)).toBe('HTTP/1.1 200 OK')
  })
})

describe('startViewer', () => {
  const problem = (starting: Promise<unknown>) =>
    starting.then(
      () => undefined,
      (error: unknown) => error,
    )

  it.each<[string, unknown]>([
    ['port', { port: -1 }],
    ['port', { port: 65_536 }],
    ['port', { port: 1.5 }],
    ['port', { port: '4455' }],
    ['origins', { origins: 'http://localhost:5173' }],
    ['origins', { origins: ['http://localhost:5173/'] }],
    ['origins', { origins: ['localhost:5173'] }],
    ['origins', { origins: ['*'] }],
    ['origins', { origins: ['http://*'] }],
    ['origins', { origins: ['https://*.example.com'] }],
    ['origins', { origins: ['null'] }],
    ['key', { key: 'a'.repeat(21) }],
    ['key', { key: `${'a'.repeat(22)}#` }],
    ['key', { key: 'a'.repeat(201) }],
    ['host', { host: '0.0.0.0' }],
    ['options', 4455],
  ])('refuses a wrong %s by name: %j', async (name, options) => {
    const folder = await temporaryFolder(smallPage)
    atEnd(() => folder[Symbol.asyncDispose]())
    // As a caller without types would.
    const given = options as ViewerOptions
    const error = await problem(openViewer(given, { page: folder.path }).then((viewer) => viewer.close()))
    expect(error).toMatchObject({ name: 'OAuthError', code: 'invalid_configuration', retryable: false })
    expect(String(error)).toContain(`option ${name} (`)
  })

  it('says that a port is taken, and that it may be free later', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    atEnd(() => new Promise((resolve) => other.close(() => resolve())))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const error = await problem(testViewer({ port }))
    expect(error).toMatchObject({ code: 'invalid_configuration', retryable: true })
    expect(String(error)).toContain(`option port (${port} is taken)`)
  })

  it('says that the page has not been built', async () => {
    const folder = await temporaryFolder({ 'viewer.js': '' })
    atEnd(() => folder[Symbol.asyncDispose]())
    for (const page of [folder.path, `${folder.path}/none`]) {
      const error = await problem(openViewer({}, { page }))
      expect(error).toMatchObject({ code: 'not_supported' })
      expect(String(error)).toContain('npm run build')
    }
  })

  it('takes the built page of this package, or says that there is none', async () => {
    const started = await startViewer().catch((error: unknown) => error)
    if (started instanceof Error) return expect(started.message).toContain('npm run build')
    const viewer = started as Awaited<ReturnType<typeof startViewer>>
    atEnd(viewer.close)
    expect(await ask(viewer.link)).toMatchObject({ status: 200, headers: strict })
  })

  it('gives links that nobody guesses', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const secrets = [link, hostLink, newLink(), newLink()].map(secretOf)
    expect(new Set(secrets).size).toBe(4)
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url').length).toBeGreaterThanOrEqual(16)
  })

  it('takes the key that is given', async () => {
    const key = 'k'.repeat(22)
    const { hostLink } = await testViewer({ key })
    expect(hostLink).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/#${key}$`))
  })
})

describe('close', () => {
  it('ends pages, those who have not greeted and those who do not listen; the port is free', async () => {
    const viewer = await testViewer()
    const page = await dialAsPage(viewer.link)
    const silent = await dial(viewer.hostLink)
    const frozen = await dial(viewer.hostLink)
    frozen.socket.pause()
    const begun = performance.now()
    await Promise.all([viewer.close(), viewer.close()])
    // Sockets themselves would wait for half a minute.
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(await page.ended()).toMatchObject({ code: 1001 })
    expect(await silent.ended()).toMatchObject({ code: 1001 })
    expect(await reach('127.0.0.1', portOf(viewer.link))).toBe('ECONNREFUSED')
    frozen.socket.terminate()
  })
})
