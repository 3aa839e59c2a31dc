import ky, { HTTPError, TimeoutError } from 'ky'
import { describe, expect, it } from 'vitest'
import { type FailureCode, fail, OAuthError } from '../../src/failure.ts'
import { bearer } from '../../src/resource/ky.ts'
import { onSocket, service } from '../support/stories.ts'
import { type Arrived, api, invalidToken, refusing, rejection, shown, tokenRow } from './stand.ts'

const quick = { delay: () => 1 }

/** A connection that has no token, and counts how often it is asked. */
function without(code: FailureCode, origin: string) {
  let asked = 0
  const row = tokenRow([origin], {
    token: async () => {
      asked++
      throw new OAuthError(fail(code, { about: 'A provider' }))
    },
  })
  return { ...row, asked: () => asked }
}

describe('ky with a bearer', () => {
  it('calls an API of the real client, by create and by extend, with prefix, base URL and hooks', async () => {
    await using stage = await onSocket()
    const { origin, arrived } = await api(({ headers }: Arrived) =>
      stage.emulator.accepts('mypos', headers.authorization?.replace('Bearer ', '') ?? '')
        ? { body: '{"fine":true}' }
        : invalidToken,
    )
    const { connection } = service(stage, {}, { resourceOrigins: [origin] })
    const hooked: string[] = []
    const base = ky.extend({ hooks: { beforeRequest: [({ request }) => request.headers.set('x-hook', 'one')] } })
    const instances = [
      ky.create({ ...bearer(connection), prefix: `${origin}/v1` }),
      base.extend(bearer(connection)).extend({ baseUrl: `${origin}/v1/` }),
      ky.extend(bearer(connection)).extend({
        prefix: `${origin}/v1`,
        hooks: { afterResponse: [({ response }) => void hooked.push(String(response.status))] },
      }),
    ]
    for (const instance of instances) {
      stage.emulator.revokeAll('mypos')
      expect(await instance.post('orders', { json: { a: 'ä' }, searchParams: { b: 'c' } }).json()).toEqual({
        fine: true,
      })
    }
    expect(new Set(arrived.map(({ method, path, body }) => `${method} ${path} ${body}`))).toEqual(
      new Set(['POST /v1/orders?b=c {"a":"ä"}']),
    )
    // The first began with a new token; the others met a refusal first, which their hooks did not see.
    expect(arrived).toHaveLength(5)
    expect(arrived.map(({ headers }) => headers['x-hook'])).toEqual([undefined, 'one', 'one', undefined, undefined])
    expect(hooked).toEqual(['200'])
    for (const { headers } of arrived) expect(headers['api-key']).toBe('ServiceClient')
  })

  it.each(['authorization_required', 'session_expired', 'stopped', 'vault_mismatch'] as const)(
    'does not try again what cannot succeed: %s',
    async (code) => {
      const { origin, arrived } = await api()
      const row = without(code, origin)
      const error = await rejection(
        ky
          .extend(bearer(row))
          .get(origin, { retry: { ...quick, limit: 4 } })
          .text(),
      )
      expect(error).toBeInstanceOf(OAuthError)
      expect(error).toMatchObject({ code })
      expect([row.asked(), arrived.length]).toEqual([1, 0])
    },
  )

  it('tries again what may succeed, as often as it is told', async () => {
    const { origin } = await api()
    const row = without('server_unavailable', origin)
    const error = await rejection(
      ky
        .extend(bearer(row))
        .get(origin, { retry: { ...quick, limit: 4 } })
        .text(),
    )
    expect(error).toMatchObject({ name: 'OAuthError', code: 'server_unavailable' })
    expect(row.asked()).toBe(5)
    const never = without('server_unavailable', origin)
    await rejection(
      ky
        .extend(bearer(never))
        .get(origin, { retry: { limit: 0 } })
        .text(),
    )
    expect(never.asked()).toBe(1)
  })

  it('tries no 401 again, even where it is told which statuses to try', async () => {
    const { origin, arrived } = await api(() => invalidToken)
    const { fetch, events } = tokenRow([origin])
    const error = await rejection(
      ky
        .extend(bearer({ fetch }))
        .get(origin, { retry: { ...quick, limit: 3, statusCodes: [401, 503] } })
        .text(),
    )
    expect(error).toBeInstanceOf(HTTPError)
    expect(error).toMatchObject({ response: { status: 401 } })
    expect([arrived.length, events]).toEqual([2, ['token.rejected 1']])
    const status = await ky.extend(bearer({ fetch })).get(origin, { throwHttpErrors: false })
    expect(status.status).toBe(401)
  })

  it('tries again as ky does otherwise: a status, and a broken connection', async () => {
    const { origin, arrived } = await api((_, count) => (count < 3 ? { status: 503 } : { body: 'at last' }))
    const { fetch } = tokenRow([origin])
    expect(await ky.extend(bearer({ fetch })).get(origin, { retry: quick }).text()).toBe('at last')
    expect(shown(arrived)).toEqual(Array(3).fill('Bearer access-token-1'))
    let asked = 0
    const unreachable = tokenRow(['http://127.0.0.1:9'], {
      token: async () => ({ accessToken: `access-token-${++asked}`, generation: 1 }),
    })
    const gone = await rejection(ky.extend(bearer(unreachable)).get('http://127.0.0.1:9', { retry: quick }).text())
    expect(gone).toMatchObject({ name: expect.stringMatching(/NetworkError|TypeError/) })
    expect(asked).toBeGreaterThan(0)
  })

  it('resends its body after a refusal', async () => {
    const { origin, arrived } = await api(refusing('access-token-1'))
    const { fetch } = tokenRow([origin])
    await ky.extend(bearer({ fetch })).put(origin, { body: new URLSearchParams({ a: 'b' }) })
    expect(arrived.map(({ body }) => body)).toEqual(['a=b', 'a=b'])
  })

  it('waits no longer than its timeout, for a token as for an answer', async () => {
    const { origin, arrived } = await api(() => new Promise(() => {}))
    let ended: unknown
    const waiting = tokenRow([origin], {
      token: ({ signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            ended = signal.reason
            reject(signal.reason)
          }),
        ),
    })
    expect(await rejection(ky.extend(bearer(waiting)).get(origin, { timeout: 80 }).text())).toBeInstanceOf(TimeoutError)
    expect(ended).toBeDefined()
    expect(arrived).toEqual([])
    const { fetch } = tokenRow([origin])
    expect(await rejection(ky.extend(bearer({ fetch })).get(origin, { timeout: 1_500 }).text())).toBeInstanceOf(
      TimeoutError,
    )
    expect(arrived).toHaveLength(1)
  })

  it('leaves other servers alone', async () => {
    const { origin, arrived } = await api()
    await ky.extend(bearer(tokenRow([]))).get(origin)
    expect(shown(arrived)).toEqual([undefined])
  })
})
