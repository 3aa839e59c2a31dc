import { readFile } from 'node:fs/promises'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Deed, Screen } from '../../src/inspect/messages.ts'
import { parseRecording } from '../../src/inspect/recording.ts'
import type { Viewer } from '../../src/viewer/index.ts'
import { recordingOf } from '../../src/viewer/page/files.ts'
import { findChromium, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { dialAsPage } from '../support/viewer/talker.ts'
import { enterHost, type ScriptedHost } from '../support/viewer-page/scripted-host.ts'
import { type Telling, tell } from '../support/viewer-page/telling.ts'
import { createVisitor, type Visitor } from '../support/viewer-page/visitor.ts'

const executable = findChromium()
if (executable === undefined) {
  console.warn(`the viewer's page: ${NEEDS_CHROMIUM}`)
  it.skip(`the viewer's page (${NEEDS_CHROMIUM})`)
}

const MIN = 60_000
const phone = { viewport: { width: 390, height: 844 } }
/** In milliseconds: a machine that is busy draws late. */
const patience = { timeout: 30_000, interval: 20 }
/** What only a screen may show. */
const CODE = 'WDJB-MJHT'
const MESSAGE = 'A message that names the step.'

const deeds: readonly Deed[] = [
  { id: 'slow down', label: 'Slow down', description: 'Fewer polls.', group: 'Faults', connection: 'shop/till' },
  { id: 'end', label: 'End all', description: 'All is well.', group: 'For all' },
]

/** A login that waits: one poll was answered. */
const waiting = (at: number): Telling =>
  tell('1', 'shop/till', 'deviceCode', at)
    .answer(200, 'recall', 'idle')
    .go(1_000, 'authorization.start', 'requestingCode')
    .answer(300, 'requestCode', 'awaitingUser', {
      request: { endpoint: 'deviceAuthorization', status: 200 },
      deadlines: { poll: 5_000, prompt: 10 * MIN },
    })
    .answer(5_000, 'nextPoll', 'polling', { deadlines: { prompt: 10 * MIN - 5_000 } })
    .answer(200, 'pollToken', 'awaitingUser', {
      request: { endpoint: 'token', status: 400 },
      deadlines: { poll: 5_000, prompt: 10 * MIN - 5_200 },
    })
const service = (at: number): Telling =>
  tell('2', 'office', 'clientCredentials', at)
    .answer(200, 'recall', 'requestingToken')
    .answer(300, 'requestToken', 'authorized', {
      request: { endpoint: 'token', status: 200 },
      deadlines: { refresh: 50 * MIN, token: 60 * MIN },
    })

const states = ['recalling', 'idle', 'requestingCode', 'awaitingUser', 'polling', 'awaitingUser']

/** What the host shows of it now: as a login waits, its prompt. */
const screenOf = ({ state, at }: Telling): Screen =>
  state === 'awaitingUser'
    ? {
        prompt: {
          kind: 'device',
          userCode: CODE,
          verificationUri: 'https://example.com/activate',
          expiresAt: at + 10 * MIN - 5_200,
        },
        message: MESSAGE,
        accepts: ['authorization.cancel', 'token.forget'],
      }
    : { accepts: [] }

const lit = (page: Page) =>
  page
    .locator('.chart-pane')
    .locator('[data-state].live')
    .evaluateAll((all) => all.map((each) => each.getAttribute('data-state')))
/** Keeps, in the page, what becomes lit from now on. */
const keepLit = (page: Page) =>
  page.evaluate(() => {
    const chart = [...document.querySelectorAll('.chart-pane *')].find(({ shadowRoot }) => shadowRoot)?.shadowRoot
    if (!chart) throw new Error('There is no chart.')
    const find = () => chart.querySelector('[data-state].live')?.getAttribute('data-state')
    let last = find()
    const look = () => {
      const now = find()
      if (!now || now === last) return
      last = now
      document.body.dataset.lit = [document.body.dataset.lit, now].filter(Boolean).join(' ')
    }
    new MutationObserver(look).observe(chart, { subtree: true, childList: true, attributeFilter: ['class'] })
  })
const litArrows = (page: Page) => page.locator('.chart-pane').locator('[data-arrow].live').count()
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const choose = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)

describe.skipIf(executable === undefined)("the viewer's page", { timeout: 120_000 }, () => {
  let visitor: Visitor
  let viewer: Viewer
  let host: ScriptedHost

  beforeAll(async () => {
    visitor = await createVisitor(executable ?? '')
  }, 90_000)
  afterAll(() => visitor?.[Symbol.asyncDispose](), 30_000)
  beforeEach(async () => {
    viewer = await visitor.open()
  })
  afterEach(async () => {
    expect(await visitor.tidy()).toEqual([])
  })

  const visit = (options?: BrowserContextOptions) => visitor.visit(viewer.newLink(), options)

  async function enter(...tellings: readonly Telling[]): Promise<void> {
    const witness = await dialAsPage(viewer.newLink())
    host = await enterHost(viewer.hostLink, 'shop', deeds)
    for (const telling of tellings) {
      host.observe(...telling.observations)
      host.show(telling.actor, screenOf(telling))
    }
    // The viewer knows all of it before a page is opened.
    const last = tellings.at(-1)?.actor
    if (last !== undefined) await witness.until(({ type, actor }) => type === 'screen' && actor === last)
    await witness.close()
  }

  describe('lets in', () => {
    it('whoever has its link, and takes that out of the address and of the history at once', async () => {
      const page = await visit()
      await page.getByRole('heading', { name: 'No program is connected yet' }).waitFor()
      expect(page.url()).toBe(new URL('/', viewer.link).href)
      expect(await page.evaluate(() => history.length)).toBe(2)
    })

    it('the same tab after a reload', async () => {
      await enter(waiting(Date.now()), service(Date.now()))
      const page = await visit()
      await choose(page, 'office')
      await page.reload()
      await expect.poll(() => lit(page), patience).toEqual(['authorized'])
      expect(await page.getByRole('heading', { level: 2, name: 'office' }).count()).toBe(1)
    })

    it('nobody by a link that was used, who is told what to do, and whoever pastes a new one there', async () => {
      const link = viewer.newLink()
      await (await visitor.visit(link)).getByText('No program').waitFor()
      const page = await visitor.visit(link)
      await page.getByRole('heading', { name: 'This link has been used' }).waitFor()
      const said = await page.textContent('main')
      expect(said).toContain('npx oauth-machines inspect')
      expect(said).toMatch(/press Enter there for another one\. A program .* from viewer\.newLink\(\)/)
      const fresh = viewer.newLink()
      await page.evaluate((to) => location.assign(to), fresh)
      await page.getByText('No program').waitFor()
      expect(page.url()).not.toContain('#')
    })

    it('nobody without a link', async () => {
      const page = await visitor.visit(new URL('/', viewer.link).href)
      await page.getByRole('heading', { name: 'Open the viewer by its link' }).waitFor()
    })
  })

  describe('shows', () => {
    it('why a login waits: the sentence, the code, its QR code, the link, the next poll, the chart', async () => {
      await enter(waiting(Date.now() - 6_700))
      const page = await visit()
      const now = region(page, 'Now')
      await expect
        .poll(() => now.textContent(), patience)
        .toMatch(
          /The merchant opens example\.com\/activate and types WDJB-MJHT\. The next poll is due in \d s; the code ends in 9:\d\d/,
        )
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      expect(await litArrows(page)).toBe(1)
      expect(await now.getByRole('img', { name: /Scan/ }).count()).toBe(1)
      const link = now.getByRole('link', { name: 'Open example.com' })
      expect(await link.getAttribute('href')).toBe('https://example.com/activate')
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
      expect(await region(page, 'Timeline').locator('.row-name').allTextContents()).toEqual(states.toReversed())
      expect(await region(page, 'Requests').locator('.answer').allTextContents()).toEqual(['400', '200'])
    })

    it('what a person is told of, and reads aloud where each connection has come to', async () => {
      const telling = waiting(Date.now() - 6_700)
      await enter(telling)
      const page = await visit()
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      host.observe(...telling.answer(1_000, 'nextPoll', 'polling').observations.slice(-1))
      await expect.poll(() => page.getByRole('log').textContent(), patience).toBe('shop/till: polling')
      await expect.poll(() => page.title(), patience).toBe('polling · shop/till')
    })

    it('where a connection is in the same words in the list and at its head', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      const title = region(page, 'Now').getByRole('heading', { level: 3 })
      await expect.poll(() => title.textContent(), patience).toBe('Waiting for the merchant')
      expect(await page.locator('.entry-what').textContent()).toBe('Waiting for the merchant')
      await host.leave()
      await expect.poll(() => title.textContent(), patience).toBe('Its host has left')
      expect(await page.locator('.entry-what').textContent()).toBe('Its host has left')
    })

    it('names and messages without what turns their neighbours around, and a failure with a space before its message', async () => {
      const name = 'shop/\u202Etill'
      const telling = tell('1', name, 'deviceCode', Date.now()).answer(5, 'recall', 'failed', { failure: 'network' })
      host = await enterHost(viewer.hostLink, 'sh\u202Eop', deeds)
      host.observe(...telling.observations)
      host.show('1', { message: 'A \u202Emessage.', accepts: [] })
      const page = await visit()
      await expect.poll(() => page.locator('.failure .aside').textContent(), patience).toBe('network A message.')
      await expect.poll(() => page.title(), patience).toBe('failed · shop/till')
      const html = await page.evaluate(() => document.documentElement.outerHTML)
      expect(html).not.toContain('\u202E')
      const isolation = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((element) => getComputedStyle(element).unicodeBidi)
      for (const selector of ['.connection-head h2', '.entry-name', '.host-name bdi', '.standing > span'])
        expect(await isolation(selector), selector).toBe('isolate')
    })

    it('the arrows of a chart in the colours that somebody needs', async () => {
      await enter(waiting(Date.now()))
      const page = await visit({ forcedColors: 'active' })
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      const arrow = page.locator('.chart-pane [data-arrow]:not(.live):not(.folded) .way').first()
      const [stroke, opacity, text] = await arrow.evaluate((element) => [
        getComputedStyle(element).stroke,
        getComputedStyle(element).opacity,
        getComputedStyle(document.body).color,
      ])
      expect([stroke, opacity]).toEqual([text, '1'])
    })

    it('text of a host as text, and no link but to the web', async () => {
      const strange = '<img src=x onerror=alert(1)>'
      const telling = tell('1', strange, 'deviceCode', Date.now(), 'requestingCode').answer(
        0,
        'requestCode',
        'awaitingUser',
      )
      host = await enterHost(viewer.hostLink, strange)
      host.observe(...telling.observations)
      const expiresAt = Date.now() + MIN
      const verificationUri = 'javascript:alert(1)'
      host.show('1', { prompt: { kind: 'device', userCode: strange, verificationUri, expiresAt }, accepts: [] })
      const page = await visit()
      await page.getByRole('heading', { name: strange }).waitFor()
      await page.locator('.user-code').waitFor()
      expect(await page.locator('main a, main img, .qr').count()).toBe(0)
    })

    it('a machine of the host’s own by its states, whatever it is called', async () => {
      for (const [index, machine] of ['checkout', 'deviceCode', 'constructor'].entries()) {
        const telling = tell(String(index), `own ${index}`, machine, Date.now(), 'cart').go(
          5,
          'pay',
          'paying.card, door.shut',
        )
        await enter(telling)
      }
      const page = await visit()
      for (const own of ['own 0', 'own 1', 'own 2']) {
        await choose(page, own)
        await page.getByRole('heading', { level: 2, name: own }).waitFor()
        await expect.poll(() => lit(page), patience).toEqual(['paying.card, door.shut'])
        expect(await page.locator('.seen-state').allTextContents()).toEqual(['cart', 'paying.card, door.shut'])
      }
    })

    it('a poll under way without moving what stands below, and what came of each request in a column', async () => {
      const telling = waiting(Date.now() - 6_700)
      const polling = telling.answer(1_000, 'nextPoll', 'polling', { deadlines: { poll: 0, prompt: 9 * MIN } })
      const back = polling.answer(1_000, 'pollToken', 'awaitingUser', {
        failure: 'network',
        request: { endpoint: 'token' },
      })
      await enter(telling)
      const page = await visit()
      const buttons = page.locator('.buttons')
      await buttons.waitFor()
      const before = await buttons.boundingBox()
      host.observe(...polling.observations.slice(-1))
      await expect.poll(() => lit(page), patience).toEqual(['polling'])
      expect(await buttons.boundingBox()).toEqual(before)
      host.observe(...back.observations.slice(-1))
      await page.locator('.requests').getByText('no answer: network polling → awaitingUser').waitFor()
      const begins = await page
        .locator('.requests .row-name')
        .evaluateAll((all) => all.map((name) => Math.round(name.getBoundingClientRect().left)))
      expect(new Set(begins).size).toBe(1)
    })

    it('a connection whose program has left, in grey, and the same one when it comes back', async () => {
      await enter(service(Date.now()))
      const page = await visit()
      await expect.poll(() => lit(page), patience).toEqual(['authorized'])
      await host.leave()
      await region(page, 'Now').getByRole('heading', { name: 'Its host has left' }).waitFor()
      expect(await page.locator('.entry.over').count()).toBe(1)
      expect(await page.locator('.buttons button').count()).toBe(0)
      await enter(service(Date.now()))
      await page.getByText('run 2 of 2').waitFor()
      expect(await page.locator('.entry.over').count()).toBe(0)
      const rows = await region(page, 'Timeline').locator('.row').allTextContents()
      expect(rows.map((row) => row.includes('began anew'))).toEqual([false, false, true, false, false, false])
      // How long it was in the last state of its first life, nobody knows.
      expect(rows[3]).toMatch(/^authorizedrequestToken answered/)
    })

    it('ten thousand observations without ado', async () => {
      const start = service(Date.now() - 10_000_000)
      let telling: Telling = start
      const many = Array.from({ length: 5_000 }, () => {
        telling = service(telling.at)
        return telling.observations.slice(1)
      }).flat()
      host = await enterHost(viewer.hostLink, 'shop')
      host.observe(...start.observations, ...many)
      const page = await visit()
      await expect.poll(() => region(page, 'Timeline').locator('.count').textContent(), patience).toMatch(/^\d{4,5}$/)
      await page.keyboard.press('Home')
      await expect.poll(() => lit(page), patience).toEqual(['recalling'])
      expect(await page.locator('.row, .segment').count()).toBeLessThan(300)
      const took = await page.evaluate(async () => {
        const began = performance.now()
        for (let step = 0; step < 10; step++) {
          dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))
          await new Promise(requestAnimationFrame)
          await new Promise(requestAnimationFrame)
        }
        return performance.now() - began
      })
      // Far more than it takes, and far less than a page that copies all at each step.
      expect(took).toBeLessThan(5_000)
    })
  })

  describe('asks', () => {
    it('a host for what a button says, and twice before what cannot be taken back', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await press(page, /^Forget/)
      await page.getByRole('group', { name: /erased/ }).waitFor()
      // A second Enter is no answer.
      await page.keyboard.press('Enter')
      await press(page, 'Cancel')
      await expect
        .poll(() => host.heard.slice(1), patience)
        .toEqual([{ type: 'send', actor: '1', event: 'authorization.cancel' }])
      await press(page, /^Forget/)
      await press(page, /^Yes/)
      await expect.poll(() => host.heard.at(-1), patience).toEqual({ type: 'send', actor: '1', event: 'token.forget' })
    })

    it('before a token is given back that anybody can ask for again, without a warning of more', async () => {
      await enter(service(Date.now()))
      host.show('2', { accepts: ['token.revoke'] })
      const page = await visit()
      await press(page, 'Disconnect')
      await page.getByRole('group', { name: /gets another/ }).waitFor()
    })

    it('a host for its deeds, under its headings, and says what was refused', async () => {
      await enter(waiting(Date.now()), service(Date.now()))
      const page = await visit()
      await expect.poll(() => page.locator('.deeds h3').allTextContents(), patience).toEqual(['Faults', 'For all'])
      const deed = page.getByRole('button', { name: 'Slow down' })
      expect(await deed.evaluate((element) => element.getAttribute('aria-describedby')?.includes(' '))).toBe(false)
      await deed.click()
      await expect.poll(() => host.heard.at(-1), patience).toEqual({ type: 'do', deed: 'slow down' })
      host.refuse('Not now.')
      await page.getByText('Not now.').waitFor()
      await choose(page, 'office')
      await expect.poll(() => page.locator('.deeds h3').allTextContents(), patience).toEqual(['For all'])
    })
  })

  describe('keeps the focus', () => {
    const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent)

    it('at the heading, when the button that was pressed has gone', async () => {
      const telling = waiting(Date.now())
      await enter(telling)
      const page = await visit()
      await page.getByRole('button', { name: 'Cancel' }).focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => host.heard.length, patience).toBe(2)
      expect(await focused(page)).toBe('Cancel')
      host.observe(...telling.go(1_000, 'authorization.cancel', 'idle').observations.slice(-1))
      host.show('1', { accepts: ['authorization.start'] })
      await expect.poll(() => focused(page), patience).toBe('Not connected')
    })

    it('at the button that asked, after No', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await page.getByRole('button', { name: /^Forget/ }).focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => focused(page), patience).toBe('No')
      await page.keyboard.press('Enter')
      await expect.poll(() => focused(page), patience).toMatch(/^Forget/)
    })

    it('at the heading, after Yes', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await press(page, /^Forget/)
      await press(page, /^Yes/)
      await expect.poll(() => focused(page), patience).toBe('Waiting for the merchant')
    })
  })

  describe('goes through time', () => {
    it('by the keyboard: pause, step, beginning, end, help and numbers', async () => {
      await enter(waiting(Date.now()), service(Date.now()))
      const page = await visit()
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      const go = async (key: string, state: string) => {
        await page.keyboard.press(key)
        await expect.poll(() => lit(page), patience).toEqual([state])
      }
      await go('ArrowLeft', 'polling')
      await go('ArrowLeft', 'awaitingUser')
      await go('ArrowRight', 'polling')
      await go('Home', 'recalling')
      await go('End', 'awaitingUser')
      expect(await page.getByText('You are looking at the past').count()).toBe(0)
      await page.keyboard.press('Space')
      await page.getByText('You are looking at the past').waitFor()
      await page.keyboard.press('?')
      const help = page.getByRole('dialog', { name: 'Keyboard' })
      await help.waitFor()
      await page.keyboard.press('Home')
      await page.keyboard.press('Escape')
      await help.waitFor({ state: 'detached' })
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      await go('2', 'authorized')
      await page.keyboard.press('Shift+Digit1')
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser', 'authorized'])
    })

    it('by the strip, the list and the slider, and back to the present by a button', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await page.locator('.segment').nth(2).click()
      await expect.poll(() => lit(page), patience).toEqual(['requestingCode'])
      await region(page, 'Timeline').getByRole('button', { name: /^idle/ }).click()
      await expect.poll(() => lit(page), patience).toEqual(['idle'])
      await page.getByRole('slider', { name: 'Moment' }).fill('4')
      await expect.poll(() => lit(page), patience).toEqual(['polling'])
      await press(page, 'Back to live')
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
    })

    it('by playing on what was', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      await page.keyboard.press('Home')
      await expect.poll(() => lit(page), patience).toEqual(['recalling'])
      await keepLit(page)
      await page.keyboard.press('Space')
      // The page goes on whether a test looks or not: what it has drawn is asked for afterwards.
      await expect.poll(() => page.evaluate(() => document.body.dataset.lit), patience).toBe(states.slice(1).join(' '))

      await page.keyboard.press('Home')
      await page.keyboard.press('Space')
      await page.keyboard.press('Space')
      await page.getByText('You are looking at the past').waitFor()
      const still = await lit(page)
      await page.waitForTimeout(1_500)
      expect(await lit(page)).toEqual(still)
    })

    it('and counts from that moment, without codes and buttons, while the present goes on', async () => {
      const telling = waiting(Date.now() - 5 * MIN)
      await enter(telling)
      const page = await visit()
      await page.locator('.user-code').waitFor()
      for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
      const then = region(page, 'At that moment')
      await expect
        .poll(() => then.textContent(), patience)
        .toContain('The next poll is due in 5 s; the code ends in 10:00.')
      expect(await then.textContent()).toContain('shown live only')
      expect(await page.locator('.user-code, .qr, .prompt, .buttons').count()).toBe(0)
      expect(await page.getByRole('button', { name: 'Slow down' }).isDisabled()).toBe(true)
      host.observe(...telling.answer(1_000, 'nextPoll', 'polling').observations.slice(-1))
      await expect.poll(() => region(page, 'Timeline').locator('.count').textContent(), patience).toBe('7')
      expect(await lit(page)).toEqual(['awaitingUser'])
      await page.keyboard.press('End')
      await expect.poll(() => lit(page), patience).toEqual(['polling'])
    })
  })

  describe('keeps', () => {
    const file = (text: string) => ({ name: 'night.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text) })

    it('a recording of what was seen, without what only a screen may show, and opens it again', async () => {
      const telling = waiting(Date.now())
      await enter(telling)
      const page = await visit()
      await page.locator('.user-code').waitFor()
      const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download recording')])
      const text = await readFile(await download.path(), 'utf8')
      expect(download.suggestedFilename()).toMatch(/^recording-.*\.jsonl$/)
      expect(parseRecording(text)).toEqual({ observations: telling.observations, problems: [] })
      for (const secret of [CODE, MESSAGE, 'example.com']) expect(text).not.toContain(secret)

      await page.setInputFiles('input[type=file]', file(text))
      await page.getByText('This is a recording: night.jsonl').waitFor()
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      await page.keyboard.press('Home')
      await expect.poll(() => lit(page), patience).toEqual(['recalling'])
      await press(page, 'Close it')
      await page.locator('.user-code').waitFor()
    })

    it('nothing of a recording to itself: what could not be read is told', async () => {
      const page = await visit()
      const text = `${recordingOf(service(Date.now()).observations)}rubbish\n{"type":"tran`
      await page.setInputFiles('input[type=file]', file(text))
      await page.getByText('2 lines could not be read.').waitFor()
      expect(await page.textContent('.banner')).toMatch(/Line 5: .* Line 6: .*broke off/)
      await expect.poll(() => lit(page), patience).toEqual(['authorized'])
      await page.setInputFiles('input[type=file]', file('no recording'))
      await page.getByRole('heading', { name: 'Nothing in this recording' }).waitFor()
      await page.setInputFiles('input[type=file]', file(''))
      await page.getByText('The file is empty.').waitFor()
      expect(await page.getByText(/This is a recording|could not be read\. Line/).count()).toBe(0)
    })

    it('a thousand of many lines that could not be read, and how many more there are', async () => {
      const page = await visit()
      const lines = `${recordingOf(service(Date.now()).observations)}${'rubbish\n'.repeat(100_000)}`
      await page.setInputFiles('input[type=file]', file(lines))
      await page.getByText('More than 1,000 lines could not be read.').waitFor()
      await page.getByText('999 more').click()
      const told = await page.locator('.problems li').allTextContents()
      expect(told).toHaveLength(999)
      expect(told.at(-1)).toMatch(/99,?000/)
    })

    it('a recording that is dropped on it, also where there is no viewer', async () => {
      const page = await visitor.visit(new URL('/', viewer.link).href)
      await page.getByRole('heading', { name: 'Open the viewer by its link' }).waitFor()
      const dropped = await page.evaluateHandle(
        (text) => {
          const data = new DataTransfer()
          data.items.add(new File([text], 'dropped.jsonl'))
          return data
        },
        recordingOf(service(Date.now()).observations),
      )
      await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped })
      await page.getByText('Drop the recording to open it').waitFor()
      await page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
      await expect.poll(() => lit(page), patience).toEqual(['authorized'])
    })

    it('a report on the clipboard, with no name, code or message in it', async () => {
      await enter(waiting(Date.now()))
      const page = await visit({ permissions: ['clipboard-read', 'clipboard-write'] })
      await page.locator('.user-code').waitFor()
      await press(page, 'Copy report')
      await page.getByText('The report is copied').waitFor()
      const text = await page.evaluate(() => navigator.clipboard.readText())
      expect(text).toContain('### Connection 1')
      expect(text).toMatch(/^_oauth-machines \d/)
      for (const secret of ['shop', CODE, MESSAGE, 'example.com']) expect(text).not.toContain(secret)
    })

    it('a report to be copied by hand, where the clipboard is refused', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))
      })
      await expect.poll(() => lit(page), patience).toEqual(['awaitingUser'])
      await press(page, 'Copy report')
      const area = page.getByRole('dialog').getByRole('textbox', { name: 'Report' })
      expect(await area.inputValue()).toContain('### Connection 1')
      const hasFocus = () => area.evaluate((element) => document.activeElement === element)
      await expect.poll(hasFocus, patience).toBe(true)
    })
  })

  describe('loses', () => {
    const noise = /WebSocket connection|Failed to load resource/

    it('nothing with its server: it says so, keeps what it shows, and goes on by a new link', async () => {
      const port = Number(new URL(viewer.link).port)
      await enter(service(Date.now()))
      const page = await visit()
      await expect.poll(() => lit(page), patience).toEqual(['authorized'])
      await viewer.close()
      await page.getByText('The connection to the viewer is lost.').waitFor()
      expect(await lit(page)).toEqual(['authorized'])
      expect(await page.locator('.is-live').count()).toBe(0)
      const lasted = () => page.locator('.present .row-end').textContent()
      const [before] = [await lasted(), await page.waitForTimeout(1_500)]
      expect(await lasted()).toBe(before)
      const next = await visitor.open({ port })
      await page.getByText('The viewer was started again.').waitFor({ timeout: 20_000 })
      expect(await lit(page)).toEqual(['authorized'])
      await page.evaluate((to) => location.assign(to), next.newLink())
      await expect.poll(() => page.locator('.banner').count(), patience).toBe(0)
      // Browsers tell of each socket that fails.
      expect((await visitor.tidy()).filter((told) => !noise.test(told))).toEqual([])
    })
  })

  describe('can be used', () => {
    it.each(['light', 'dark'] as const)('on a phone: nothing is wider than it, %s', async (colorScheme) => {
      const page = await visit({ ...phone, colorScheme })
      await page.getByText('No program').waitFor()
      expect(await sideways(page)).toBe(0)
      await enter(
        waiting(Date.now()),
        service(Date.now()),
        tell('3', `a very long name ${'x'.repeat(80)}`, 'own', Date.now()),
      )
      await page.locator('.user-code').waitFor()
      expect(await sideways(page)).toBe(0)
      await page.locator('.segment').first().click()
      await page.getByText('You are looking at the past').waitFor()
      expect(await sideways(page)).toBe(0)
      await press(page, 'Keyboard')
      await page.getByRole('dialog').waitFor()
      expect(await sideways(page)).toBe(0)
      await page.keyboard.press('Escape')
      await page.locator('.entry .choose').nth(2).click()
      expect(await sideways(page)).toBe(0)
    })

    it.each([
      ['on a phone', phone],
      ['on a desk', {}],
    ])('by its names %s: every control has one, and headings follow each other', async (_, options) => {
      await enter(waiting(Date.now()), service(Date.now()))
      const page = await visit(options)
      await page.locator('.user-code').waitFor()
      await page.keyboard.press('Shift+Digit2')
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('button, a, input')]
          .filter((each) => each.checkVisibility() && !each.closest('[aria-hidden]'))
          .filter(
            (each) => !(each.getAttribute('aria-label') ?? (each instanceof HTMLElement ? each.innerText : '')).trim(),
          )
          .map((each) => each.outerHTML),
      )
      expect(nameless).toEqual([])
      await expect.poll(() => page.locator('.connection').count(), patience).toBe(2)
      const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
      const lost = await page
        .locator('[aria-labelledby], [aria-describedby]')
        .evaluateAll((all) =>
          all
            .map((each) => each.getAttribute('aria-labelledby') ?? each.getAttribute('aria-describedby') ?? '')
            .filter((id) => !document.getElementById(id)),
        )
      expect(lost).toEqual([])
      const levels = await page.evaluate(() =>
        [...document.querySelectorAll('h1, h2, h3')].map((each) => Number(each.tagName[1])),
      )
      expect(levels[0]).toBe(1)
      for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
      for (const role of ['banner', 'navigation', 'main'] as const) expect(await page.getByRole(role).count()).toBe(1)
    })

    it('with a long name: two lines of it in the list, the rest in its title', async () => {
      const name = 'a long name '.repeat(12)
      await enter(tell('1', name, 'own', Date.now()), service(Date.now()))
      const page = await visit(phone)
      const entry = page.locator('.entry-name').first()
      await entry.waitFor()
      expect(await entry.getAttribute('title')).toBe(name)
      expect((await page.locator('.list').boundingBox())?.height).toBeLessThan(160)
    })

    it('on a phone, where the list scrolls to what is chosen', async () => {
      await enter(...['1', '2', '3', '4', '5'].map((actor) => tell(actor, `till ${actor}`, 'own', Date.now())))
      const page = await visit(phone)
      await page.locator('.entry').nth(4).waitFor()
      const isInView = (index: number) =>
        page
          .locator('.entry')
          .nth(index)
          .evaluate((entry) => {
            const { left, right } = entry.getBoundingClientRect()
            return left >= 0 && right <= innerWidth
          })
      expect(await isInView(4)).toBe(false)
      for (const place of [4, 0, 2]) {
        await page.keyboard.press(`Digit${place + 1}`)
        await expect.poll(() => isInView(place), patience).toBe(true)
      }
    })

    it('past the list, by the first key', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await page.locator('.user-code').waitFor()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const focused = () => page.evaluate(() => document.activeElement?.tagName)
      await expect.poll(focused, patience).toBe('MAIN')
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.closest('main, nav')?.tagName)).toBe('MAIN')
    })

    it('without a mouse: whatever has the focus shows it', async () => {
      await enter(waiting(Date.now()))
      const page = await visit()
      await page.locator('.user-code').waitFor()
      for (let tab = 0; tab < 12; tab++) {
        await page.keyboard.press('Tab')
        const outline = await page.evaluate(
          () => document.activeElement && getComputedStyle(document.activeElement).outlineWidth,
        )
        expect(outline).toBe('2px')
      }
    })
  })
})
