import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Sealed } from '../../src/index.ts'
import { type LoopbackOptions, loopbackRedirect } from '../../src/node/index.ts'
import { ask, browse, isOpen } from './support/raw.ts'

/** Listens until the test is over. */
async function listening(options: LoopbackOptions = {}) {
  const redirect = await loopbackRedirect(options)
  onTestFinished(() => redirect.close())
  const { pathname } = new URL(redirect.uri)
  return { redirect, uri: redirect.uri, at: (query: string) => ({ target: `${pathname}?${query}` }) }
}

/** How long a browser is waited for that does not ask for its page, in milliseconds; a little less. */
const FAREWELL = 4_500

const ours = (url: Sealed) => new URL(url.open()).searchParams.get('state') === 'ours'

describe('a loopback redirect', () => {
  it('resolves with the URL that the browser came back to, and closes once the browser has its page', async () => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(ours)
    const [led, page] = await browse(uri, 'code=marker-code&state=ours')
    expect((await answer).open()).toBe(`${uri}?code=marker-code&state=ours`)
    expect([led.status, led.headers.get('location'), led.body]).toEqual([303, '/callback/received', ''])
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.body).toContain('<h1 dir="auto">Answer received</h1>')
    const started = performance.now()
    await redirect.close()
    expect(performance.now() - started).toBeLessThan(FAREWELL)
    expect(await isOpen(uri)).toBe(false)
  })

  it('resolves with a refusal too, whose page repeats nothing of it', async () => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(ours)
    const query = 'error=access_denied&error_description=marker-text&error_uri=https://marker.example&state=ours'
    const [led, page] = await browse(uri, query)
    expect((await answer).open()).toBe(`${uri}?${query}`)
    expect(led.headers.get('location')).toBe('/callback/refused')
    expect(page.body).toContain('Not connected')
    expect(led.text + page.text).not.toMatch(/marker|ours|denied/)
  })

  it.each([
    ['code=a', 'received'],
    ['code=', 'received'],
    ['code=a&error=b', 'refused'],
    ['error=', 'refused'],
    ['error', 'refused'],
  ])('takes %s for an answer: %s', async (query, page) => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(() => true)
    const [led] = await browse(uri, query)
    expect((await answer).open()).toBe(`${uri}?${query}`)
    expect(led.headers.get('location')).toBe(`/callback/${page}`)
  })

  it('tells a page to load nothing, to be kept nowhere, and to tell nobody where it was', async () => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(ours)
    const stray = await ask(uri)
    const told = [stray, ...(await browse(uri, 'code=marker&state=ours'))]
    await answer
    for (const { headers } of told) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'sha256-[\w+/=]{44}';.*frame-ancestors 'none'$/,
        ),
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        connection: 'close',
      })
      expect(headers.has('access-control-allow-origin')).toBe(false)
    }
    expect(told.map(({ text }) => text).join()).not.toContain('marker')
  })

  it('shows nothing of the answer to whoever prints what it returns', async () => {
    const { redirect, uri } = await listening()
    const asked = redirect.answer(ours)
    await browse(uri, 'code=marker-code&state=ours')
    const all = { redirect, asked, answer: await asked }
    expect(inspect(all, { depth: 12, showHidden: true })).not.toMatch(/marker|ours/)
    expect(JSON.stringify(all) + String(all.answer)).not.toMatch(/marker|ours/)
  })

  it('goes on listening after a forged answer, and tells the browser that brought it', async () => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(async (url) => ours(url))
    for (const forged of ['code=forged&state=guessed', 'error=access_denied', 'code=forged&state=']) {
      const [led, page] = await browse(uri, forged)
      expect([led.status, led.headers.get('location'), page.status]).toEqual([303, '/callback/unrelated', 200])
      expect(page.body).toContain('Not the awaited answer')
    }
    await browse(uri, 'code=real&state=ours')
    expect((await answer).open()).toContain('code=real')
  })

  it('takes one of two answers that come at once, and gives both browsers their page', async () => {
    const { redirect, uri } = await listening()
    const seen: Sealed[] = []
    const answer = redirect.answer(async (url) => {
      seen.push(url)
      await new Promise((resolve) => setTimeout(resolve, 50))
      return true
    })
    const both = await Promise.all([browse(uri, 'code=one'), browse(uri, 'code=two')])
    expect(both.map(([led, page]) => [led.headers.get('location'), page.status])).toEqual([
      ['/callback/received', 200],
      ['/callback/received', 200],
    ])
    expect(seen).toContain(await answer)
    expect(seen).toHaveLength(2)
  })

  it('is not held up by an answer that takes long to look at', async () => {
    const { redirect, uri, at } = await listening()
    const { promise: late, resolve } = Promise.withResolvers<boolean>()
    const answer = redirect.answer((url) => (ours(url) ? true : late))
    const held = ask(uri, at('code=slow'))
    const [led] = await browse(uri, 'code=real&state=ours')
    expect(led.headers.get('location')).toBe('/callback/received')
    expect((await answer).open()).toContain('code=real')
    resolve(true)
    await held
  })

  it('asks of a second answer nothing any more: it gets the page of the first', async () => {
    const { redirect, uri, at } = await listening()
    let asked = 0
    const answer = redirect.answer(() => ++asked > 0)
    const first = await ask(uri, at('error=access_denied'))
    await answer
    const [led, page] = await browse(uri, 'code=second')
    expect([led.headers.get('location'), page.status, asked]).toEqual(['/callback/refused', 200, 1])
    expect((await ask(uri, { target: first.headers.get('location') ?? '' })).body).toBe(page.body)
    expect((await answer).open()).toContain('access_denied')
  })

  it('keeps an answer that comes before anybody asks', async () => {
    const { redirect, uri } = await listening()
    const browsing = browse(uri, 'code=early&state=ours')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await redirect.answer(ours)).open()).toContain('code=early')
    expect((await browsing)[1].status).toBe(200)
  })

  it('answers one who asks', async () => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(ours)
    await expect(redirect.answer(() => true)).rejects.toMatchObject({ code: 'not_supported' })
    await browse(uri, 'code=real&state=ours')
    expect((await answer).open()).toContain('code=real')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('the vault is gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the vault is gone'))],
  ])('fails with what the question for its own %s', async (_, accepts: () => never | Promise<never>) => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(accepts)
    const failed = expect(answer).rejects.toThrow('the vault is gone')
    const [, page] = await browse(uri, 'code=marker')
    await failed
    expect(page.body).toContain('Not connected')
    await redirect.close()
    expect(await isOpen(uri)).toBe(false)
  })

  it('says in its pages what the app wants, as text', async () => {
    const text = 'Schließ <b>das</b> Fenster & geh "zurück"'
    const { redirect, uri } = await listening({ pages: { language: 'de"', received: { title: '<script>', text } } })
    const answer = redirect.answer((url) => url.open().includes('real'))
    const [, other] = await browse(uri, 'code=forged')
    const [, page] = await browse(uri, 'code=real')
    await answer
    expect(page.body).toContain('<html lang="de&#34;">')
    expect(page.body).toContain('<title>&#60;script&#62;</title>')
    expect(page.body).toContain('Schließ &#60;b&#62;das&#60;/b&#62; Fenster &#38; geh &#34;zurück&#34;')
    expect(page.body).not.toMatch(/<script|<b>/)
    expect(other.body).toContain('<html lang="en">')
  })
})

describe('a login that is given up while a browser waits', () => {
  const load = (uri: string) => browse(uri, 'code=marker-code&state=ours')
  const never = vi.fn(() => new Promise<boolean>(() => {}))

  /** Loads as a browser does, and gives up once the answer is looked at. */
  async function givenUp(uri: string, giveUp: () => unknown) {
    never.mockClear()
    const loading = load(uri)
    await expect.poll(() => never).toHaveBeenCalled()
    void giveUp()
    return await loading
  }

  it('shows it a page without the code: closed while the answer is looked at', async () => {
    const { redirect, uri } = await listening()
    const answer = redirect.answer(never)
    const cancelled = expect(answer).rejects.toMatchObject({ code: 'cancelled' })
    const [led, page] = await givenUp(uri, redirect.close)
    expect([led.status, led.headers.get('location'), page.status]).toEqual([303, '/callback/refused', 200])
    expect(page.body).toContain('Not connected')
    expect(led.text + page.text).not.toMatch(/marker|ours/)
    await cancelled
    const started = performance.now()
    await redirect.close()
    expect(performance.now() - started).toBeLessThan(FAREWELL)
    expect(await isOpen(uri)).toBe(false)
  })

  it('shows it a page: the time is up before anybody has asked for the answer', async () => {
    const { redirect, uri } = await listening({ timeout: 1_000 })
    const [led, page] = await load(uri)
    expect([led.status, page.status]).toEqual([303, 200])
    await expect(redirect.answer(() => true)).rejects.toMatchObject({ code: 'grant_expired' })
  })

  it('shows it a page: the signal aborts', async () => {
    const stop = new AbortController()
    const { redirect, uri } = await listening({ signal: stop.signal })
    const aborted = expect(redirect.answer(never)).rejects.toThrow('the window was closed')
    const [led, page] = await givenUp(uri, () => stop.abort(new Error('the window was closed')))
    expect([led.status, page.status]).toEqual([303, 200])
    await aborted
  })
})

describe('a request that is no answer', () => {
  const real = 'code=real&state=ours'
  it.each([
    ['the icon', { target: '/favicon.ico' }, 404],
    ['another path', { target: `/?${real}` }, 404],
    ['a path below', { target: `/callback/x?${real}` }, 404],
    ['a path that only begins alike', { target: `/callbacks?${real}` }, 404],
    ['the path in other letters', { target: `/Callback?${real}` }, 404],
    ['the path with a slash', { target: `/callback/?${real}` }, 404],
    ['the path with an encoded letter', { target: `/%63allback?${real}` }, 404],
    ['a name that every object has', { target: '/callback/constructor' }, 404],
    ['the page before there is an answer', { target: '/callback/received' }, 404],
    ['the page of a refusal before there is one', { target: '/callback/refused' }, 404],
    ['a proxy’s request', { target: `http://127.0.0.1/callback?${real}` }, 404],
    ['HEAD', { method: 'HEAD', target: `/callback?${real}` }, 405],
    ['POST', { method: 'POST', target: `/callback?${real}` }, 405],
    [
      'OPTIONS of a page elsewhere',
      { method: 'OPTIONS', target: `/callback?${real}`, headers: { origin: 'https://a.example' } },
      405,
    ],
    ['a prefetch', { target: `/callback?${real}`, headers: { 'sec-purpose': 'prefetch' } }, 503],
    ['a prerendering', { target: `/callback?${real}`, headers: { 'sec-purpose': 'prefetch;prerender' } }, 503],
    ['a prefetch of an older browser', { target: `/callback?${real}`, headers: { purpose: 'prefetch' } }, 503],
    ['a prefetch of another', { target: `/callback?${real}`, headers: { 'x-moz': 'prefetch' } }, 503],
    ['a picture of a page elsewhere', { target: `/callback?${real}`, headers: { 'sec-fetch-dest': 'image' } }, 403],
    ['a script of a page elsewhere', { target: `/callback?${real}`, headers: { 'sec-fetch-dest': 'empty' } }, 403],
    ['a frame of a page elsewhere', { target: `/callback?${real}`, headers: { 'sec-fetch-dest': 'iframe' } }, 403],
    ['another host', { target: `/callback?${real}`, hosts: ['rebound.example'] }, 421],
    ['another host at the port', { target: `/callback?${real}`, hosts: ['rebound.example:{port}'] }, 421],
    ['another name of the host', { target: `/callback?${real}`, hosts: ['localhost:{port}'] }, 421],
    ['the host without the port', { target: `/callback?${real}`, hosts: ['127.0.0.1'] }, 421],
    ['the host at another port', { target: `/callback?${real}`, hosts: ['127.0.0.1:1'] }, 421],
    ['two hosts', { target: `/callback?${real}`, hosts: ['127.0.0.1:{port}', 'rebound.example'] }, 421],
    [
      'two hosts, the right one last',
      { target: `/callback?${real}`, hosts: ['rebound.example', '127.0.0.1:{port}'] },
      421,
    ],
    ['no host', { target: `/callback?${real}`, hosts: [] }, 400],
    ['no host, as of old', { target: `/callback?${real}`, hosts: [], version: '1.0' }, 421],
    ['the page at another host', { target: '/callback/unrelated', hosts: ['rebound.example'] }, 421],
    ['what is not HTTP', { method: '\u0016\u0003\u0001' }, 400],
  ])('is refused and ends nothing: %s', async (_, request, status) => {
    const { redirect, uri } = await listening()
    const { port } = new URL(uri)
    const seen: Sealed[] = []
    const answer = redirect.answer((url) => seen.push(url) > 0)
    const hosts = 'hosts' in request && { hosts: request.hosts.map((host) => host.replace('{port}', port)) }
    const refused = await ask(uri, { ...request, ...hosts })
    expect(refused.status).toBe(status)
    expect(refused.text).not.toMatch(/location:|real|ours|<html/i)
    expect(refused.headers.get('allow')).toBe(status === 405 ? 'GET' : null)
    await browse(uri, 'code=awaited')
    expect((await answer).open()).toBe(`${uri}?code=awaited`)
    expect(seen).toHaveLength(1)
  })

  it.each(['/callback', '/callback?state=ours&codes=1'])(
    'is told so in a page where it asks for %s',
    async (target) => {
      const { redirect, uri } = await listening()
      const answer = redirect.answer(() => true)
      const page = await ask(uri, { target })
      expect(page.status).toBe(200)
      expect(page.body).toContain('Not the awaited answer')
      expect(page.text).not.toContain('ours')
      await browse(uri, 'code=awaited')
      expect((await answer).open()).toBe(`${uri}?code=awaited`)
    },
  )

  it('may be a navigation of any browser', async () => {
    const { redirect, uri, at } = await listening()
    const answer = redirect.answer(() => true)
    const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' }
    expect((await ask(uri, { ...at('code=real'), headers })).status).toBe(303)
    await answer
    await ask(uri, { target: '/callback/received', headers })
  })
})
