import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../src/emulator/index.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import { bundle } from './bundle.ts'
import { findChromium, killBrowser, launchBrowser, NEEDS_CHROMIUM } from './chromium.ts'
import { seenFrom, servePages } from './page-server.ts'

/** A browser with a page that has a module's exports as its global `library`, and an emulator at the same origin. */
export interface Testbed {
  readonly emulator: Emulator
  readonly origin: string
  /** The folder that the browser keeps its storage in. */
  readonly profile: string
  /** Opens a tab whose page has loaded; with `host`, under that name of this machine. */
  openTab(host?: string): Promise<Page>
  /** Two tabs that are opened once and for all; further ones are closed. */
  twoTabs(): Promise<readonly [Page, Page]>
  /** Kills the browser and starts it again with the same storage. */
  killBrowser(): Promise<void>
  /** A provider's data as the page is to use it. */
  provider<P extends Provider>(provider: P): P
}

/**
 * Describes what a module does in a real browser. Where there is none, one skipped test says so.
 *
 * @param module what the page loads
 * @param define gets the testbed, which is there once a test runs
 */
export function describeInBrowser(title: string, module: URL, define: (testbed: () => Testbed) => void): void {
  const executable = findChromium()
  if (executable === undefined) {
    console.warn(`${title}: ${NEEDS_CHROMIUM}`)
    it.skip(`${title} (${NEEDS_CHROMIUM})`)
    return
  }
  // Tabs and disks are slow on a busy machine.
  describe(title, { timeout: 30_000 }, () => {
    const endings: (() => Promise<void>)[] = []
    let testbed: Testbed | undefined
    beforeAll(async () => {
      testbed = await createTestbed(executable, module, (end) => endings.unshift(end))
    }, 60_000)
    afterAll(async () => {
      const troubles: unknown[] = []
      // One after another, and all of them whatever happens.
      for (const end of endings) await end().catch((trouble: unknown) => troubles.push(trouble))
      if (troubles.length > 0) throw troubles[0]
    }, 30_000)
    define(() => {
      if (testbed) return testbed
      throw new Error('The browser has not been started.')
    })
  })
}

/** @param atEnd takes what ends each thing that was started, the last one first */
async function createTestbed(executable: string, module: URL, atEnd: (end: () => Promise<void>) => void) {
  const profile = await mkdtemp(join(tmpdir(), 'oauth-machines-browser-'))
  atEnd(() => rm(profile, { recursive: true, force: true, maxRetries: 10 }))
  const emulator = createEmulator({ tyro: { interval: 1 } })
  const emulated = await emulator.listen()
  atEnd(emulator.close)
  const server = await servePages(await bundle(module), emulated)
  atEnd(server.close)
  let browser = await launchBrowser(executable, profile)
  atEnd(() => browser.close())
  let lasting: readonly [Page, Page] | undefined

  const testbed: Testbed = {
    emulator,
    profile,
    origin: server.origin,
    openTab: (host = '127.0.0.1') => openTab(browser, server.origin.replace('127.0.0.1', host)),
    async twoTabs() {
      const [one, two] = lasting ?? [await testbed.openTab(), await testbed.openTab()]
      lasting = [one, two]
      await Promise.all(browser.pages().map((tab) => tab === one || tab === two || tab.close()))
      return lasting
    },
    async killBrowser() {
      await killBrowser(browser)
      lasting = undefined
      browser = await launchBrowser(executable, profile)
    },
    provider: (provider) => seenFrom(server.origin, emulator.provider(provider)),
  }
  return testbed
}

async function openTab(browser: BrowserContext, origin: string): Promise<Page> {
  const tab = await browser.newPage()
  await load(tab, origin)
  return tab
}

/** Opens the page, or opens it anew. */
export async function load(tab: Page, origin: string): Promise<void> {
  await tab.goto(origin)
  await tab.waitForFunction(() => 'library' in globalThis, undefined, { timeout: 10_000 })
}
