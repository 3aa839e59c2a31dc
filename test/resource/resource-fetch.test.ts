import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environment.ts'
import { fail, OAuthError } from '../../src/failure.ts'
import { api, invalidToken, refusing, rejection, shown, tokenRow } from './stand.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('a request for the resource', () => {
  it('carries the token and the headers, each with ids of its own', async () => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow([origin], {
      headers: { 'API-Key': 'client', 'X-Request-ID': '{uuid}', 'X-Two': '{uuid}' },
    })
    for (const path of ['/a?b=c', '/d']) expect(await (await fetch(`${origin}${path}`)).text()).toBe('fine')
    expect(arrived.map(({ path }) => path)).toEqual(['/a?b=c', '/d'])
    expect(shown(arrived)).toEqual(['Bearer access-token-1', 'Bearer access-token-1'])
    const ids = arrived.flatMap(({ headers }) => [headers['x-request-id'], headers['x-two']])
    for (const id of ids) expect(id).toMatch(uuid)
    expect(new Set(ids).size).toBe(4)
    expect(arrived.map(({ headers }) => headers['api-key'])).toEqual(['client', 'client'])
  })

  it('keeps what the caller has set, but for Authorization', async () => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow([origin], { headers: { 'API-Key': 'ours', 'X-Other': 'ours' } })
    const headers = { 'api-key': 'theirs', AUTHORIZATION: 'Basic theirs', 'x-more': 'theirs' }
    await fetch(origin, { headers })
    expect(arrived[0]?.headers).toMatchObject({
      'api-key': 'theirs',
      'x-other': 'ours',
      'x-more': 'theirs',
      authorization: 'Bearer access-token-1',
    })
    expect(headers).toEqual({ 'api-key': 'theirs', AUTHORIZATION: 'Basic theirs', 'x-more': 'theirs' })
  })

  it('may be a string, a URL or a Request, and the function needs no this', async () => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow([origin])
    const request = new Request(`${origin}/3`, { method: 'PUT', body: 'three', headers: { 'x-a': 'b' } })
    await Promise.all([fetch(`${origin}/1`), fetch(new URL(`${origin}/2`)), fetch(request)])
    expect(arrived.map(({ path }) => path).sort()).toEqual(['/1', '/2', '/3'])
    expect(arrived.find(({ path }) => path === '/3')).toMatchObject({
      method: 'PUT',
      body: 'three',
      headers: { 'x-a': 'b' },
    })
    expect(request.headers.has('authorization')).toBe(false)
    expect(new Set(shown(arrived))).toEqual(new Set(['Bearer access-token-1']))
  })

  it('takes members of the init along that no Request holds', async () => {
    const given: unknown[] = []
    const environment = createEnvironment({
      fetch: async (_, init) => {
        given.push(init)
        return new Response()
      },
    })
    const { fetch } = tokenRow(['https://a.example'], { environment })
    const init = { method: 'POST', body: 'x', headers: { 'x-a': 'b' }, next: { revalidate: 5 } }
    await fetch('https://a.example', init)
    expect(given).toEqual([{ next: { revalidate: 5 } }])
  })

  it('is not sent where there is no token: the reason is told', async () => {
    const { origin, arrived } = await api()
    const failure = fail('authorization_required', { about: 'A provider' })
    const { fetch } = tokenRow([origin], { token: () => Promise.reject(new OAuthError(failure)) })
    expect(await rejection(fetch(origin))).toMatchObject({ name: 'OAuthError', code: 'authorization_required' })
    expect(arrived).toEqual([])
  })

  it('rejects as a fetch does where nobody answers, and where it is malformed', async () => {
    const { fetch } = tokenRow(['http://127.0.0.1:9'])
    expect(await rejection(fetch('http://127.0.0.1:9/'))).toBeInstanceOf(TypeError)
    expect(await rejection(fetch('no url'))).toBeInstanceOf(TypeError)
  })
})

describe('a request for another origin', () => {
  it('goes out untouched: the very same arguments', async () => {
    const given: unknown[][] = []
    const environment = createEnvironment({
      fetch: async (...both) => {
        given.push(both)
        return new Response()
      },
    })
    const { fetch } = tokenRow(['https://api.example'], { environment, headers: { 'API-Key': 'client' } })
    const init = { headers: { authorization: 'Basic theirs' } }
    const others = [
      'https://api.example:8443/',
      'http://api.example/',
      'https://api.example.evil/',
      'https://evil.example/https://api.example/',
      'https://sub.api.example/',
      'https://API.example.',
      'data:text/plain,https://api.example',
    ]
    for (const other of others) await fetch(other, init)
    expect(given).toEqual(others.map((other) => [other, init]))
    for (const both of given) expect(both[1]).toBe(init)
    await fetch('HTTPS://API.example:443/x')
    expect(given.at(-1)?.[0]).toBeInstanceOf(Request)
  })

  it('needs no token, and may use a parameter as it likes', async () => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow([], { token: () => Promise.reject(new Error('was asked')) })
    expect((await fetch(`${origin}/?access_token=another`)).status).toBe(200)
    expect(shown(arrived)).toEqual([undefined])
  })

  it('that answers invalid_token is its caller’s business', async () => {
    const { origin, arrived } = await api(() => invalidToken)
    const { fetch, events } = tokenRow([])
    expect((await fetch(origin)).status).toBe(401)
    expect([events, arrived.length]).toEqual([[], 1])
  })
})

describe('a URL', () => {
  it.each([
    ['a parameter access_token', '?access_token=x'],
    ['an empty one', '?a=b&access_token='],
    ['an escaped one', '?%61ccess_token=x'],
    ['the token in a parameter', '?t=access-token-1'],
    ['the token in the path', 'xaccess-token-1x'],
    ['the token in the fragment', '#access-token-1'],
    ['the token, escaped', '?t=access%2Dtoken-%31'],
    ['the token in other case', '?t=Access-Token-1'],
  ])('with %s is refused before anything is sent', async (_, rest) => {
    const { origin, arrived } = await api()
    const { fetch, parts } = tokenRow([origin])
    const error = await rejection(fetch(`${origin}/${rest}`))
    expect(error).toBeInstanceOf(OAuthError)
    expect(error).toMatchObject({ code: 'invalid_configuration' })
    expect(String(error)).not.toContain('access-token-1')
    // Also where the connection knows its token only when it is asked.
    const late = tokenRow([origin], { known: () => undefined, secrets: () => [], token: parts.token })
    expect(await rejection(late.fetch(`${origin}/${rest}`))).toMatchObject({ code: 'invalid_configuration' })
    expect(arrived).toEqual([])
  })

  it.each([true, false])('with the refresh token is refused as well, for an origin of ours: %s', async (ours) => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow(ours ? [origin] : [])
    const error = await rejection(fetch(`${origin}/?t=refresh-token-1`))
    expect(error).toMatchObject({ code: 'invalid_configuration' })
    expect(String(error)).not.toContain('refresh-token-1')
    expect(arrived).toEqual([])
  })

  it('with the token is refused for other origins as well', async () => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow([])
    for (const rest of ['?t=access-token-1', '?t=access%2dtoken%2d1'])
      expect(await rejection(fetch(`${origin}/${rest}`))).toMatchObject({ code: 'invalid_configuration' })
    expect(arrived).toEqual([])
  })

  it('may hold a malformed escape, and a word that a very short token happens to be', async () => {
    const { origin, arrived } = await api()
    const token = async () => ({ accessToken: 'orders', generation: 1 })
    await tokenRow([origin], { token, known: () => 'orders', secrets: () => ['orders'] }).fetch(
      `${origin}/orders?a=100%`,
    )
    expect(shown(arrived)).toEqual(['Bearer orders'])
  })
})

describe('an answer invalid_token', () => {
  it('leads to one retry with the new token, and new ids', async () => {
    const { origin, arrived } = await api(refusing('access-token-1'))
    const { fetch, events } = tokenRow([origin], { headers: { 'X-Request-ID': '{uuid}' } })
    const response = await fetch(`${origin}/a`, { method: 'POST', body: 'text', headers: { 'x-a': 'b' } })
    expect([response.status, await response.text()]).toEqual([200, 'fine'])
    expect(events).toEqual(['token.rejected 1'])
    expect(arrived.map(({ method, path, body, headers }) => [method, path, body, headers.authorization])).toEqual([
      ['POST', '/a', 'text', 'Bearer access-token-1'],
      ['POST', '/a', 'text', 'Bearer access-token-2'],
    ])
    const ids = arrived.map(({ headers }) => headers['x-request-id'])
    for (const id of ids) expect(id).toMatch(uuid)
    expect(ids[0]).not.toBe(ids[1])
    expect(arrived.map(({ headers }) => headers['x-a'])).toEqual(['b', 'b'])
  })

  it('that comes again is the caller’s: there is no loop', async () => {
    const { origin, arrived } = await api(() => ({ ...invalidToken, body: 'no' }))
    const { fetch, events } = tokenRow([origin])
    const response = await fetch(origin)
    expect([response.status, await response.text()]).toEqual([401, 'no'])
    expect([arrived.length, events]).toEqual([2, ['token.rejected 1']])
  })

  it.each([
    ['401 without it', { status: 401, headers: { 'www-authenticate': 'Bearer realm="x"' } }],
    ['403', { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } }],
    ['400', { status: 400, headers: { 'www-authenticate': 'Bearer error="invalid_request"' } }],
    ['403 that says invalid_token', { status: 403, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }],
    ['503', { status: 503 }],
  ])('is no other: %s is handed on as it is', async (_, reply) => {
    const { origin, arrived } = await api(() => ({ ...reply, body: 'as it is' }))
    const { fetch, events } = tokenRow([origin])
    const response = await fetch(origin)
    expect([response.status, await response.text()]).toEqual([reply.status, 'as it is'])
    expect([arrived.length, events]).toEqual([1, []])
  })

  it('in a JSON body counts, too', async () => {
    const json = { status: 401, headers: { 'content-type': 'application/json' }, body: '{"error":"invalid_token"}' }
    const { origin, arrived } = await api((_, count) => (count === 1 ? json : {}))
    expect((await tokenRow([origin]).fetch(origin)).status).toBe(200)
    expect(arrived).toHaveLength(2)
  })

  it('without a new token rejects with the reason, and lets go of the answer', async () => {
    let cancelled = false
    const cancel = () => {
      cancelled = true
    }
    const { headers } = new Response(null, { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    const refusal = new Response(new ReadableStream({ cancel }), { status: 401, headers })
    const failure = fail('server_unavailable', { about: 'A provider', retryAt: 5 })
    const { fetch, events } = tokenRow(['https://a.example'], {
      environment: createEnvironment({ fetch: async () => refusal }),
      settled: () => Promise.reject(new OAuthError(failure)),
    })
    const error = await rejection(fetch('https://a.example'))
    expect(error).toMatchObject({ code: 'server_unavailable', retryable: true, retryAt: 5 })
    expect([events, cancelled]).toEqual([['token.rejected 1'], true])
  })
})

describe('a body', () => {
  const bytes = new TextEncoder().encode('häuser')
  const form = () => {
    const data = new FormData()
    data.set('name', 'häuser')
    data.set('file', new Blob(['content']), 'a.txt')
    return data
  }
  const stream = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.slice(0, 3))
        controller.enqueue(bytes.slice(3))
        controller.close()
      },
    })

  it.each<[string, () => RequestInit, RegExp | string]>([
    ['a string', () => ({ body: 'häuser' }), 'häuser'],
    ['an empty string', () => ({ body: '' }), ''],
    ['parameters', () => ({ body: new URLSearchParams({ a: 'b c' }) }), 'a=b+c'],
    ['a Blob', () => ({ body: new Blob(['häuser'], { type: 'text/x' }) }), 'häuser'],
    ['an ArrayBuffer', () => ({ body: bytes.buffer.slice(0) }), 'häuser'],
    ['bytes', () => ({ body: bytes }), 'häuser'],
    ['a form with a file', () => ({ body: form() }), /name="name"\r\n\r\nhäuser[\s\S]*filename="a.txt"[\s\S]*content/],
    ['a stream', () => ({ body: stream(), duplex: 'half' }) as RequestInit, 'häuser'],
  ])('is sent again as it was: %s', async (_, make, expected) => {
    const { origin, arrived } = await api(refusing('access-token-1'))
    for (const asRequest of [false, true]) {
      arrived.length = 0
      const { fetch } = tokenRow([origin])
      const init = { method: 'POST', ...make() }
      const response = asRequest ? await fetch(new Request(origin, init)) : await fetch(origin, init)
      expect(response.status).toBe(200)
      expect(arrived).toHaveLength(2)
      const [first, second] = arrived
      if (typeof expected === 'string') expect(first?.body).toBe(expected)
      else expect(first?.body).toMatch(expected)
      expect(second?.body).toBe(first?.body)
      for (const name of ['content-type', 'content-length', 'transfer-encoding'])
        expect(second?.headers[name]).toBe(first?.headers[name])
    }
  })

  it('keeps its length, but for a stream', async () => {
    const { origin, arrived } = await api()
    await tokenRow([origin]).fetch(origin, { method: 'POST', body: 'häuser' })
    expect(arrived[0]?.headers['content-length']).toBe('7')
  })

  it('that nobody waits for any longer is told so', async () => {
    const { origin } = await api(() => ({ status: 413 }))
    let cancelled: unknown
    const endless = new ReadableStream({
      pull: async (controller) => {
        await new Promise((resolve) => setImmediate(resolve))
        controller.enqueue(bytes)
      },
      cancel: (reason) => {
        cancelled = reason ?? 'cancelled'
      },
    })
    const failure = new OAuthError(fail('stopped', { about: 'A provider' }))
    const { fetch } = tokenRow([origin], { token: () => Promise.reject(failure) })
    const init: RequestInit = { method: 'POST', body: endless }
    Reflect.set(init, 'duplex', 'half')
    expect(await rejection(fetch(origin, init))).toBe(failure)
    expect(cancelled).toBeDefined()
  })
})

describe('a signal', () => {
  it('ends the waiting for a token, with its reason', async () => {
    const { origin, arrived } = await api()
    const { fetch } = tokenRow([origin], {
      token: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
    })
    for (const call of [
      (signal: AbortSignal) => fetch(origin, { signal }),
      (signal: AbortSignal) => fetch(new Request(origin, { signal })),
    ]) {
      const controller = new AbortController()
      const waiting = rejection(call(controller.signal))
      controller.abort(new Error('enough'))
      expect(await waiting).toMatchObject({ message: 'enough' })
    }
    expect(arrived).toEqual([])
  })

  it('ends the waiting for a new token', async () => {
    const { origin, arrived } = await api(() => invalidToken)
    const controller = new AbortController()
    const settled = (_: string, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        controller.abort(new Error('enough'))
      })
    const { fetch } = tokenRow([origin], { settled })
    expect(await rejection(fetch(origin, { signal: controller.signal }))).toMatchObject({ message: 'enough' })
    expect(arrived).toHaveLength(1)
  })

  it('ends the waiting for an answer', async () => {
    const controller = new AbortController()
    const { origin, arrived } = await api(() => {
      controller.abort(new Error('enough'))
      return new Promise(() => {})
    })
    const { fetch } = tokenRow([origin])
    expect(await rejection(fetch(origin, { signal: controller.signal }))).toMatchObject({ message: 'enough' })
    expect(arrived).toHaveLength(1)
  })
})

describe('an API that refuses every token', () => {
  it('has it renewed less and less often, and its answers are handed on', async () => {
    const { origin, arrived } = await api(() => invalidToken)
    let now = 1_900_000_000_000
    const { fetch, events } = tokenRow([origin], { environment: createEnvironment({ now: () => now }) })
    for (let call = 0; call < 100; call++) {
      expect((await fetch(origin)).status).toBe(401)
      now += 1_000
    }
    // After 0, 1, 3, 7, 15, 31 and 63 seconds.
    expect(events).toHaveLength(7)
    expect(arrived).toHaveLength(107)
  })

  it('has it renewed no more often while another takes it, or another call to the same one', async () => {
    const bad = await api(({ path }) => (path === '/good' ? {} : invalidToken))
    const good = await api()
    const environment = createEnvironment({ now: () => 1_900_000_000_000 })
    const { fetch, events } = tokenRow([bad.origin, good.origin], { environment })
    for (let call = 0; call < 20; call++) {
      expect((await fetch(bad.origin)).status).toBe(401)
      expect((await fetch(good.origin)).status).toBe(200)
      expect((await fetch(`${bad.origin}/good`)).status).toBe(200)
    }
    expect(events).toEqual(['token.rejected 1'])
  })

  it('does not keep another from having it renewed', async () => {
    const bad = await api(() => invalidToken)
    const other = await api(refusing('access-token-2'))
    const { fetch, events } = tokenRow([bad.origin, other.origin])
    await fetch(bad.origin)
    expect((await fetch(other.origin)).status).toBe(200)
    expect(events).toEqual(['token.rejected 1', 'token.rejected 2'])
  })

  it('counts once for calls that were refused the same token together', async () => {
    const { origin } = await api(() => invalidToken)
    let now = 1_900_000_000_000
    const { fetch, events } = tokenRow([origin], { environment: createEnvironment({ now: () => now }) })
    await Promise.all(Array.from({ length: 10 }, () => fetch(origin)))
    now += 1_000
    const before = events.length
    await fetch(origin)
    expect(events).toHaveLength(before + 1)
  })

  it('is believed again once a new token has helped, and after the clock was set back', async () => {
    let refuses = (_: string | undefined) => true
    const { origin } = await api(({ headers }) => (refuses(headers.authorization) ? invalidToken : {}))
    let now = 1_900_000_000_000
    const { fetch, events } = tokenRow([origin], { environment: createEnvironment({ now: () => now }) })
    await fetch(origin)
    await fetch(origin)
    expect(events).toHaveLength(1)
    now += 1_000
    refuses = (token) => token === 'Bearer access-token-2'
    await fetch(origin)
    expect(events).toHaveLength(2)
    refuses = () => true
    await fetch(origin)
    now += 1_000
    await fetch(origin)
    expect(events).toHaveLength(4)
    now -= 3_600_000
    await fetch(origin)
    expect(events).toHaveLength(5)
  })
})
