import { describe, expect, it, vi } from 'vitest'
import { type BackendOptions, backend } from '../../src/backend/index.ts'
import { type FailureCode, OAuthError } from '../../src/index.ts'
import { type Question, question } from './support/asking.ts'
import { clientSecret, myposClient, origin, serverOf, sumupClient, tyroClient } from './support/pair.ts'

const store = { connection: 'store-17' }
const allowed: Partial<BackendOptions> = { allows: (_, name) => name === 'store-17' }

async function answerTo(request: Request, options: Partial<BackendOptions> = allowed) {
  const server = await serverOf(sumupClient, { backend: options })
  const response = await server.handle(request)
  const text = await response.text()
  return { server, response, text, body: text === '' ? undefined : JSON.parse(text) }
}

interface Refusal {
  readonly what: string
  readonly status: number
  /** How it is asked. */
  readonly how?: Question
  /** What is asked. Default: where the store stands. */
  readonly asked?: object
  /** Default: `server_rejected`. */
  readonly code?: FailureCode
}

const refusal = (
  what: string,
  status: number,
  how: Question = {},
  asked: object = store,
  code: FailureCode = 'server_rejected',
): Refusal => ({ what, status, how, asked, code })

const refusals: readonly Refusal[] = [
  refusal('a path that is no verb', 404, { verb: 'steal' }),
  refusal('the path itself', 404, { verb: '' }),
  refusal('a verb of another grant', 404, { verb: 'requestCode' }),
  refusal('a member of every object', 404, { verb: 'constructor' }),
  refusal('a GET', 405, { method: 'GET' }),
  refusal('a HEAD', 405, { method: 'HEAD' }),
  refusal('a PUT', 405, { method: 'PUT' }),
  refusal('a preflight', 405, { method: 'OPTIONS' }),
  refusal('a page of another site', 403, {
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  }),
  refusal('a page of another site in an old browser', 403, {
    headers: { origin: 'https://evil.example', 'sec-fetch-site': '' },
  }),
  refusal('a page of a sibling host', 403, {
    headers: { origin: 'https://blog.example.com', 'sec-fetch-site': 'same-site' },
  }),
  refusal('a host that begins alike', 403, { headers: { origin: `${origin}.evil.example` } }),
  refusal('the same host by http', 403, { headers: { origin: origin.replace('https', 'http') } }),
  refusal('the same host at another port', 403, { headers: { origin: `${origin}:8443` } }),
  refusal('a sandboxed frame', 403, { headers: { origin: 'null' } }),
  refusal('a browser that names no origin but another site', 403, {
    headers: { origin: '', 'sec-fetch-site': 'cross-site' },
  }),
  refusal('a browser that names no origin but a sibling', 403, {
    headers: { origin: '', 'sec-fetch-site': 'same-site' },
  }),
  refusal('a form', 415, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  refusal('a form that looks like JSON', 415, { headers: { 'content-type': 'text/plain' } }),
  refusal('JSON that is called something else', 415, { headers: { 'content-type': 'text/plain; a=application/json' } }),
  refusal('nobody who is logged in', 401, { session: '' }, store, 'app_login_required'),
  refusal('a body that is no JSON', 400, { body: '{"connection"' }),
  refusal('no body', 400, { body: '' }),
  refusal('a list', 400, { body: '[]' }),
  refusal('null', 400, { body: 'null' }),
  refusal('no name', 400, {}, {}),
  refusal('an empty name', 400, {}, { connection: '' }),
  refusal('a name that is none', 400, {}, { connection: ['store-17'] }),
  refusal('a name of a thousand characters and one', 400, {}, { connection: 'n'.repeat(1_001) }),
  refusal('a wish that nobody knows', 400, {}, { ...store, wish: { type: 'token.steal' } }),
  refusal('a redirect without its URL', 400, {}, { ...store, wish: { type: 'authorization.responded' } }),
  refusal('a rejected token without its number', 400, {}, { ...store, wish: { type: 'token.rejected' } }),
  refusal('a number below zero', 400, {}, { ...store, generation: -1 }),
  refusal('more than 16 kB', 413, {}, { ...store, more: 'x'.repeat(16 * 1024) }),
  refusal('a connection of somebody else', 403, {}, { connection: 'store-18' }, 'app_not_allowed'),
]

describe('a question', () => {
  it.each(refusals)('of $what is answered $status', async ({ status, how = {}, asked = store, code }) => {
    const { response, body, text, server } = await answerTo(question(asked, how))
    expect(response.status).toBe(status)
    if (how.method === 'HEAD') return
    expect(body).toEqual({
      at: expect.any(Number),
      failure: {
        code,
        message: expect.stringMatching(/^SumUp POS Pro, backend \(/),
        retryable: false,
      },
    })
    expect(text).not.toMatch(/store-1|evil|steal|stack|valibot|Expected/)
    expect(server.emulator.journal).toEqual([])
  })

  it.each([
    ['of a page', {}],
    ['of a page whose browser tells no site', { headers: { 'sec-fetch-site': '' } }],
    ['of a program, which is no browser', { headers: { origin: '', 'sec-fetch-site': '' } }],
    ['with a character set', { headers: { 'content-type': 'Application/JSON; charset=utf-8' } }],
  ])('%s is answered with where the connection stands', async (_, how) => {
    const { response, body } = await answerTo(question(store, how))
    expect(response.status).toBe(200)
    expect(body).toEqual({ at: expect.any(Number), summary: { standing: 'idle' } })
  })

  it.each([question(store), question(store, { session: '' }), question(store, { method: 'GET' })])(
    'is answered with what no cache keeps and no browser guesses at',
    async (request) => {
      const { response } = await answerTo(request)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      expect(response.headers.get('allow')).toBe(response.status === 405 ? 'POST' : null)
    },
  )

  it('costs no look into sessions before it has passed what needs none', async () => {
    const [session, allows] = [vi.fn(() => 'browser-1'), vi.fn(() => true)]
    for (const { status, how = {}, asked = store } of refusals)
      if ([404, 405, 415].includes(status) || how.headers) await answerTo(question(asked, how), { session, allows })
    expect(session).not.toHaveBeenCalled()
    await answerTo(question({}), { session, allows })
    expect(session).toHaveBeenCalledTimes(1)
    expect(allows).not.toHaveBeenCalled()
  })

  it('that does not end is not read beyond what it may have', async () => {
    let made = 0
    const body = new ReadableStream({
      pull(controller) {
        made += 1024
        controller.enqueue(new Uint8Array(1024).fill(32))
      },
    })
    const { response } = await answerTo(question(store, { body }))
    expect(response.status).toBe(413)
    expect(made).toBeLessThan(64 * 1024)
  })

  it('is refused where the host answers anything but true', async () => {
    for (const answer of [false, undefined, 'yes', 1])
      expect(
        (await answerTo(question(store), { allows: () => JSON.parse(JSON.stringify({ answer })).answer })).response
          .status,
      ).toBe(403)
    expect((await answerTo(question(store), { allows: async () => true })).response.status).toBe(200)
  })

  it('is refused where the host gives no id of a session, but something else', async () => {
    for (const id of [true, 17, { id: 'a' }]) {
      const session = () => JSON.parse(JSON.stringify(id))
      const { response, body } = await answerTo(question(store), { session })
      expect(response.status).toBe(500)
      const message = expect.stringContaining('option session')
      expect(body).toMatchObject({ failure: { code: 'invalid_configuration', message } })
    }
  })

  it('is refused where its body was read already, or does not come', async () => {
    const read = question(store)
    await read.text()
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) })
    for (const [request, remedy] of [
      [read, 'before anything reads its body'],
      [question(store, { body: broken }), 'Send it again'],
    ] as const) {
      const { response, body } = await answerTo(request)
      expect(response.status).toBe(400)
      expect(body).toMatchObject({ failure: { message: expect.stringContaining(remedy) } })
    }
  })

  it('rejects with what the host’s own functions throw, for the host’s own error page', async () => {
    const server = await serverOf(sumupClient, {
      backend: {
        session: () => {
          throw new Error('the session store is down')
        },
      },
    })
    await expect(server.handle(question(store))).rejects.toThrow('the session store is down')
  })

  it('of another grant is known to the handler of that grant only', async () => {
    const asked = ['prepareAuthorization', 'exchangeCode', 'requestCode', 'pollToken', 'requestToken', 'adoptToken']
    const known = []
    for (const make of [sumupClient, tyroClient, myposClient]) {
      const { handle } = await serverOf(make)
      const statuses = await Promise.all(asked.map(async (verb) => (await handle(question(store, { verb }))).status))
      known.push(asked.filter((_, index) => statuses[index] === 200))
    }
    expect(known).toEqual([
      ['prepareAuthorization', 'exchangeCode', 'adoptToken'],
      ['requestCode', 'pollToken', 'adoptToken'],
      ['requestToken'],
    ])
  })
})

describe('the options of a handler', () => {
  const client = sumupClient({})
  const right: BackendOptions = { origins: [origin], session: () => 'browser-1', allows: () => true }
  const refusalOf = (options: object) => {
    try {
      Reflect.apply(backend, undefined, [client, options])
    } catch (error) {
      if (error instanceof OAuthError) return error
      throw error
    }
    throw new Error('they were accepted')
  }

  it.each([
    ['origins', { ...right, origins: undefined }],
    ['origins', { ...right, origins: [] }],
    ['origins', { ...right, origins: [`${origin}/`] }],
    ['origins', { ...right, origins: ['*'] }],
    ['origins', { ...right, origins: ['null'] }],
    ['origins', { ...right, origins: ['http://pos.example.com'] }],
    ['origins', { ...right, origins: [origin, 7] }],
    ['session', { ...right, session: undefined }],
    ['allows', { ...right, allows: undefined }],
    ['allows', { ...right, allows: true }],
    ['page', { ...right, page: 7 }],
    ['tokens', { ...right, tokens: 'yes' }],
    ['onProblem', { ...right, onProblem: true }],
    ['token', { ...right, token: true }],
  ])('are refused where %s is wrong or missing', (option, options) => {
    const error = refusalOf(options)
    expect(error.code).toBe('invalid_configuration')
    expect(error.message).toContain(`option ${option}`)
    expect(error.message).not.toContain(clientSecret)
  })

  it('may name pages of this machine', () => {
    expect(() =>
      backend(client, { ...right, origins: ['http://localhost:3000', 'http://127.0.0.1:3000'] }),
    ).not.toThrow()
  })

  it('belong to a client of this package', () => {
    expect(() => backend({ ...client }, right)).toThrow('backend, client (of createClient)')
  })
})
