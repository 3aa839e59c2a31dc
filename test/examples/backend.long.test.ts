import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { createServer, type Plugin } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { appInVite } from '../../examples/backend/in-vite.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { resolve } from '../../vitest.config.ts'
import { findChromium, NEEDS_CHROMIUM } from '../support/browser/chromium.ts'
import { titled } from './screen.ts'

const executablePath = findChromium()
const title = executablePath === undefined ? `the backend example (${NEEDS_CHROMIUM})` : 'the backend example'

describe.skipIf(executablePath === undefined)(title, { timeout: 120_000 }, () => {
  let browser: Browser
  const endings: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] })
  }, 60_000)
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end()
  }, 30_000)
  afterAll(() => browser?.close(), 30_000)

  /** Somebody has logged in to the app for a store, and wants to connect it. */
  async function atTheApp() {
    const emulator = createEmulator()
    endings.push(() => emulator.close())
    await emulator.listen()
    const received: string[] = []
    const server = await createServer({
      configFile: fileURLToPath(new URL('../../examples/vite.config.ts', import.meta.url)),
      plugins: [copying(received), appInVite(emulator)],
      logLevel: 'error',
      resolve,
      server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
    })
    endings.push(() => server.close())
    await server.listen()
    const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin
    const context = await browser.newContext()
    endings.push(() => context.close())
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    await page.goto(`${origin}/backend/`)
    await page.getByLabel('Store').fill('store-17')
    await page.getByRole('button', { name: 'Log in' }).click()
    await titled(page, 'Not connected')
    expect(await page.locator('.which').innerText()).toBe('store-17 to SumUp POS Pro')
    return { emulator, origin, page, complaints, received }
  }

  async function answer(page: Page, button: 'Allow' | 'Refuse'): Promise<void> {
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('link', { name: 'Open the login page' }).click()
    await page.getByRole('button', { name: button }).click()
  }

  const exchanges = (emulator: ReturnType<typeof createEmulator>) =>
    emulator.journal.filter(({ form }) => form.get('grant_type') === 'authorization_code')

  it('connects a store, with nothing on the page that is worth stealing, and disconnects it', async () => {
    const { emulator, origin, page, complaints, received } = await atTheApp()
    await answer(page, 'Allow')
    await titled(page, 'Connected')
    expect(page.url()).toBe(`${origin}/backend/`)
    const [exchange] = exchanges(emulator)
    const told = received.join('\n')
    expect(told).toContain('"authorized"')
    for (const secret of ['client_secret', 'code_verifier']) {
      expect(exchange?.form.get(secret)).toMatch(/\w{8}/)
      expect(told).not.toContain(exchange?.form.get(secret))
    }
    expect(told).not.toMatch(/emulated-(access|refresh)/)

    page.on('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Disconnect' }).click()
    await titled(page, 'Disconnected')
    expect(complaints).toEqual([])
  })

  it('says that access was refused, and asks for no token', async () => {
    const { emulator, page, complaints } = await atTheApp()
    await answer(page, 'Refuse')
    await page.getByText('Access was refused.').waitFor()
    expect(exchanges(emulator)).toEqual([])
    expect(complaints).toEqual([])
  })

  it('belongs to whoever is logged in to the app', async () => {
    const { page } = await atTheApp()
    await answer(page, 'Allow')
    await titled(page, 'Connected')
    await page.context().clearCookies()
    await page.reload()
    await page.getByRole('heading', { name: 'Which store is yours?' }).waitFor()
    await page.getByLabel('Store').fill('store-18')
    await page.getByRole('button', { name: 'Log in' }).click()
    await titled(page, 'Not connected')
  })
})

/** Copies what the app answers, byte for byte: a browser forgets the bodies of a page that it has left. */
function copying(answers: string[]): Plugin {
  return {
    name: 'a copy of the answers of the app',
    configureServer({ middlewares }) {
      middlewares.use('/oauth/', (_request, response, next) => {
        const chunks: Buffer[] = []
        const { write, end } = response
        const keep = (chunk: unknown) => {
          if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
        }
        response.write = (...given: unknown[]) => {
          keep(given[0])
          return Reflect.apply(write, response, given)
        }
        response.end = (...given: unknown[]) => {
          keep(given[0])
          answers.push(`${JSON.stringify(response.getHeaders())} ${Buffer.concat(chunks)}`)
          return Reflect.apply(end, response, given)
        }
        next()
      })
    },
  }
}
