import { describe, expect, it } from 'vitest'
import { createEnvironment } from '../../src/environment.ts'
import { OAuthError } from '../../src/failure.ts'
import { nextHop } from '../../src/resource/redirects.ts'
import { api, invalidToken, type Reply, refusing, rejection, shown, tokenRow } from './stand.ts'

const to = (location: string, status = 302): Reply => ({ status, headers: { location } })
const headers = { 'API-Key': 'client', 'X-Request-ID': '{uuid}' }

describe('fetch itself', () => {
  it('takes custom headers along to another origin, and leaves Authorization behind', async () => {
    const other = await api()
    const { origin } = await api(() => to(`${other.origin}/x`))
    await fetch(origin, { headers: { authorization: 'Bearer x', 'api-key': 'client' } })
    expect(other.arrived[0]?.headers).toMatchObject({ 'api-key': 'client' })
    expect(shown(other.arrived)).toEqual([undefined])
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'with status %i takes neither token nor headers to another origin',
    async (status) => {
      const other = await api()
      const { origin, arrived } = await api(() => to(`${other.origin}/x?y`, status))
      const { fetch } = tokenRow([origin], { headers })
      const mine = {
        'X-Mine': 'mine',
        Host: 'mine.example',
        Cookie: 'a=b',
        'x-request-id': 'my own',
        authorization: 'Basic mine',
      }
      const response = await fetch(`${origin}/a`, { headers: mine })
      expect([response.status, response.url]).toEqual([200, `${other.origin}/x?y`])
      expect(shown(arrived)).toEqual(['Bearer access-token-1'])
      expect(other.arrived).toHaveLength(1)
      const names = Object.keys(other.arrived[0]?.headers ?? {})
      for (const name of ['authorization', 'api-key', 'x-request-id', 'cookie']) expect(names).not.toContain(name)
      expect(other.arrived[0]?.headers).toMatchObject({ 'x-mine': 'mine', host: new URL(other.origin).host })
    },
  )

  it('that leads back from another origin does not get the token again', async () => {
    const other = await api(() => to(`${home.origin}/back`))
    const home = await api(({ path }) => (path === '/a' ? to(`${other.origin}/x`) : invalidToken))
    const { fetch, events } = tokenRow([home.origin], { headers })
    expect((await fetch(`${home.origin}/a`)).status).toBe(401)
    expect(shown(home.arrived)).toEqual(['Bearer access-token-1', undefined])
    expect(home.arrived[1]?.headers).not.toHaveProperty('api-key')
    expect(events).toEqual([])
  })

  it('within the resource’s origins keeps the token, relative or not, with new ids', async () => {
    const second = await api()
    const first = await api(({ path }) =>
      path === '/a/b' ? to('../c') : path === '/c' ? to(`${second.origin}/d`) : {},
    )
    const { fetch } = tokenRow([first.origin, second.origin], { headers })
    const mine = { cookie: 'a=b', 'x-mine': 'mine' }
    expect((await fetch(`${first.origin}/a/b`, { headers: mine })).url).toBe(`${second.origin}/d`)
    const all = [...first.arrived, ...second.arrived]
    expect(all.map(({ path }) => path)).toEqual(['/a/b', '/c', '/d'])
    expect(all.map(({ headers }) => headers.cookie)).toEqual(['a=b', 'a=b', undefined])
    expect(all.map(({ headers }) => headers['x-mine'])).toEqual(['mine', 'mine', 'mine'])
    expect(new Set(shown(all))).toEqual(new Set(['Bearer access-token-1']))
    expect(new Set(all.map(({ headers }) => headers['x-request-id'])).size).toBe(3)
  })

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'text'],
    [308, 'POST', 'POST', 'text'],
    [301, 'PUT', 'PUT', 'text'],
    [302, 'DELETE', 'DELETE', 'text'],
    [303, 'PUT', 'GET', ''],
    [303, 'GET', 'GET', undefined],
    [302, 'HEAD', 'HEAD', undefined],
    [303, 'HEAD', 'HEAD', undefined],
    [307, 'GET', 'GET', undefined],
  ])('with status %i goes on as fetch does: %s becomes %s', async (status, method, expected, left) => {
    const { origin, arrived } = await api(({ path }) => (path === '/a' ? to('/b', status) : {}))
    const { fetch: ours } = tokenRow([origin])
    const body = left === undefined ? {} : { body: 'text' }
    for (const call of [fetch, ours]) {
      arrived.length = 0
      await call(`${origin}/a`, { method, ...body, headers: { 'x-mine': 'mine', 'content-type': 'text/x' } })
      expect(arrived.map((request) => [request.method, request.path, request.body])).toEqual([
        [method, '/a', left === undefined ? '' : 'text'],
        [expected, '/b', left ?? ''],
      ])
      expect(arrived[1]?.headers['x-mine']).toBe('mine')
      expect(arrived[1]?.headers['content-type']).toBe(left === '' ? undefined : 'text/x')
    }
  })

  it('after a POST that was taken does not send the POST again when its target refuses the token', async () => {
    const { origin, arrived } = await api(({ path, headers }) =>
      path === '/orders' ? to('/orders/1', 303) : headers.authorization === 'Bearer access-token-1' ? invalidToken : {},
    )
    const { fetch } = tokenRow([origin])
    expect((await fetch(`${origin}/orders`, { method: 'POST', body: '{}' })).status).toBe(200)
    expect(arrived.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /orders',
      'GET /orders/1',
      'GET /orders/1',
    ])
  })

  it('allows one retry in all', async () => {
    const { origin, arrived } = await api(({ path, headers }) =>
      path === '/a' && headers.authorization !== 'Bearer access-token-1' ? to('/b') : invalidToken,
    )
    const { fetch, events } = tokenRow([origin])
    expect((await fetch(`${origin}/a`)).status).toBe(401)
    expect([arrived.length, events]).toEqual([3, ['token.rejected 1']])
  })

  it('is the caller’s where he wants it so', async () => {
    const other = await api()
    const { origin, arrived } = await api(() => to(other.origin))
    const { fetch } = tokenRow([origin])
    const response = await fetch(origin, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, other.origin])
    expect((await fetch(new Request(origin, { redirect: 'manual' }))).status).toBe(302)
    expect(await rejection(fetch(origin, { redirect: 'error' }))).toBeInstanceOf(TypeError)
    expect(await rejection(fetch(new Request(origin, { redirect: 'error' })))).toBeInstanceOf(TypeError)
    expect(await rejection(fetch(new Request(origin, { redirect: 'manual' }), { redirect: 'error' }))).toBeInstanceOf(
      TypeError,
    )
    expect(shown(arrived)).toHaveLength(5)
    expect(other.arrived).toEqual([])
  })

  it.each([
    ['to itself for ever', '/', 21],
    ['to data', 'data:text/plain,hello', 1],
    ['to a file', 'file:///etc/hostname', 1],
    ['to a URL with credentials', 'http://user:word@127.0.0.1/', 1],
    ['to nothing that is a URL', 'http://', 1],
  ])('%s is not followed', async (_, location, sent) => {
    const { origin, arrived } = await api(() => to(location))
    const error = await rejection(tokenRow([origin]).fetch(origin))
    expect(error).toBeInstanceOf(OAuthError)
    expect(error).toMatchObject({ code: 'unexpected_redirect', retryable: false })
    expect(arrived).toHaveLength(sent)
  })

  it.each(['?t=access-token-1', '?access_token=x'])('to a URL with a token is not followed: %s', async (query) => {
    const { origin, arrived } = await api(({ path }) => (path === '/' ? to(`/x${query}`) : {}))
    expect(await rejection(tokenRow([origin]).fetch(origin))).toMatchObject({ code: 'invalid_configuration' })
    expect(arrived).toHaveLength(1)
  })

  it('with the token in its target is not followed elsewhere, either', async () => {
    const other = await api()
    const { origin } = await api(() => to(`${other.origin}/?t=access-token-1`))
    expect(await rejection(tokenRow([origin]).fetch(origin))).toMatchObject({ code: 'invalid_configuration' })
    expect(other.arrived).toEqual([])
  })

  it('in a page, which is not told its target, is refused; nothing is sent on', async () => {
    const opaque = Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })
    const sent: Request[] = []
    const environment = createEnvironment({
      fetch: async (input) => {
        if (input instanceof Request) sent.push(input)
        return opaque
      },
    })
    const { fetch } = tokenRow(['https://a.example'], { environment })
    expect(await rejection(fetch('https://a.example'))).toMatchObject({ code: 'unexpected_redirect', retryable: false })
    expect(sent.map(({ redirect }) => redirect)).toEqual(['manual'])
    expect(await fetch('https://a.example', { redirect: 'manual' })).toBe(opaque)
  })

  it('without a target, or of another kind, is an answer like any other', async () => {
    for (const reply of [
      { status: 302 },
      { status: 304, headers: { location: '/b' } },
      { status: 201, headers: { location: '/b' } },
    ]) {
      const { origin, arrived } = await api(() => reply)
      expect((await tokenRow([origin]).fetch(origin)).status).toBe(reply.status)
      expect(arrived).toHaveLength(1)
    }
  })

  it('resends a stream that was refused before, and obeys the signal to its end', async () => {
    const controller = new AbortController()
    const { origin, arrived } = await api(({ path, headers }) => {
      if (headers.authorization === 'Bearer access-token-1') return invalidToken
      if (path === '/hang') {
        controller.abort(new Error('enough'))
        return new Promise(() => {})
      }
      return path === '/a' ? to('/b', 307) : path === '/c' ? to('/hang') : {}
    })
    const body = new Blob(['a stream']).stream()
    const init: RequestInit = { method: 'POST', body }
    Reflect.set(init, 'duplex', 'half')
    expect((await tokenRow([origin]).fetch(`${origin}/a`, init)).status).toBe(200)
    expect(arrived.map((request) => request.body)).toEqual(['a stream', 'a stream', 'a stream'])
    const hanging = rejection(tokenRow([origin]).fetch(`${origin}/c`, { signal: controller.signal }))
    expect(await hanging).toMatchObject({ message: 'enough' })
    expect(arrived.at(-1)?.path).toBe('/hang')
  })

  it('to another origin leaves behind what is for one server, whatever a fetch would make of it', async () => {
    const headers = { host: 'a.example', cookie: 'a=b', 'proxy-authorization': 'Basic x', authorization: 'Basic y' }
    const request = new Request('https://a.example/', { headers: { ...headers, 'x-mine': 'mine' } })
    const names = async (location: string) => {
      const next = await nextHop(request, new Response(null, { status: 302, headers: { location } }), 'A provider')
      return [...(next?.headers.keys() ?? [])]
    }
    expect(await names('https://b.example/')).toEqual(['x-mine'])
    expect(await names('/b')).toEqual([...Object.keys(headers), 'x-mine'].sort())
  })

  it('keeps the fragment, unless it has its own', async () => {
    const { origin } = await api(({ path }) => (path === '/a' ? to('/b') : path === '/c' ? to('/d#own') : {}))
    const { fetch } = tokenRow([origin])
    const seen: string[] = []
    const environment = createEnvironment({
      fetch: (input, init) => {
        if (input instanceof Request) seen.push(input.url)
        return globalThis.fetch(input, init)
      },
    })
    const row = tokenRow([origin], { environment })
    await row.fetch(`${origin}/a#part`)
    await row.fetch(`${origin}/c#part`)
    expect(seen.map((url) => url.replace(origin, ''))).toEqual(['/a#part', '/b#part', '/c#part', '/d#own'])
    expect((await fetch(`${origin}/a`)).status).toBe(200)
  })

  it('to a refused token elsewhere in the resource is retried there', async () => {
    const second = await api(refusing('access-token-1'))
    const first = await api(() => to(second.origin))
    expect((await tokenRow([first.origin, second.origin]).fetch(first.origin)).status).toBe(200)
    expect(shown(second.arrived)).toEqual(['Bearer access-token-1', 'Bearer access-token-2'])
    expect(first.arrived).toHaveLength(1)
  })
})
