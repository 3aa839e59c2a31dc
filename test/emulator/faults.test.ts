import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/emulator/index.ts'
import { auth0, basic, connected, production, sandbox, setup } from '../support/emulated.ts'

describe.each(['memory', 'a socket'])('a fault over %s', (way) => {
  /** A connected till, and one request of its own that a fault is for. */
  async function broken(fault: Fault, times = 1) {
    const till = setup()
    const { refresh_token } = await connected(till)
    const at = way === 'memory' ? auth0 : `${await till.emulator.listen()}/tyro`
    till.emulator.fault({ provider: 'tyro', endpoint: 'token', grantType: 'refresh_token', times }, fault)
    const request = (init: RequestInit = {}) => {
      const body = new URLSearchParams({ client_id: 'till', grant_type: 'refresh_token', refresh_token })
      const send = way === 'memory' ? till.emulator.fetch : fetch
      return send(`${at}/oauth/token`, { method: 'POST', body, ...init })
    }
    return { ...till, request, refresh_token, at }
  }

  it('is another status with a JSON body', async () => {
    const body = { error: 'access_denied', error_description: 'Global limit has been reached' }
    const { emulator, request } = await broken({ kind: 'status', status: 500, body, headers: { 'retry-after': '7' } })
    const answer = await request()
    expect(answer.status).toBe(500)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(answer.headers.get('x-emulated')).toBe('oauth-machines')
    expect(await answer.json()).toEqual(body)
    expect(emulator.journal.at(-1)).toMatchObject({
      status: 500,
      body: JSON.stringify(body),
      fault: { kind: 'status' },
    })
  })

  it('is another status with a text body or none', async () => {
    const { emulator, request } = await broken({ kind: 'status', status: 503, body: 'down' })
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 204 })
    expect(await (await request()).text()).toBe('down')
    expect((await request()).status).toBe(204)
  })

  it('is JSON that breaks off', async () => {
    const answer = await (await broken({ kind: 'malformed' })).request()
    expect(answer.status).toBe(200)
    await expect(answer.json()).rejects.toThrow(SyntaxError)
  })

  it('is a page', async () => {
    const answer = await (await broken({ kind: 'html' })).request()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await answer.text()).toContain('Emulated')
  })

  it.each(['before', 'after'] as const)('is a reset %s the server has done its work', async (when) => {
    const { emulator, request } = await broken({ kind: 'reset', when })
    const failure = await request().catch((error) => error)
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure.message).toBe('fetch failed')
    expect(failure.cause.code).toBe('ECONNRESET')
    expect(emulator.journal.at(-1)).not.toHaveProperty('status')
    // A second time the token is superseded only if the first was processed.
    expect((await request()).status).toBe(when === 'before' ? 200 : 403)
  })

  it('is no answer until the client gives up', async () => {
    const { emulator, request } = await broken({ kind: 'hang', when: 'after' })
    await expect(request({ signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
    expect(emulator.journal.at(-1)).not.toHaveProperty('status')
    expect((await request()).status).toBe(403)
  })

  it('is no answer until the emulator closes', async () => {
    const { emulator, request } = await broken({ kind: 'hang' })
    const answer = request().catch((error) => error)
    await expect.poll(() => emulator.journal.at(-1)?.fault).toBeDefined()
    await emulator.close()
    expect((await answer).message).toBe('fetch failed')
  })

  it('is an answer that trickles for ever', async () => {
    const { request } = await broken({ kind: 'trickle', pause: 5 })
    const patience = new AbortController()
    const answer = await request({ signal: patience.signal })
    expect(answer.status).toBe(200)
    let received = ''
    const reading = (async () => {
      for await (const bytes of answer.body ?? []) {
        received += new TextDecoder().decode(bytes)
        if (received.length === 3) patience.abort(new Error('no more patience'))
      }
    })()
    await expect(reading).rejects.toThrow('no more patience')
    expect(received).toBe('   ')
  })

  it('is a huge answer', async () => {
    const answer = await (await broken({ kind: 'huge' })).request()
    expect((await answer.text()).length).toBeGreaterThan(1_048_576)
    const small = await (await broken({ kind: 'huge', size: 70_000 })).request()
    expect((await small.text()).length).toBeLessThan(100_000)
  })

  it.each([
    [307, 'POST', true],
    [302, 'GET', false],
    [303, 'GET', false],
  ] as const)('is a redirect with %i, which fetch follows with %s', async (status, method, hasBody) => {
    const location = `${way === 'memory' ? auth0 : '/tyro'}/elsewhere`
    const { emulator, request } = await broken({ kind: 'redirect', status, location })
    expect((await request()).status).toBe(404)
    const last = emulator.journal.at(-1)
    expect([last?.method, last?.form.has('refresh_token')]).toEqual([method, hasBody])
  })

  it('is a redirect that fetch can refuse or show', async () => {
    const { request } = await broken({ kind: 'redirect', location: '/elsewhere' }, 2)
    await expect(request({ redirect: 'error' })).rejects.toThrow('fetch failed')
    const shown = await request({ redirect: 'manual' })
    expect([shown.status, shown.headers.get('location')]).toEqual([302, '/elsewhere'])
  })

  it('is played as often as scripted, at its place and grant only', async () => {
    const { emulator, request, start, poll } = await broken({ kind: 'status', status: 503 }, 2)
    const { device_code = '' } = await start()
    expect((await poll(device_code)).status).toBe(403)
    expect([(await request()).status, (await request()).status, (await request()).status]).toEqual([503, 503, 200])
    expect(emulator.journal.filter(({ fault }) => fault).length).toBe(2)
  })

  it('is forgotten on request', async () => {
    const { emulator, request } = await broken({ kind: 'reset' })
    emulator.clearFaults()
    expect((await request()).status).toBe(200)
  })
})

describe('scripting a fault', () => {
  it('fails at once for a status that cannot be sent, and for no times at all', () => {
    const { emulator } = setup()
    const place = { provider: 'tyro', endpoint: 'token' } as const
    expect(() => emulator.fault(place, { kind: 'status', status: 99 })).toThrow(RangeError)
    expect(() => emulator.fault({ ...place, times: 0 }, { kind: 'reset' })).toThrow('times')
  })

  it('plays several in the order given, also on pages', async () => {
    const { emulator } = setup()
    const place = { provider: 'tyro', endpoint: 'page' } as const
    emulator.fault(place, { kind: 'html' })
    emulator.fault(place, { kind: 'status', status: 429 })
    const statuses = []
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await emulator.fetch(`${auth0}/activate`)).status)
    expect(statuses).toEqual([502, 429, 200])
  })

  it('does not carry over the headers of the answer that it replaces', async () => {
    const { emulator } = setup()
    emulator.fault({ provider: 'mypos', endpoint: 'token' }, { kind: 'status', status: 503, when: 'after' })
    const answer = await emulator.fetch(`${production}/oauth/token`, { method: 'POST' })
    expect([answer.status, answer.headers.has('www-authenticate')]).toEqual([503, false])
  })

  it('does not send the authorization header to another origin, as no fetch does', async () => {
    const { emulator } = setup()
    const place = { provider: 'mypos', endpoint: 'token' } as const
    emulator.fault(place, { kind: 'redirect', status: 307, location: `${sandbox}/oauth/token` })
    await emulator.fetch(`${production}/oauth/token`, { method: 'POST', headers: basic() })
    const [first, second] = emulator.journal
    expect([first?.headers.has('authorization'), second?.headers.has('authorization')]).toEqual([true, false])
  })

  it('gives up a redirect that leads to itself', async () => {
    const { emulator } = setup()
    const place = { provider: 'tyro', endpoint: 'page', times: Number.POSITIVE_INFINITY } as const
    emulator.fault(place, { kind: 'redirect', location: '/activate' })
    await expect(emulator.fetch(`${auth0}/activate`)).rejects.toThrow('fetch failed')
    expect(emulator.journal.length).toBe(21)
  })

  it('rejects a request whose signal has aborted, before the server hears of it', async () => {
    const { emulator } = setup()
    const reason = new Error('gone')
    await expect(emulator.fetch(`${auth0}/activate`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const request = new Request(`${auth0}/activate`, { signal: AbortSignal.abort(reason) })
    await expect(emulator.fetch(request)).rejects.toBe(reason)
    expect(emulator.journal).toEqual([])
  })
})
