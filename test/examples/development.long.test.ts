import { execFile } from 'node:child_process'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createServer } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proxyTo } from '../../examples/proxy.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { resolve } from '../../vitest.config.ts'
import { findChromium, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { frameworks, screens } from './build.ts'
import { code, requests, titled } from './screen.ts'
import { Theatre } from './stage.ts'

const executable = findChromium()
const title = executable === undefined ? `the examples (${NEEDS_CHROMIUM})` : 'the examples'
const root = fileURLToPath(new URL('../../', import.meta.url))
const program = `
import { build } from 'vite'
import { resolve } from './vitest.config.ts'
await build({ configFile: 'examples/vite.config.ts', resolve, logLevel: 'warn', build: { outDir: process.argv[1] } })`

describe.skipIf(executable === undefined)(title, { timeout: 120_000 }, () => {
  let theatre: Theatre
  beforeAll(async () => {
    theatre = await Theatre.open(executable ?? '')
  }, 60_000)
  afterAll(() => theatre?.[Symbol.asyncDispose](), 60_000)

  describe('while one develops', () => {
    let origin: string
    let emulator: ReturnType<typeof createEmulator>
    const ends = new AsyncDisposableStack()

    beforeAll(async () => {
      const copy = join(theatre.folder, 'copy')
      await cp(join(root, 'examples'), join(copy, 'examples'), { recursive: true })
      for (const name of ['node_modules', 'package.json']) await symlink(join(root, name), join(copy, name))
      emulator = ends.use(createEmulator({ tyro: { interval: 1 } }))
      const server = await createServer({
        configFile: join(copy, 'examples', 'vite.config.ts'),
        resolve,
        cacheDir: join(theatre.folder, 'cache'),
        logLevel: 'error',
        server: { host: '127.0.0.1', port: 0, proxy: proxyTo(await emulator.listen()), fs: { strict: false } },
      })
      ends.defer(() => server.close())
      await server.listen()
      origin = (server.resolvedUrls?.local[0] ?? '').replace(/\/$/, '')
    }, 60_000)
    afterAll(() => ends.disposeAsync(), 30_000)

    it.each(frameworks)('a change of the screen with %s leaves the connection alone', async (name) => {
      const before = requests(emulator, 'deviceAuthorization').length
      const { page } = await theatre.show(`/${name}/`, { emulator, origin })
      await page.getByRole('button', { name: 'Connect', exact: true }).click({ timeout: 60_000 })
      const shown = await code(page)
      await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))

      const file = join(theatre.folder, 'copy', 'examples', screens[name] ?? '')
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll('Time left', 'Time that is left'))
      await page.getByText('Time that is left').waitFor()
      // Without a framework the page loads anew, and the login goes on from what the vault holds.
      const isSamePage = await page.evaluate(() => 'isSamePage' in globalThis)
      expect(isSamePage).toBe(name !== 'plain')
      expect(await code(page)).toBe(shown)
      expect(requests(emulator, 'deviceAuthorization')).toHaveLength(before + 1)
      emulator.approve(shown)
      await titled(page, 'Connected')
    })
  })

  it('lead through a login as they are built for production', async () => {
    const pages = join(theatre.folder, 'pages')
    // A process of its own, since what this one has loaded is for development.
    const env = { ...process.env, NODE_ENV: 'production' }
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, pages], { env, cwd: root })
    const seen = frameworks.map(async (name) => {
      const { page, emulator, complaints } = await theatre.show(`/${name}/`, await theatre.stage())
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      emulator.approve(await code(page))
      await titled(page, 'Connected')
      return complaints
    })
    expect((await Promise.all(seen)).flat()).toEqual([])
  })
})
