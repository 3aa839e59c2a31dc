import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { listenOn } from '../../../src/emulator/socket.ts'
import { bundle, ENTRY } from '../browser/bundle.ts'
import { findChromium, launchBrowser, NEEDS_CHROMIUM } from '../browser/chromium.ts'

export interface Scene {
  /** The origins of two sites with the same page, which has {@link module}'s exports as its global `site`. */
  readonly origins: readonly [string, string]
  open(url: string): Promise<Page>
}

const module = new URL('./browser-host.ts', import.meta.url)
const page = `<!doctype html><title>site</title><script type="module">
globalThis.site = await import('/${ENTRY}')
</script>`

/** Describes what happens in a real browser. Where there is none, one skipped test says so. */
export function describeWithSites(title: string, define: (scene: () => Scene) => void): void {
  const executable = findChromium()
  if (executable === undefined) {
    it.skip(`${title} (${NEEDS_CHROMIUM})`)
    return
  }
  describe(title, { timeout: 30_000 }, () => {
    const endings: (() => Promise<unknown>)[] = []
    let scene: Scene | undefined
    beforeAll(async () => {
      scene = await stage(executable, (end) => endings.unshift(end))
    }, 60_000)
    afterAll(async () => {
      for (const end of endings) await end()
    }, 30_000)
    define(() => {
      if (scene) return scene
      throw new Error('The browser has not been started.')
    })
  })
}

async function stage(executable: string, atEnd: (end: () => Promise<unknown>) => void): Promise<Scene> {
  const profile = await mkdtemp(join(tmpdir(), 'oauth-machines-viewer-browser-'))
  atEnd(() => rm(profile, { recursive: true, force: true, maxRetries: 10 }))
  const scripts = await bundle(module)
  const serve = async () => {
    const site = await listenOn(0, async (request) => answer(scripts, new URL(request.url).pathname))
    atEnd(site.close)
    return site.origin
  }
  const origins = [await serve(), await serve()] as const
  const browser: BrowserContext = await launchBrowser(executable, profile)
  atEnd(() => browser.close())
  return {
    origins,
    async open(url) {
      const tab = await browser.newPage()
      await tab.goto(url)
      if (origins.some((origin) => url.startsWith(origin)))
        await tab.waitForFunction(() => 'site' in globalThis, undefined, { timeout: 10_000 })
      return tab
    },
  }
}

function answer(scripts: ReadonlyMap<string, string>, path: string): Response {
  const script = scripts.get(path.slice(1))
  const type = script === undefined ? 'text/html' : 'text/javascript'
  return new Response(script ?? page, { headers: { 'content-type': `${type}; charset=utf-8` } })
}
