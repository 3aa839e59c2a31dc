import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { addRendered, buildServers, type Rendered, rendering } from './build.ts'
import type {} from './pages/lifecycle.ts'
import { code, requests, titled } from './screen.ts'
import type { Theatre } from './stage.ts'

/** Renders on a process of its own, whose network and timers tell when they are used, and which ends by itself. */
const program = `
const used = []
globalThis.fetch = () => { used.push('fetch') }
globalThis.setInterval = () => { used.push('setInterval') }
// Frameworks put things off until the next turn; to wait is something else.
const { setTimeout: later } = globalThis
globalThis.setTimeout = (task, span = 0) => (span > 0 ? used.push('setTimeout ' + span) : later(task))
Object.defineProperty(globalThis, 'indexedDB', { get: () => { used.push('indexedDB') } })
const rendered = {}
for (const url of process.argv.slice(1)) rendered[url] = await (await import(url)).render()
console.log(JSON.stringify({ used, rendered }))`

/** What a server renders, and how a page takes over from it. */
export function renderingStories(theatre: () => Theatre): void {
  describe('rendered on a server', () => {
    let rendered: ReadonlyMap<string, Rendered>
    let used: readonly string[]

    beforeAll(async () => {
      const folder = join(theatre().folder, 'servers')
      await buildServers(folder)
      const urls = rendering.map((name) => pathToFileURL(join(folder, `${name}.js`)).href)
      const options = { timeout: 30_000, env: { ...process.env, NODE_ENV: 'development' } }
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '-e', program, ...urls],
        options,
      )
      const told = JSON.parse(stdout)
      used = told.used
      rendered = new Map(rendering.map((name, index) => [name, told.rendered[urls[index] ?? '']]))
      for (const [name, screen] of rendered) await addRendered(join(theatre().folder, 'pages'), name, screen)
    }, 60_000)

    it('sends nothing, and waits for nothing', () => {
      expect(used).toEqual([])
    })

    describe.concurrent.each(rendering)('with %s', (name) => {
      it('says what is being connected, and that one moment is needed', () => {
        const text = (rendered.get(name)?.body ?? '').replace(/<!--.*?-->|<[^>]*>/g, ' ').replace(/\s+/g, ' ')
        expect(text).toContain('store-17/till-3 to Tyro Connect')
        expect(text).toContain('One moment')
        expect(text).not.toContain('undefined')
      })

      it('is taken over as it is, and goes on from there', async () => {
        const { page, emulator, complaints } = await theatre().show(`/${name}/rendered/`, await theatre().stage(), {
          script: keepServed,
        })
        await page.getByRole('button', { name: 'Connect', exact: true }).click()
        await titled(page, 'Approve the connection')
        expect(await page.evaluate(() => Reflect.get(globalThis, 'served') === document.querySelector('main'))).toBe(
          true,
        )
        expect(await page.getByRole('main').count()).toBe(1)
        emulator.approve(await code(page))
        await titled(page, 'Connected')
        expect(requests(emulator, 'deviceAuthorization')).toHaveLength(1)
        expect(complaints).toEqual([])
      })

      it('is taken over as it is, too, where the machine has gone on before', async () => {
        const { page, complaints } = await theatre().show(`/${name}/late/`, await theatre().stage(), {
          script: keepServed,
        })
        await page.waitForFunction(() => 'takeOver' in globalThis)
        await page.evaluate((framework) => globalThis.takeOver(framework), name)
        await titled(page, 'Not connected')
        expect(await page.evaluate(() => Reflect.get(globalThis, 'served') === document.querySelector('main'))).toBe(
          true,
        )
        expect(await page.getByRole('main').count()).toBe(1)
        expect(complaints).toEqual([])
      })
    })
  })
}

/** Runs in a page before its scripts, and keeps the element that came with the document. */
function keepServed(): void {
  new MutationObserver((_, observer) => {
    const main = document.querySelector('main')
    if (main) observer.disconnect()
    if (main) Object.assign(globalThis, { served: main })
  }).observe(document, { childList: true, subtree: true })
}
