import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { preview } from 'vite'
import { proxyTo } from '../../examples/proxy.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'

/** A place where the built pages are shown, with an emulator behind it. */
export interface Stage {
  readonly emulator: Emulator
  readonly origin: string
}

/** A page in a browser of its own, which has stored nothing before. */
export interface Shown extends Stage {
  readonly page: Page
  /** What the page has complained of so far. */
  readonly complaints: readonly string[]
  /** All else that it has written to the console. */
  readonly told: readonly string[]
  /** What has come to it on WebSockets. */
  readonly frames: readonly string[]
}

/** One browser and any number of stages over one folder of built pages; they all end together. */
export class Theatre implements AsyncDisposable {
  readonly folder: string
  readonly #browser: Browser
  readonly #endings: AsyncDisposableStack

  private constructor(folder: string, browser: Browser, endings: AsyncDisposableStack) {
    this.folder = folder
    this.#browser = browser
    this.#endings = endings
  }

  static async open(executablePath: string): Promise<Theatre> {
    await using opened = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'oauth-machines-examples-'))
    opened.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    opened.defer(() => browser.close())
    return new Theatre(folder, browser, opened.move())
  }

  /** @param codeLifetime of a user code, in seconds */
  async stage({ codeLifetime = 900 } = {}): Promise<Stage> {
    const emulator = createEmulator({ tyro: { interval: 1, codeLifetime } })
    this.#endings.use(emulator)
    const proxy = proxyTo(await emulator.listen())
    const server = await preview({
      configFile: false,
      appType: 'mpa',
      logLevel: 'error',
      root: this.folder,
      build: { outDir: join(this.folder, 'pages') },
      preview: { host: '127.0.0.1', port: 0, proxy },
    })
    this.#endings.defer(() => server.close())
    const address = server.httpServer.address()
    if (typeof address !== 'object' || address === null) throw new Error('The preview has no port.')
    return { emulator, origin: `http://127.0.0.1:${address.port}` }
  }

  /** @param script runs in the page before all else */
  async show(path: string, stage: Stage, { script }: { script?: string | (() => void) } = {}): Promise<Shown> {
    const context = await this.#browser.newContext()
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const complaints: string[] = []
    const told: string[] = []
    const frames: string[] = []
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
    if (script) await page.addInitScript(script)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // The provider's refusals, such as that nobody has approved yet.
      const isAnswer = message.text().startsWith('Failed to load resource')
      const isComplaint = ['error', 'warning'].includes(message.type()) && !isAnswer
      ;(isComplaint ? complaints : told).push(message.text())
    })
    await page.goto(stage.origin + path)
    return { ...stage, page, complaints, told, frames }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#endings.disposeAsync()
  }
}
