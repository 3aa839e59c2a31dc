import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environment.ts'
import { type Answer, post, type WireRequest } from '../../src/protocol/http.ts'
import { judge } from '../../src/protocol/verdict.ts'
import { stillEnvironment } from '../support/scripted-fetch.ts'

const NOW = Date.UTC(2030, 0, 1, 12, 0, 0)
const secretive: WireRequest = {
  endpoint: 'token',
  url: 'https://auth.example/token',
  parameters: { client_secret: 'MARK-secret', refresh_token: 'MARK-refresh', code: 'MARK-code' },
  headers: { authorization: 'Basic MARK-basic' },
  inQuery: false,
}

/** Posts through a fetch of the host's. */
function postBy(fetch: typeof globalThis.fetch, request = secretive): Promise<Answer> {
  return post(request, stillEnvironment(NOW, { fetch }), 1_000)
}

const print = (value: unknown) => inspect(value, { depth: 9, showHidden: true })

describe('Retry-After', () => {
  const retryAt = async (headers: Record<string, string>, status = 429) => {
    const answer = await postBy(async () => new Response('', { status, headers }))
    return answer.kind === 'answered' ? answer.retryAt : 'unanswered'
  }
  const date = (ms: number) => new Date(ms).toUTCString()

  it.each([
    ['seconds', { 'retry-after': '30' }, NOW + 30_000],
    ['no seconds', { 'retry-after': '0' }, NOW],
    ['blanks around', { 'retry-after': ' 7 ' }, NOW + 7_000],
    ['a date', { 'retry-after': date(NOW + 90_000) }, NOW + 90_000],
    ['a date against a clock ahead', { 'retry-after': date(NOW + 90_000), date: date(NOW + 60_000) }, NOW + 30_000],
    ['a date against a clock behind', { 'retry-after': date(NOW - 10_000), date: date(NOW - 60_000) }, NOW + 50_000],
    ['a date that has passed', { 'retry-after': date(NOW - 90_000) }, NOW],
    ['a reset', { 'x-ratelimit-reset': String(NOW / 1000 + 45) }, NOW + 45_000],
    ['a reset against Date', { 'x-ratelimit-reset': String(NOW / 1000 + 45), date: date(NOW + 40_000) }, NOW + 5_000],
    ['a reset that has passed', { 'x-ratelimit-reset': String(NOW / 1000 - 45) }, NOW],
    ['both', { 'retry-after': '3', 'x-ratelimit-reset': String(NOW / 1000 + 45) }, NOW + 3_000],
    ['garbage and a reset', { 'retry-after': 'soon', 'x-ratelimit-reset': String(NOW / 1000 + 45) }, NOW + 45_000],
    ['nothing', {}, undefined],
  ])('is understood: %s', async (_, headers, expected) => expect(await retryAt(headers)).toBe(expected))

  it.each([
    'soon',
    '-5',
    '1.5',
    '30s',
    '5, 10',
    '0x10',
    '1e3',
    '+5',
    'NaN',
    'never',
    'wait until 2099',
    'maybe 1',
    'sunny until 2099',
  ])('that is garbage is ignored: %s', async (garbage) =>
    expect(await retryAt({ 'retry-after': garbage })).toBeUndefined(),
  )

  it.each(['soon', '-5', '1.5', '', '1e9'])('x-ratelimit-reset that is garbage is ignored: %s', async (garbage) => {
    expect(await retryAt({ 'x-ratelimit-reset': garbage })).toBeUndefined()
  })

  it.each(['retry-after', 'x-ratelimit-reset'])(
    'of absurd length stays a finite instant, or is ignored: %s',
    async (name) => {
      expect(await retryAt({ [name]: '9'.repeat(400) })).not.toBe(Number.POSITIVE_INFINITY)
    },
  )

  it.each([400, 403, 500, 503])('counts for other statuses too: %i', async (status) => {
    expect(await retryAt({ 'retry-after': '30' }, status)).toBe(NOW + 30_000)
  })

  it('x-ratelimit-reset says nothing where no limit was hit', async () => {
    expect(await retryAt({ 'x-ratelimit-reset': String(NOW / 1000 + 45) }, 403)).toBeUndefined()
  })
})

describe('an error of fetch', () => {
  const coded = (code: string, depth = 1) => {
    let error: Error = Object.assign(new Error(`MARK-message ${code}`), { code, request: secretive })
    for (let i = 0; i < depth; i++) error = new TypeError(`fetch failed MARK-outer${i}`, { cause: error })
    return error
  }

  it.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'UND_ERR_CONNECT_TIMEOUT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('before anything was sent is not ambiguous: %s', async (code) => {
    const answer = await postBy(() => Promise.reject(coded(code)))
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'network', ambiguous: false })
  })

  it('of a network that is out of reach is ambiguous unless it was the connecting that failed', async () => {
    const answerTo = (syscall: string) =>
      postBy(() => Promise.reject(Object.assign(coded('ENETUNREACH', 0), { syscall })))
    expect(await answerTo('connect')).toMatchObject({ code: 'network', ambiguous: false })
    expect(await answerTo('write')).toMatchObject({ code: 'network', ambiguous: true })
  })

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', ''])(
    'after something may have been sent is ambiguous: %s',
    async (code) => {
      const answer = await postBy(() => Promise.reject(coded(code)))
      expect(answer).toMatchObject({ kind: 'unanswered', code: 'network', ambiguous: true })
    },
  )

  it('of a browser, which tells nothing, is ambiguous', async () => {
    const answer = await postBy(() => Promise.reject(new TypeError('Failed to fetch')))
    expect(answer).toMatchObject({ ambiguous: true })
  })

  const circular = new Error('MARK-circular')
  circular.cause = circular

  it.each<[string, unknown]>([
    ['an error with the request in it', coded('ECONNRESET', 3)],
    ['an error that is its own cause', circular],
    ['a string', 'MARK-string'],
    ['nothing', undefined],
    ['an object', { toString: () => 'MARK-object', code: 'ECONNRESET' }],
  ])('never leaves the wrapper: %s', async (_, error) => {
    const answer = await postBy(() => Promise.reject(error))
    expect(answer).toEqual({
      kind: 'unanswered',
      endpoint: 'token',
      code: 'network',
      ambiguous: true,
      requestedAt: NOW,
      receivedAt: NOW,
    })
    expect(print(answer)).not.toContain('MARK')
    expect(print(judge(answer, { about: 'x', secrets: [] }))).not.toContain('MARK')
  })

  it('that is thrown, not rejected, is an answer as well', async () => {
    const answer = await postBy(() => {
      throw new Error('MARK-thrown')
    })
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'network' })
  })

  it.each([
    ['in the body', new ReadableStream({ start: (controller) => controller.error(new Error('MARK-stream')) })],
    ['in the body, after a part', brokenStream()],
  ])('never leaves the wrapper: %s', async (_, stream) => {
    const answer = await postBy(async () => new Response(stream, { status: 200 }))
    expect(answer).toMatchObject({ kind: 'answered', format: 'other', body: undefined })
    expect(print(answer)).not.toContain('MARK')
  })

  function brokenStream(): ReadableStream {
    let parts = 0
    return new ReadableStream({
      pull(controller) {
        if (parts++ === 0) controller.enqueue(new TextEncoder().encode('{"access_token":"MARK-half"'))
        else controller.error(new Error('MARK-later'))
      },
    })
  }

  it('and what could not be sent at all are answers: a header that no header may be', async () => {
    const answer = await postBy(fetch, { ...secretive, headers: { authorization: 'MARK\r\nX: 1' } })
    expect(answer.kind).toBe('unanswered')
    expect(print(answer)).not.toContain('MARK')
  })
})

describe('an answer', () => {
  it.each([200, 400, 401, 500])('holds nothing of the request: %i', async (status) => {
    const answer = await postBy(async () => new Response('{"error":"invalid_client"}', { status }))
    expect(print(answer)).not.toContain('MARK')
  })

  it('that is no JSON is not quoted', async () => {
    const answer = await postBy(async () => new Response('<html>MARK-page', { status: 200 }))
    expect(print(answer)).not.toContain('MARK')
  })

  it('in the query holds nothing of the request', async () => {
    const answer = await postBy(() => Promise.reject(new Error('MARK')), { ...secretive, inQuery: true })
    expect(print(answer)).not.toContain('MARK')
  })

  it('of a fetch without streams, as in React Native, is read as text', async () => {
    const answer = await postBy(async () => {
      const response = new Response('{"access_token":"a"}')
      Object.defineProperty(response, 'body', { value: undefined })
      return response
    })
    expect(answer).toMatchObject({ kind: 'answered', format: 'json', body: { access_token: 'a' } })
  })

  it('of a fetch without streams has the same cap', async () => {
    const answer = await postBy(async () => {
      const response = new Response(`{"access_token":"a"}${' '.repeat(65_536)}`)
      Object.defineProperty(response, 'body', { value: undefined })
      return response
    })
    expect(answer).toMatchObject({ kind: 'answered', format: 'other', body: undefined })
  })
})

describe('the timeout', () => {
  it('covers a fetch without streams, whose text does not come', async () => {
    const response = new Response('')
    Object.defineProperty(response, 'body', { value: undefined })
    Object.defineProperty(response, 'text', { value: () => new Promise(() => {}) })
    const deaf = createEnvironment({ fetch: async () => response })
    const late = new Promise((resolve) => setTimeout(resolve, 1_000, 'still waiting'))
    expect(await Promise.race([post(secretive, deaf, 50), late])).not.toBe('still waiting')
  })

  it('covers a fetch that ignores its signal', async () => {
    const deaf = createEnvironment({ fetch: () => new Promise(() => {}) })
    const late = new Promise((resolve) => setTimeout(resolve, 1_000, 'still waiting'))
    const answer = await Promise.race([post(secretive, deaf, 50), late])
    expect(answer).toMatchObject({ kind: 'unanswered', code: 'timeout' })
  })

  it('covers a body that looks whole, but does not end', async () => {
    const start = (controller: ReadableStreamDefaultController) =>
      controller.enqueue(new TextEncoder().encode('{"a":1}'))
    const deaf = createEnvironment({ fetch: async () => new Response(new ReadableStream({ start })) })
    expect(await post(secretive, deaf, 50)).not.toMatchObject({ format: 'json' })
  })

  it('covers a body that ignores the signal', async () => {
    const deaf = createEnvironment({ fetch: async () => new Response(new ReadableStream({ pull: () => {} })) })
    const late = new Promise((resolve) => setTimeout(resolve, 1_000, 'still waiting'))
    const answer = await Promise.race([post(secretive, deaf, 50), late])
    expect(answer).not.toBe('still waiting')
    expect(answer).not.toMatchObject({ format: 'json' })
  })
})
