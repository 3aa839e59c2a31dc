import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type App, bundlePreload, launch } from './electron/app.ts'
import { answers, code, press, requests, titled } from './screen.ts'
import type { Shown, Stage, Theatre } from './stage.ts'

/** The example's own main, preload and page, in two processes. What is between them is Electron's interface, and not Electron. */
export function electronStories(theatre: () => Theatre): void {
  describe.concurrent('with electron', () => {
    let preload: string
    beforeAll(async () => {
      preload = await bundlePreload()
    }, 30_000)

    const start = (stage: Stage, name: string) =>
      launch({
        USER_DATA: join(theatre().folder, name),
        EMULATOR: stage.origin,
        // As electron-vite tells it: without a slash at the end.
        ELECTRON_RENDERER_URL: stage.origin,
      })
    const show = ({ port }: App, stage: Stage, path = '/'): Promise<Shown> =>
      theatre().show(path, stage, { script: `globalThis.standInPort = ${port};\n${preload}` })

    it('leads through a login, a new start, a disconnect and a refusal', async () => {
      const stage = await theatre().stage()
      const { emulator } = stage
      await using app = await start(stage, 'till')
      const { page, complaints, frames } = await show(app, stage)
      await titled(page, 'Not connected')
      expect(await page.locator('.which').innerText()).toBe('store-17/till-3 to Tyro Connect')
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await titled(page, 'Approve the connection')
      const link = (await page.getByRole('link').getAttribute('href')) ?? ''
      expect(await app.windowOpen('https://elsewhere.example/')).toMatchObject({ action: 'deny', external: [] })
      expect(await app.windowOpen(link)).toMatchObject({ action: 'deny', external: [link] })
      emulator.approve(await code(page))
      await titled(page, 'Connected')
      await page.close()
      expect(await app.startAgain()).toMatchObject({ isMinimized: false })
      // On a till that is the end of the app. What it knows is in the vault.
      expect(await app.quit('window.close')).toBe(0)

      await using again = await start(stage, 'till')
      const second = await show(again, stage)
      await titled(second.page, 'Connected')
      await press(second.page, 'Disconnect', 'accept')
      await titled(second.page, 'Disconnected')
      expect(answers(emulator, 'revocation')).toEqual([200])
      await second.page.getByRole('button', { name: 'Connect again' }).click()
      await titled(second.page, 'Approve the connection')
      emulator.deny(await code(second.page))
      await titled(second.page, 'That did not work')

      // The page was told all that it shows, and no token.
      const issued = requests(emulator, 'token').flatMap(
        ({ body = '' }) => body.match(/"(?:access|refresh)_token":"[^"]+/g) ?? [],
      )
      expect(issued).toHaveLength(2)
      const told = [...frames, ...second.frames].join()
      expect(told).toContain('Approve the connection')
      for (const token of issued) expect(told).not.toContain(token.split(':"')[1])
      const key = await readFile(join(theatre().folder, 'till', 'vault-key'), 'utf8')
      expect(key).not.toMatch(/^[0-9a-f]{64}$/)
      expect(await readdir(join(theatre().folder, 'till'))).toEqual(['connections', 'vault-key'])
      expect([...complaints, ...second.complaints]).toEqual([])
    })

    it('says when time is up', async () => {
      const stage = await theatre().stage({ codeLifetime: 5 })
      await using app = await start(stage, 'impatient')
      const { page } = await show(app, stage)
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await titled(page, 'Time is up')
      await page.getByRole('button', { name: 'Get a new code' }).waitFor()
    })

    it.each(['', 'half of it'])(
      'says that the vault has no key where its file holds "%s", and leaves it',
      async (left) => {
        const stage = await theatre().stage()
        const name = `broken by ${left.length}`
        const file = join(theatre().folder, name, 'vault-key')
        await mkdir(join(theatre().folder, name))
        await writeFile(file, left)
        await using app = await start(stage, name)
        const { page } = await show(app, stage)
        await page.getByRole('button', { name: 'Connect', exact: true }).click()
        await page.getByText('The storage of this device is in trouble.').first().waitFor()
        await page.getByText('For support').click()
        await page.locator('.support p', { hasText: /its key cannot be had \(.*vault-key\)/ }).waitFor()
        expect(await readFile(file, 'utf8')).toBe(left)
      },
    )

    it('misses nothing that comes while the page asks how things stand', async () => {
      const { page } = await theatre().show('/', await theatre().stage(), { script: hasty })
      await titled(page, 'Sooner')
    })

    it('runs no script in its page but its own', async () => {
      const { page, told, complaints } = await theatre().show('/', await theatre().stage(), { script: hasty })
      await titled(page, 'Sooner')
      await page.evaluate(() => {
        document.body.append(Object.assign(document.createElement('script'), { textContent: 'injected = true' }))
      })
      expect(await page.evaluate(() => 'injected' in globalThis)).toBe(false)
      expect([...told, ...complaints].join()).toContain('Content Security Policy')
    })

    it('does for a page only what a button offers, and nothing for another page', async () => {
      const stage = await theatre().stage()
      await using app = await start(stage, 'asked')
      const { page, frames } = await show(app, stage)
      await titled(page, 'Not connected')
      const views = () => frames.filter((frame) => frame.includes('"kind":"event"')).length
      const before = views()
      const ask = (asking: Shown['page'], event: unknown) =>
        asking.evaluate((wish) => Reflect.get(globalThis, 'terminal').press(wish), event)
      // The machine would take them.
      for (const event of ['token.forget', 'record.changed']) await ask(page, event)
      await ask(page, { type: 'authorization.start' })
      const stranger = await show(app, stage, '/plain/')
      expect(await stranger.page.evaluate(() => window.terminal.open())).toBeUndefined()
      await ask(stranger.page, 'authorization.start')
      // All that happens in the machine is shown, and nothing was.
      expect(views()).toBe(before)
      expect(requests(stage.emulator, 'deviceAuthorization')).toHaveLength(0)
      await ask(page, 'authorization.start')
      await titled(page, 'Approve the connection')
      expect(await app.quit()).toBe(0)
    })
  })
}

/** Stands in a page for the preload script: a view comes before the answer, which was on its way already. */
function hasty(): void {
  const titled = (title: string) => ({ title, tone: 'neutral', buttons: [] })
  let show = (_view: unknown) => {}
  const terminal = {
    onView: (listener: typeof show) => {
      show = listener
    },
    open: async () => {
      show(titled('Sooner'))
      return { name: 'till', provider: 'provider', view: titled('Later') }
    },
  }
  Object.assign(globalThis, { terminal })
}
