import { describe, expect, it } from 'vitest'
import type { Observation } from '../../src/inspect/observation.ts'
import { bundle } from '../support/browser/bundle.ts'
import { INSECURE_HOST } from '../support/browser/chromium.ts'
import { describeWithSites } from '../support/viewer/browser.ts'
import { dialAsPage, hello, secretOf } from '../support/viewer/talker.ts'
import { testViewer } from '../support/viewer/viewers.ts'

declare global {
  /** What the module of the sites' page exports. */
  var site: typeof import('../support/viewer/browser-host.ts')
  /** What the policy of the viewer's page forbade so far. */
  var forbidden: string[]
}

const asPage = (link: string) => ({ ...hello, as: 'page', token: secretOf(link) })
const asHost = (hostLink: string) => ({ ...hello, as: 'host', key: secretOf(hostLink), name: 'site', deeds: [] })
const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))

describeWithSites('in a browser', (scene) => {
  describe("the viewer's own page", () => {
    it.each(['127.0.0.1', 'localhost'])('greets over its socket, as its policy allows: on %s', async (name) => {
      const { link } = await testViewer()
      const tab = await scene().open(link.replace('127.0.0.1', name))
      const heard = await tab.evaluate(
        (greeting) =>
          new Promise((resolve) => {
            const socket = new WebSocket(`ws://${location.host}/`)
            socket.onopen = () => socket.send(JSON.stringify(greeting))
            socket.onmessage = ({ data }) => resolve(JSON.parse(data))
            socket.onclose = ({ code }) => resolve(code)
          }),
        asPage(link),
      )
      expect(heard).toEqual({ type: 'welcome', session: expect.any(String) })
      expect(await tab.evaluate(() => forbidden)).toEqual([])
      await tab.close()
    })

    it('can talk to nobody else, run nothing else and stand in no frame', async () => {
      const { link } = await testViewer()
      const [other] = scene().origins
      const tab = await scene().open(link)
      const outcomes = await tab.evaluate(async (other) => {
        const asked = await fetch(other, { mode: 'no-cors' }).then(
          () => 'answered',
          () => 'refused',
        )
        const socket = await new Promise((resolve) => {
          try {
            const opened = new WebSocket(other.replace('http', 'ws'))
            opened.onopen = () => resolve('opened')
            opened.onerror = () => resolve('refused')
          } catch {
            resolve('refused')
          }
        })
        const script = document.createElement('script')
        script.textContent = 'globalThis.ran = true'
        document.head.append(script)
        const image = new Image()
        const drawn = new Promise((resolve) => {
          image.onload = () => resolve('loaded')
          image.onerror = () => resolve('refused')
        })
        image.src = `${other}/picture.svg`
        return [asked, socket, await drawn, 'ran' in globalThis]
      }, other)
      expect(outcomes).toEqual(['refused', 'refused', 'refused', false])
      await tab.waitForFunction(() => forbidden.length >= 4)
      const found = await tab.evaluate(() => forbidden)
      expect([...new Set(found)].sort()).toEqual(['connect-src', 'img-src', 'script-src-elem'])
      await tab.close()
    })
  })

  describe('a page of another origin', () => {
    it('reads nothing of the viewer and loads nothing of it', async () => {
      const { link } = await testViewer()
      const origin = new URL(link).origin
      const tab = await scene().open(scene().origins[0])
      const outcomes = await tab.evaluate(async (origin) => {
        const { ask, load } = site
        return {
          cors: await ask(`${origin}/viewer.js`, 'cors'),
          quiet: await ask(`${origin}/viewer.js`, 'no-cors'),
          script: await load('script', `${origin}/viewer.js`),
          style: await load('link', `${origin}/viewer.css`),
          image: await load('img', `${origin}/charts/deviceCode.svg`),
        }
      }, origin)
      const failed = 'TypeError: Failed to fetch'
      expect(outcomes).toEqual({ cors: failed, quiet: failed, script: 'refused', style: 'refused', image: 'refused' })
      await tab.close()
    })

    it('cannot put the viewer into a frame', async () => {
      const { link } = await testViewer()
      const tab = await scene().open(scene().origins[0])
      await tab.evaluate((link) => {
        const frame = document.createElement('iframe')
        frame.src = link
        document.body.append(frame)
        return new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
      }, link)
      const [, frame] = tab.frames()
      expect(await frame?.title()).not.toBe('small')
      expect(frame?.url()).toContain('chrome-error:')
      await tab.close()
    })

    it('gets no socket, whatever it knows', async () => {
      const viewer = await testViewer({ origins: [scene().origins[1]] })
      const watching = await dialAsPage(viewer.newLink())
      const tab = await scene().open(scene().origins[0])
      const url = `ws://${new URL(viewer.link).host}/`
      for (const greeting of [asPage(viewer.link), asHost(viewer.hostLink)]) {
        const outcome = await tab.evaluate(({ url, greeting }) => site.greet(url, greeting), { url, greeting })
        expect(outcome).toBe(1006)
      }
      await tab.evaluate((link) => site.startTill(link), viewer.hostLink)
      await pause(1_500)
      expect(watching.heard).toHaveLength(1)
      await tab.close()
      // The link for a person was not used up.
      expect(await dialAsPage(viewer.link)).toBeDefined()
    })

    it('that is allowed may be a host, and no page of the viewer', async () => {
      const [origin] = scene().origins
      const viewer = await testViewer({ origins: [origin] })
      const watching = await dialAsPage(viewer.newLink())
      const tab = await scene().open(origin)
      const troubles: string[] = []
      tab.on('pageerror', ({ message }) => troubles.push(message))
      const url = `ws://${new URL(viewer.link).host}/`
      const outcome = await tab.evaluate(({ url, greeting }) => site.greet(url, greeting), {
        url,
        greeting: asPage(viewer.link),
      })
      expect(outcome).toBe(4401)
      await tab.evaluate((link) => site.startTill(link), viewer.hostLink)
      const shown = await watching.until(({ type }) => type === 'screen')
      expect(shown).toMatchObject({ host: '1', screen: { accepts: expect.any(Array) } })
      expect(watching.heard).toContainEqual({
        type: 'host',
        host: '1',
        name: 'a page',
        deeds: [],
        ahead: expect.any(Number),
      })
      watching.say({ type: 'send', host: '1', actor: '1', event: 'authorization.start' })
      await watching.until(({ observation }) => (observation as Observation | undefined)?.name === 'till-3')
      await watching.until(({ screen }) => (screen as { prompt?: object } | undefined)?.prompt !== undefined)
      await tab.close()
      await watching.until(({ type }) => type === 'left')
      expect(troubles).toEqual([])
    })

    it('that leads here under a name of its own is turned away', async () => {
      const { link } = await testViewer()
      const tab = await scene().open(scene().origins[0])
      const statuses: number[] = []
      tab.on('response', (response) => statuses.push(response.status()))
      // An empty answer is an error to the browser.
      await tab.goto(`http://${INSECURE_HOST}:${new URL(link).port}/`).catch(() => undefined)
      expect(statuses).toEqual([421])
      expect(await tab.title()).not.toBe('small')
      await tab.close()
    })
  })

  it('the link needs nothing of Node', async () => {
    const link = new URL('../../src/inspect/connect-viewer.ts', import.meta.url)
    const code = [...(await bundle(link)).values()].join('\n')
    expect(code).toContain('connectViewer')
    expect(code).not.toMatch(/["']node:|\brequire\(/)
  })
})
