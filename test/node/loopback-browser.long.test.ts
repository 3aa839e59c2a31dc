import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, sumupPosPro } from '../../src/index.ts'
import { loopbackRedirect } from '../../src/node/index.ts'
import { findChromium, launchBrowser, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { localServer } from '../support/local-server.ts'
import { onSocket } from '../support/stories.ts'
import { arrival } from '../support/watch.ts'
import { hasIPv6 } from './support/addresses.ts'

const executable = findChromium()
const title = 'a desktop app whose merchant logs in with a real browser'

let profile = ''
let browser: BrowserContext | undefined

/** A desktop app at the emulated SumUp POS Pro, and a tab in which its merchant is asked to allow it. */
async function desktopApp(uri: string) {
  const stage = await onSocket()
  const redirect = await loopbackRedirect({ uri })
  const registration = { clientId: 'desk', clientSecret: 'emulated-secret', redirectUri: redirect.uri }
  const client = createClient(stage.provider(sumupPosPro), registration, stage.options)
  const connection = client.connect('store-17')
  stage.connections.push(connection)
  const tab = await opened()
  onTestFinished(async () => {
    await tab.close()
    await redirect.close()
    await stage[Symbol.asyncDispose]()
  })
  connection.send({ type: 'authorization.start' })
  await arrival(connection, 'awaitingUser')
  const { prompt } = connection.actor.getSnapshot().context
  if (prompt?.kind !== 'redirect') throw new Error('no link to open')
  await tab.goto(prompt.url.open())
  const answer = redirect.answer(async (url) => (await client.find(url)) === connection.name)
  return { redirect, connection, tab, answer }
}

async function opened(): Promise<Page> {
  if (!browser) throw new Error('The browser has not been started.')
  return browser.newPage()
}

/** All that a tab shows and tells of how it came where it is, and all that it can go back to. */
async function trailOf(tab: Page): Promise<string> {
  const told = await tab.evaluate(() => [location.href, document.referrer, JSON.stringify(performance.getEntries())])
  const session = await tab.context().newCDPSession(tab)
  return [...told, await tab.content(), JSON.stringify(await session.send('Page.getNavigationHistory'))].join('\n')
}

/** What the browser's own page of its history shows. */
async function listed(): Promise<string> {
  const tab = await opened()
  await tab.goto('chrome://history')
  await tab.getByRole('link', { name: 'Answer received' }).first().waitFor()
  const links = await tab.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  await tab.close()
  return links.join('\n')
}

/** What the browser keeps on the disk to open its tabs again. */
async function tabsOnDisk(): Promise<string> {
  const folder = join(profile, 'Default', 'Sessions')
  const contents = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))))
  // Partly one byte a letter, partly two.
  return contents.map((content) => content.toString('latin1').replaceAll('\0', '')).join('\n')
}

describe.skipIf(!executable)(executable ? title : `${title} (${NEEDS_CHROMIUM})`, { timeout: 40_000 }, () => {
  beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), 'oauth-machines-loopback-'))
    browser = await launchBrowser(executable ?? '', profile)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 10 })
  }, 30_000)

  const uris = ['http://127.0.0.1/callback', 'http://localhost/callback', ...(hasIPv6 ? ['http://[::1]/callback'] : [])]
  it.each(uris)('connects by %s, and no code stays in the address bar or the history', async (uri) => {
    const { redirect, connection, tab, answer } = await desktopApp(uri)
    await tab.getByRole('button', { name: 'Allow' }).click()
    const url = await answer
    connection.send({ type: 'authorization.responded', url })
    expect(await connection.accessToken()).toMatch(/^emulated-access-/)
    await redirect.close()
    await tab.getByRole('heading', { name: 'Answer received' }).waitFor()
    expect(tab.url()).toBe(`${redirect.uri}/received`)

    const code = new URL(url.open()).searchParams.get('code') ?? ''
    expect(code).toMatch(/^emulated-code-\w{10,}/)
    await expect.poll(tabsOnDisk).toContain(`${redirect.uri}/received`)
    for (const kept of [await trailOf(tab), await listed(), await tabsOnDisk()]) {
      expect(kept).toContain(`${redirect.uri}/received`)
      expect(kept).not.toContain(code)
    }
  })

  it('sees a page whose style is applied, and which asks for nothing that its policy refuses', async () => {
    const { connection, tab, answer } = await desktopApp('http://127.0.0.1/callback')
    const said: string[] = []
    tab.on('console', (message) => said.push(message.text()))
    await tab.getByRole('button', { name: 'Refuse' }).click()
    connection.send({ type: 'authorization.responded', url: await answer })
    await arrival(connection, 'failed')
    expect(connection.actor.getSnapshot().context.failure?.code).toBe('authorization_denied')
    await tab.getByRole('heading', { name: 'Not connected' }).waitFor()
    expect(await tab.locator('body').evaluate((body) => getComputedStyle(body).display)).toBe('grid')
    expect(said.filter((text) => /policy/i.test(text))).toEqual([])
  })

  it('is connected by its own answer only, whatever other pages send', async () => {
    const { redirect, connection, tab, answer } = await desktopApp('http://127.0.0.1/callback')
    const forged = `${redirect.uri}?code=forged&state=guessed`
    const other = await opened()
    await other.goto(forged)
    await other.getByRole('heading', { name: 'Not the awaited answer' }).waitFor()
    expect(other.url()).toBe(`${redirect.uri}/unrelated`)

    // In a frame and a script of a page elsewhere, where no person sees it.
    const elsewhere = await localServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>page'))
    onTestFinished(elsewhere.close)
    await other.goto(elsewhere.url)
    const refused: string[] = []
    other.on('response', (response) => {
      if (response.url() === forged) refused.push(`${response.request().resourceType()} ${response.status()}`)
    })
    await other.evaluate(async (url) => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
      await fetch(url, { mode: 'no-cors' })
    }, forged)
    await expect.poll(() => refused.toSorted()).toEqual(['document 403', 'fetch 403'])
    await other.close()
    expect(connection.actor.getSnapshot().value).toBe('awaitingUser')

    await tab.getByRole('button', { name: 'Allow' }).click()
    connection.send({ type: 'authorization.responded', url: await answer })
    expect(await connection.accessToken()).toMatch(/^emulated-access-/)
    await tab.getByRole('heading', { name: 'Answer received' }).waitFor()
  })
})
