import { afterEach, describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environment.ts'
import { type Answer, post, type WireRequest } from '../../src/protocol/http.ts'
import { judge } from '../../src/protocol/verdict.ts'
import { type LocalServer, localServer } from '../support/local-server.ts'

type Handler = Parameters<typeof localServer>[0]

const environment = createEnvironment()
const open: LocalServer[] = []

/** A server that is closed after the test. */
async function serve(handle: Handler): Promise<LocalServer> {
  const server = await localServer(handle)
  open.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const requestTo = (url: string): WireRequest => ({
  endpoint: 'token',
  url,
  parameters: { a: 'b c' },
  headers: {},
  inQuery: false,
})

async function ask(handle: Handler, timeout = 5_000): Promise<Answer> {
  const { url } = await serve(handle)
  return post(requestTo(url), environment, timeout)
}

/** Answers with a body and nothing special. */
const say =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

describe('an answer', () => {
  it.each([
    'application/json',
    'application/json;charset=utf-8',
    'text/html',
    'text/plain',
    'application/problem+json',
  ])('that is JSON is read whatever its content type: %s', async (type) => {
    const answer = await ask(say('{"access_token":"é"}', { 'content-type': type }))
    expect(answer).toMatchObject({ kind: 'answered', status: 200, format: 'json', body: { access_token: 'é' } })
  })

  it.each<[string, string | Buffer, object]>([
    ['no content type', '{"a":1}', { format: 'json', body: { a: 1 } }],
    ['a byte order mark', Buffer.from('\ufeff{"a":1}'), { format: 'json', body: { a: 1 } }],
    ['white space around', '\r\n {"a":1}\n', { format: 'json', body: { a: 1 } }],
    ['nothing', '', { format: 'empty', body: undefined }],
    ['white space only', ' \r\n', { format: 'empty', body: undefined }],
    ['a byte order mark only', '\ufeff', { format: 'empty', body: undefined }],
    ['HTML', '<!doctype html><title>Wi-Fi</title>', { format: 'other', body: undefined }],
    ['half an object', '{"access_token":"a', { format: 'other', body: undefined }],
    ['two objects', '{}{}', { format: 'other', body: undefined }],
    ['a form', 'access_token=a&token_type=bearer', { format: 'other', body: undefined }],
    ['null', 'null', { format: 'json', body: null }],
    ['a string', '"OK"', { format: 'json', body: 'OK' }],
    ['text', 'OK', { format: 'other', body: undefined }],
  ])('is sorted by its body: %s', async (_, body, expected) => {
    expect(await ask(say(body))).toMatchObject({ kind: 'answered', status: 200, ...expected })
  })

  it.each([200, 204, 400, 401, 403, 404, 429, 500, 503])('keeps its status: %i', async (status) => {
    expect(await ask(say('', {}, status))).toMatchObject({ kind: 'answered', status, format: 'empty' })
  })

  it('is dated from before the request and after the body', async () => {
    const before = Date.now()
    const answer = await ask((_, response) => {
      response.writeHead(200)
      response.write('{')
      setTimeout(() => response.end('}'), 60)
    })
    expect(answer.requestedAt).toBeGreaterThanOrEqual(before)
    expect(answer.receivedAt - answer.requestedAt).toBeGreaterThanOrEqual(55)
  })

  it('may come in the middle of a character', async () => {
    const bytes = Buffer.from('{"a":"é"}')
    const answer = await ask((_, response) => {
      response.write(bytes.subarray(0, 7))
      setTimeout(() => response.end(bytes.subarray(7)), 20)
    })
    expect(answer).toMatchObject({ format: 'json', body: { a: 'é' } })
  })
})

describe('a request', () => {
  it('is one POST with a form', async () => {
    let seen: unknown
    const { url, hits } = await serve(({ method, headers }, response, body) => {
      seen = { method, accept: headers.accept, type: headers['content-type'], body }
      response.writeHead(503).end()
    })
    await post(requestTo(url), environment, 5_000)
    expect(seen).toEqual({
      method: 'POST',
      accept: 'application/json',
      type: 'application/x-www-form-urlencoded',
      body: 'a=b+c',
    })
    expect(hits()).toBe(1)
  })

  it.each([301, 302, 303, 307, 308])('follows no redirect: %i', async (status) => {
    const target = await serve(say('{"access_token":"stolen"}'))
    const answer = await ask((_, response) => response.writeHead(status, { location: target.url }).end())
    expect(answer).toMatchObject({ kind: 'answered', status })
    expect(target.hits()).toBe(0)
  })

  it.each([408, 413, 429, 500, 502, 503, 504])('is not retried: %i', async (status) => {
    const { url, hits } = await serve(say('', { 'retry-after': '0' }, status))
    await post(requestTo(url), environment, 5_000)
    expect(hits()).toBe(1)
  })
})

describe('a body', () => {
  const sized = (size: number) => `"${'x'.repeat(size - 2)}"`

  it.each([
    [65_536, 'json'],
    [65_537, 'other'],
  ])('of %i bytes is %s', async (size, format) => {
    expect(await ask(say(sized(size)))).toMatchObject({ kind: 'answered', status: 200, format })
  })

  it('counts bytes, not characters', async () => {
    expect(await ask(say(`"${'é'.repeat(32_768)}"`))).toMatchObject({ format: 'other', body: undefined })
  })

  it.each([200, 400])('without end is read no further than needed, and hung up on: %i', async (status) => {
    let written = 0
    let hungUp = () => {}
    const gone = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const part = Buffer.alloc(65_536, 0x20)
    const answer = await ask((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.on('close', hungUp)
      const pour = () => {
        while (!response.destroyed && written < 256 * 1024 * 1024) {
          written += part.length
          if (!response.write(part)) return void response.once('drain', pour)
        }
      }
      pour()
    })
    await gone
    expect(answer).toMatchObject({ kind: 'answered', status, format: 'other', body: undefined })
    // What sockets hold on the way, and no more.
    expect(written).toBeLessThan(32 * 1024 * 1024)
  })

  it('that was compressed is measured unpacked', async () => {
    const { gzipSync } = await import('node:zlib')
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, 0x20))
    const answer = await ask(say(bomb, { 'content-encoding': 'gzip' }))
    expect(answer).toMatchObject({ kind: 'answered', format: 'other', body: undefined })
  })
})

describe('the timeout', () => {
  it('covers a server that never answers, and hangs up', async () => {
    const begun = Date.now()
    let hungUp = () => {}
    const gone = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const answer = await ask((_, response) => void response.on('close', hungUp), 150)
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'timeout', ambiguous: true })
    await gone
    expect(Date.now() - begun).toBeLessThan(2_000)
  })

  it.each([
    ['that trickles', 20],
    ['that stops', undefined],
  ])('covers a body %s, and hangs up', async (_, every) => {
    const begun = Date.now()
    let hungUp = () => {}
    const gone = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const answer = await ask((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{')
      const timer = every === undefined ? undefined : setInterval(() => response.write(' '), every)
      response.on('close', () => {
        clearInterval(timer)
        hungUp()
      })
    }, 150)
    await gone
    expect(Date.now() - begun).toBeLessThan(2_000)
    expect(answer).not.toMatchObject({ format: 'json' })
    expect(judge(answer, { about: 'x', secrets: [] })).toMatchObject({ kind: 'trouble', ambiguous: true })
  })

  it('leaves no timer behind when the answer came in time', async () => {
    const seen: string[] = []
    const watched = {
      ...environment,
      after: (span: number, ring: () => void) => {
        seen.push(`begun ${span}`)
        const cancel = environment.after(span, ring)
        return () => {
          seen.push('cancelled')
          cancel()
        }
      },
    }
    const { url } = await serve(say('{}'))
    await post(requestTo(url), watched, 5_000)
    expect(seen).toEqual(['begun 5000', 'cancelled'])
  })
})

describe('a broken connection', () => {
  it('that was never made is not ambiguous', async () => {
    const { url, close } = await localServer(say(''))
    await close()
    const answer = await post(requestTo(url), environment, 5_000)
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'network', ambiguous: false })
  })

  it('that breaks before the head is ambiguous', async () => {
    const answer = await ask(({ socket }) => void socket.resetAndDestroy())
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'network', ambiguous: true })
  })

  it('that is closed without a word is ambiguous', async () => {
    const answer = await ask(({ socket }) => void socket.destroy())
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'network', ambiguous: true })
  })

  /** Breaks once the client has the head and this part of the body. */
  async function breakAfter(part: string): Promise<Answer> {
    let reset = () => {}
    const { url } = await serve(({ socket }, response) => {
      reset = () => void socket.resetAndDestroy()
      response.writeHead(200, { 'content-length': '1000' }).write(part)
    })
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await environment.fetch(input, init)
      await response.clone().body?.getReader().read()
      reset()
      return response
    }
    return post(requestTo(url), createEnvironment({ fetch }), 5_000)
  }

  it('that breaks after the head keeps the status, and has no body', async () => {
    const answer = await breakAfter('{"access_token":"half')
    expect(answer).toMatchObject({ kind: 'answered', status: 200, format: 'other', body: undefined })
  })

  it('that breaks after what looks whole is not read as whole', async () => {
    const answer = await breakAfter('{"access_token":"a","token_type":"Bearer"}')
    expect(answer).toMatchObject({ kind: 'answered', format: 'other', body: undefined })
  })

  it('to what speaks no HTTP is an answer as well', async () => {
    const answer = await ask(({ socket }) => void socket.end('220 smtp.example ESMTP\r\n'))
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'network', ambiguous: true })
  })
})
