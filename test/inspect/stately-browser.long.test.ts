import type { Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Listening, listenOn } from '../../src/emulator/socket.ts'
import { bundle, ENTRY } from '../support/browser/bundle.ts'
import { describeInBrowser } from '../support/browser/testbed.ts'
import type * as host from './pages/host.ts'
import type * as receiver from './pages/receiver.ts'
import { eventually, receive, startRelay } from './support/relay.ts'

declare global {
  var stately: typeof receiver
}

const html = `<!doctype html><title>stately</title><script type="module">
globalThis.stately = await import('/${ENTRY}')
</script>`

/** Serves a page with Stately's receiver, at an origin of its own. */
async function serveReceiver(): Promise<Listening> {
  const files = await bundle(new URL('./pages/receiver.ts', import.meta.url))
  return listenOn(0, async (request) => {
    const script = files.get(new URL(request.url).pathname.slice(1))
    const type = script === undefined ? 'text/html' : 'text/javascript'
    return new Response(script ?? html, { headers: { 'content-type': `${type}; charset=utf-8` } })
  })
}

describeInBrowser('Stately in a page', new URL('./pages/host.ts', import.meta.url), (testbed) => {
  let theirs: Listening
  let others: Listening
  let tab: Page

  beforeAll(async () => {
    theirs = await serveReceiver()
    others = await serveReceiver()
  })
  beforeEach(async () => {
    tab = await testbed().openTab()
    return () => tab.close()
  })
  afterAll(async () => {
    await theirs.close()
    await others.close()
  })

  /** Calls a function of the page. */
  const call = (name: keyof typeof host, ...args: readonly string[]): Promise<unknown> =>
    tab.evaluate(`(async () => String(await library.${name}(...${JSON.stringify(args)})))()`)

  async function frame(name: string): Promise<Frame> {
    await eventually(() => (tab.frame(name)?.url() ?? 'about:blank') !== 'about:blank')
    const found = tab.frame(name)
    if (!found) throw new Error(`There is no frame ${name}.`)
    await found.waitForFunction(() => globalThis.stately !== undefined)
    return found
  }

  const seen = (page: Frame | Page) => page.evaluate(() => globalThis.stately.seen())
  const values = async (page: Frame | Page) => {
    const { received } = await seen(page)
    const all = received.flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
    return all.filter((value, index) => value !== all[index - 1])
  }

  it('shows its own receiver in an iframe where the till is, and each state that becomes active', async () => {
    await call('showInFrame', theirs.origin)
    const page = await frame('stately')
    await call('startTill', 'till-3')
    expect(await values(page)).toEqual(['recalling', 'requestingCode', 'awaitingUser', 'polling', 'authorized'])
    await call('disconnect')
    expect((await values(page)).at(-1)).toBe('revoking')
    const { received } = await seen(page)
    expect(JSON.parse(received[0]?.text ?? '')).toMatchObject({ type: '@xstate.actor', name: 'till-3' })
    expect(JSON.parse(JSON.parse(received[0]?.text ?? '').definition).initial).toBe('recalling')
    expect(received.map(({ text }) => text).join()).not.toContain('marker')
  })

  it('shows it in a window of its own, until it is closed', async () => {
    const opened = tab.waitForEvent('popup')
    await call('showInWindow', theirs.origin)
    const popup = await opened
    await popup.waitForFunction(() => globalThis.stately !== undefined)
    await call('startTill', 'till-3')
    await eventually(() => popup.url().startsWith(theirs.origin))
    expect((await values(popup)).at(-1)).toBe('authorized')
    await call('close')
    await call('disconnect')
    const { goodbyes } = await seen(popup)
    expect(goodbyes).toBe(1)
    expect((await values(popup)).at(-1)).toBe('authorized')
    await popup.reload()
    await popup.waitForFunction(() => globalThis.stately !== undefined)
    await popup.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
    expect((await seen(popup)).received).toEqual([])
    await popup.close()
  })

  it('tells a page that comes late, or comes again, where the till is, and nothing twice', async () => {
    await call('showInFrame', theirs.origin)
    await call('startTill', 'till-3')
    await frame('stately')
    for (let turn = 0; turn < 2; turn++) {
      await tab.frame('stately')?.goto(theirs.origin)
      const page = await frame('stately')
      await page.waitForFunction(() => globalThis.stately.seen().received.length > 0)
      const { received } = await seen(page)
      expect(received.map(({ type, value }) => `${type} ${value}`)).toEqual([
        ...['@xstate.actor authorized', '@xstate.snapshot authorized'],
      ])
    }
  })

  it('tells nothing to another page that says it is Stately’s', async () => {
    await call('showInFrame', theirs.origin)
    await frame('stately')
    await call('addFrame', others.origin, 'stranger')
    const stranger = await frame('stranger')
    // Of Stately's own origin, but not the page that was opened.
    await call('addFrame', theirs.origin, 'sibling')
    const sibling = await frame('sibling')
    await call('startTill', 'till-3')
    const { received } = await seen(await frame('stately'))
    expect(received.at(-1)?.value).toBe('authorized')
    for (const page of [stranger, sibling]) {
      await page.evaluate(() => parent.postMessage({ type: '@statelyai.connected' }, '*'))
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
      expect((await seen(page)).received).toEqual([])
    }
    // Nor does Stately's own page hear of it.
    expect((await seen(await frame('stately'))).received).toEqual(received)
  })

  it('takes nothing else that Stately’s page says for a greeting', async () => {
    await call('showInFrame', theirs.origin)
    const page = await frame('stately')
    await call('startTill', 'till-3')
    const { received } = await seen(page)
    await page.evaluate(() => {
      for (const message of [null, 'x', 7, {}, { type: 'other' }]) parent.postMessage(message, '*')
    })
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
    expect((await seen(page)).received).toEqual(received)
  })

  it('goes along to a subdomain of Stately’s', async () => {
    const at = (host: string) => theirs.origin.replace('127.0.0.1', host)
    await call('showInFrame', at('localhost'))
    await frame('stately')
    await call('startTill', 'till-3')
    await tab.frame('stately')?.goto(at('pages.localhost'))
    const page = await frame('stately')
    await page.waitForFunction(() => globalThis.stately.seen().received.length > 0)
    await call('disconnect')
    expect((await values(page)).at(-1)).toBe('revoking')
  })

  it('tells nothing to the page that is in the window by then, where that is another one', async () => {
    await call('showInFrame', theirs.origin)
    await frame('stately')
    await call('startTill', 'till-3')
    await tab.frame('stately')?.goto(others.origin)
    const page = await frame('stately')
    await call('disconnect')
    await page.evaluate(() => parent.postMessage({ type: '@statelyai.connected' }, '*'))
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)))
    expect(await seen(page)).toEqual({ received: [], goodbyes: 0 })
    await call('close')
    expect((await seen(page)).goodbyes).toBe(0)
  })

  it('says so where the browser opens no window, and disturbs nothing', async () => {
    await tab.evaluate(() => {
      window.open = () => null
    })
    await call('showInWindow', theirs.origin)
    expect(await call('problem')).toMatch(/opened no window.*in a click/)
    await call('startTill', 'till-3')
    await call('close')
  })

  it('goes over a WebSocket as well', async () => {
    await using relay = await startRelay()
    const messages = receive(relay)
    await eventually(() => relay.talks() === 1)
    await call('showOverSocket', relay.url)
    await eventually(() => relay.talks() === 2)
    await call('startTill', 'till-3')
    const states = () =>
      messages.map((one) => (one.type === '@xstate.snapshot' ? Reflect.get(one.snapshot, 'value') : ''))
    await eventually(() => states().includes('authorized'))
    await call('close')
  })
})

describeInBrowser('the inspector in a page', new URL('./pages/host.ts', import.meta.url), (testbed) => {
  it('reports and records', async () => {
    const tab = await testbed().openTab()
    const { printed, observations } = await tab.evaluate<ReturnType<typeof host.recordTill>>(
      'globalThis.library.recordTill()',
    )
    expect(printed.map((line) => line.slice(10))).toEqual([
      'till  begins in recalling  deviceCode',
      'till  recalling → idle     recall answered',
      'till  stopped',
    ])
    expect(observations).toHaveLength(3)
    await tab.close()
  })

  it('needs nothing of Node', async () => {
    const files = await bundle(new URL('../../src/inspect/index.ts', import.meta.url))
    const code = [...files.values()].join('\n')
    expect(code).toContain('createInspector')
    expect(code).not.toMatch(/(?:from|import\()\s*["']node:/)
  })
})
