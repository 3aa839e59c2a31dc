import { describe, expect, it } from 'vitest'
import { PROTOCOL } from '../../src/inspect/messages.ts'
import { dial, dialAsHost, dialAsPage, hello, originOf, secretOf, type Talker } from '../support/viewer/talker.ts'
import { testViewer } from '../support/viewer/viewers.ts'

const asHost = (hostLink: string, more: object = {}) => ({
  ...{ ...hello, as: 'host', key: secretOf(hostLink), name: 'shop', deeds: [], now: 1 },
  ...more,
})
const asPage = (link: string, more: object = {}) => ({ ...hello, as: 'page', token: secretOf(link), ...more })

/** How a socket ends that says this first; `undefined` where it is welcomed. */
async function endOf(talker: Talker, first: unknown): Promise<{ code: number; reason: string } | undefined> {
  talker.say(first)
  const welcome = talker.until(({ type }) => type === 'welcome').then(() => undefined)
  const end = await Promise.race([welcome, talker.ended()])
  await talker.close()
  return end
}

describe('a socket', () => {
  it.each([
    ['of the page', 'http://127.0.0.1:PORT', 'in'],
    ['of an origin that is listed', 'http://localhost:5173', 'in'],
    ['of no browser', undefined, 'in'],
    ['of a page in a frame without origin', 'null', 'refused: 403'],
    ['of another site', 'https://a.example', 'refused: 403'],
    ['of another port', 'http://127.0.0.1:1', 'refused: 403'],
    ['of the page by its other name', 'http://localhost:PORT', 'refused: 403'],
    ['of another scheme', 'https://127.0.0.1:PORT', 'refused: 403'],
    ['of an origin that begins like a listed one', 'http://localhost:51730', 'refused: 403'],
    ['of an empty origin', '', 'refused: 403'],
  ])('%s (%s) is %s', async (_, origin, outcome) => {
    const { link } = await testViewer({ origins: ['http://localhost:5173'] })
    const headers = origin === undefined ? {} : { origin: origin.replace('PORT', new URL(link).port) }
    const opened = await dial(link, headers).catch((error: Error) => error.message)
    expect(typeof opened === 'string' ? opened : 'in').toBe(outcome)
    if (typeof opened !== 'string') await opened.close()
  })

  it('that was meant for another host is refused', async () => {
    const { link } = await testViewer()
    const { port } = new URL(link)
    for (const host of [`a.example:${port}`, '127.0.0.1', `[::1]:${port}`]) {
      await expect(dial(link, { host })).rejects.toThrow('refused: 421')
      await expect(dial(link, { host, origin: `http://${host}` })).rejects.toThrow('refused: 421')
    }
    const local = await dial(link, { host: `localhost:${port}`, origin: `http://localhost:${port}` })
    expect(await endOf(local, asPage(link))).toBeUndefined()
  })

  it('that says nothing is closed after five seconds', async () => {
    const { link } = await testViewer()
    const begun = performance.now()
    const silent = await dial(link)
    expect(await silent.ended()).toEqual({ code: 4408, reason: 'There was no greeting.' })
    expect(performance.now() - begun).toBeGreaterThan(4_900)
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  it('that greets in time stays', async () => {
    const viewer = await testViewer({}, 2_000)
    const host = await dialAsHost(viewer.hostLink)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(host.socket.readyState).toBe(host.socket.OPEN)
  })

  it('that only greets others on the way, by pings, is closed too', async () => {
    const viewer = await testViewer({}, 150)
    const pinging = await dial(viewer.link)
    pinging.socket.ping()
    expect(await pinging.ended()).toMatchObject({ code: 4408 })
  })

  it('is refused where 64 are there, and taken again once they have gone', async () => {
    const viewer = await testViewer()
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => dial(viewer.hostLink).catch((error: Error) => error.message)),
    )
    const opened = outcomes.filter((outcome) => typeof outcome !== 'string')
    expect(opened).toHaveLength(64)
    expect(new Set(outcomes.filter((outcome) => typeof outcome === 'string'))).toEqual(new Set(['refused: 503']))
    for (const talker of opened) expect(await talker.ended()).toMatchObject({ code: 4408 })
    const host = await dialAsHost(viewer.hostLink)
    const page = await dialAsPage(viewer.link)
    expect(page.heard).toContainEqual(expect.objectContaining({ type: 'host', name: 'shop' }))
    expect(host.socket.readyState).toBe(host.socket.OPEN)
  })
})

describe('a greeting', () => {
  const misunderstood = { code: 4400, reason: 'This is no message of this version.' }
  const unknown = expect.objectContaining({ code: 4401 })

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['nothing', ''],
    ['no object', '"hello"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an object without type', '{}'],
    ['another message', { type: 'observed', observation: {} }],
    ['a wish', { type: 'send', host: '1', actor: '1', event: 'token.revoke' }],
    ['no version', { type: 'hello', as: 'host', key: 'k', name: 'n', deeds: [], now: 1 }],
    ['no role', { ...hello, key: 'k', name: 'n', deeds: [], now: 1 }],
    ['another role', { ...hello, as: 'guest', key: 'k', name: 'n', deeds: [], now: 1 }],
    ['no key', { ...hello, as: 'host', name: 'n', deeds: [], now: 1 }],
    ['no name', { ...hello, as: 'host', key: 'k', deeds: [], now: 1 }],
    ['a number for a name', { ...hello, as: 'host', key: 'k', name: 7, deeds: [], now: 1 }],
    ['a long name', { ...hello, as: 'host', key: 'k', name: 'n'.repeat(501), deeds: [], now: 1 }],
    ['no deeds', { ...hello, as: 'host', key: 'k', name: 'n', now: 1 }],
    ['a deed that is none', { ...hello, as: 'host', key: 'k', name: 'n', deeds: [{ id: '1' }], now: 1 }],
    ['too many deeds', { ...hello, as: 'host', key: 'k', name: 'n', deeds: Array(101).fill({}), now: 1 }],
    ['no clock', { ...hello, as: 'host', key: 'k', name: 'n', deeds: [] }],
    ['a clock that is none', { ...hello, as: 'host', key: 'k', name: 'n', deeds: [], now: 'noon' }],
    ['neither token nor session', { ...hello, as: 'page' }],
    ['a token that is a list', { ...hello, as: 'page', token: ['t'] }],
    ['a prototype', '{"__proto__":{"type":"hello","as":"host"}}'],
  ])('of %s ends with 4400', async (_, first) => {
    const { link } = await testViewer()
    expect(await endOf(await dial(link, { origin: originOf(link) }), first)).toEqual(misunderstood)
  })

  it('in bytes ends with 4400', async () => {
    const { hostLink } = await testViewer()
    const talker = await dial(hostLink)
    talker.socket.send(Buffer.from(JSON.stringify(asHost(hostLink))))
    expect(await talker.ended()).toEqual(misunderstood)
  })

  it.each([PROTOCOL + 1, PROTOCOL - 1, 0.5])(
    'of version %d ends with 4400, and says which one is spoken',
    async (version) => {
      const { link, hostLink } = await testViewer()
      const answer = { code: 4400, reason: `The viewer speaks version ${PROTOCOL}.` }
      expect(await endOf(await dial(hostLink), asHost(hostLink, { version }))).toEqual(answer)
      // Whatever else another version says in it.
      expect(await endOf(await dial(hostLink), { type: 'hello', version })).toEqual(answer)
      // The token was not used up by that.
      const page = await dial(link, { origin: originOf(link) })
      expect(await endOf(page, asPage(link))).toBeUndefined()
    },
  )

  it.each([
    ['a little more than 256 KiB', 256 * 1024 + 1],
    ['10 MB', 10_000_000],
  ])('of %s ends with 1009', async (_, length) => {
    const { link } = await testViewer()
    const talker = await dial(link)
    talker.say('x'.repeat(length))
    expect(await talker.ended()).toMatchObject({ code: 1009 })
  })

  it('of 256 KiB in many pieces, and more, ends with 1009', async () => {
    const { link } = await testViewer()
    const talker = await dial(link)
    for (let piece = 0; piece < 300; piece++) talker.socket.send('x'.repeat(1_024), { fin: piece === 299 })
    expect(await talker.ended()).toMatchObject({ code: 1009 })
  })

  it('with another key ends with 4401', async () => {
    const { link, hostLink } = await testViewer()
    const key = secretOf(hostLink)
    for (const wrong of ['', 'wrong', key.slice(1), `${key}x`, key.toUpperCase(), secretOf(link)])
      expect(await endOf(await dial(hostLink), asHost(hostLink, { key: wrong }))).toEqual(unknown)
    expect(await endOf(await dial(hostLink), asHost(hostLink))).toBeUndefined()
  })

  it('twice ends with 4400', async () => {
    const { link, hostLink } = await testViewer()
    const host = await dialAsHost(hostLink)
    host.say(asHost(hostLink))
    expect(await host.ended()).toEqual(misunderstood)
    const page = await dialAsPage(link)
    page.say({ ...hello, as: 'page', session: page.heard[0]?.session })
    expect(await page.ended()).toEqual(misunderstood)
  })

  it('and no more: what is said after a refusal counts for nothing', async () => {
    const { hostLink, link } = await testViewer()
    const page = await dialAsPage(link)
    const talker = await dial(hostLink)
    talker.say('nonsense')
    talker.say(asHost(hostLink, { name: 'late' }))
    await talker.ended()
    await dialAsHost(hostLink, 'next')
    await page.until(({ name }) => name === 'next')
    expect(page.heard.filter(({ type }) => type === 'host')).toHaveLength(1)
  })
})

describe('a link for persons', () => {
  it('opens one page', async () => {
    const { link } = await testViewer()
    await dialAsPage(link)
    const again = await dial(link, { origin: originOf(link) })
    expect(await endOf(again, asPage(link))).toEqual({
      code: 4401,
      reason: 'This link is unknown, or was used before.',
    })
  })

  it('opens one page where two come at once', async () => {
    const { link } = await testViewer()
    const both = await Promise.all([1, 2].map(() => dial(link, { origin: originOf(link) })))
    const ends = await Promise.all(both.map((talker) => endOf(talker, asPage(link))))
    expect(ends.filter((end) => end === undefined)).toHaveLength(1)
  })

  it('is followed by as many as are wanted, of which the latest hundred are good', async () => {
    const { link, newLink } = await testViewer()
    const links = Array.from({ length: 100 }, newLink)
    const [first = '', last = ''] = [links[0], links.at(-1)]
    const ends = [link, first, last].map(async (each) =>
      endOf(await dial(each, { origin: originOf(each) }), asPage(each)),
    )
    expect(await Promise.all(ends)).toEqual([expect.objectContaining({ code: 4401 }), undefined, undefined])
  })

  it('is no key, and a key opens no page', async () => {
    const { link, hostLink } = await testViewer()
    const host = await dial(link)
    expect(await endOf(host, asHost(link))).toMatchObject({ code: 4401, reason: 'This is not the key.' })
    const page = await dial(link, { origin: originOf(link) })
    expect(await endOf(page, asPage(hostLink))).toMatchObject({ code: 4401 })
  })

  it.each([
    ['no browser', undefined],
    ['an origin of hosts', 'http://localhost:5173'],
  ])('is of no use to %s', async (_, origin) => {
    const { link } = await testViewer({ origins: ['http://localhost:5173'] })
    const talker = await dial(link, origin === undefined ? {} : { origin })
    const reason = 'Pages are only taken from the viewer itself.'
    expect(await endOf(talker, asPage(link))).toEqual({ code: 4401, reason })
    const page = await dial(link, { origin: originOf(link) })
    expect(await endOf(page, asPage(link))).toBeUndefined()
  })
})

describe('a session', () => {
  it('opens its page again and again, until the viewer ends', async () => {
    const { link } = await testViewer()
    const page = await dialAsPage(link)
    const session = page.heard[0]?.session
    expect(session).toEqual(expect.stringMatching(/^[\w-]{22,}$/))
    expect(session).not.toBe(secretOf(link))
    for (let visit = 0; visit < 2; visit++) {
      const again = await dial(link, { origin: originOf(link) })
      again.say({ ...hello, as: 'page', session })
      expect(await again.until(() => true)).toEqual({ type: 'welcome', session })
      await again.close()
    }
    const other = await testViewer()
    const elsewhere = await dial(other.link, { origin: originOf(other.link) })
    const reason = 'This session is unknown.'
    expect(await endOf(elsewhere, { ...hello, as: 'page', session })).toEqual({ code: 4401, reason })
  })

  it('is another one for each page, and no key', async () => {
    const { link, hostLink, newLink } = await testViewer()
    const sessions = [await dialAsPage(link), await dialAsPage(newLink())].map(({ heard }) => heard[0]?.session)
    expect(new Set(sessions).size).toBe(2)
    expect(await endOf(await dial(hostLink), asHost(hostLink, { key: sessions[0] }))).toMatchObject({ code: 4401 })
  })
})
