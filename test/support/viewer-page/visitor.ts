import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { build } from 'rolldown'
import config from '../../../rolldown.config.ts'
import type { ViewerOptions } from '../../../src/viewer/index.ts'
import { openViewer, type Viewer } from '../../../src/viewer/viewer.ts'

/** Opens viewers, and pages of them in a browser. Disposing of it ends all. */
export interface Visitor extends AsyncDisposable {
  /** A viewer with the page as it is in the sources. */
  open(options?: ViewerOptions): Promise<Viewer>
  /** Opens a link in a browser session of its own, and listens to what the page does. */
  visit(link: string, options?: BrowserContextOptions): Promise<Page>
  /** Ends all pages and viewers. Resolves with what was wrong with the pages. */
  tidy(): Promise<readonly string[]>
}

export async function createVisitor(executablePath: string): Promise<Visitor> {
  await using opened = new AsyncDisposableStack()
  const page = await builtPage(opened)
  const args = ['--no-sandbox']
  const browser = opened.adopt(await chromium.launch({ executablePath, args }), (running) => running.close())
  const viewers: Viewer[] = []
  const complaints: string[] = []
  const closing = opened.move()

  async function tidy(): Promise<readonly string[]> {
    // A page that is open when its viewer ends would complain.
    await Promise.all(browser.contexts().map((context) => context.close()))
    await Promise.all(viewers.splice(0).map((viewer) => viewer.close()))
    return complaints.splice(0)
  }

  return {
    async open(options = {}) {
      const viewer = await openViewer(options, { page })
      viewers.push(viewer)
      return viewer
    },
    async visit(link, options) {
      const page = await newPage(browser, options)
      listen(page, new URL(link), complaints)
      await page.goto(link)
      return page
    },
    tidy,
    async [Symbol.asyncDispose]() {
      await tidy()
      await closing.disposeAsync()
    },
  }
}

async function builtPage(opened: AsyncDisposableStack): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'oauth-machines-page-'))
  opened.defer(() => rm(dir, { recursive: true, force: true }))
  await build({ ...config, logLevel: 'silent', output: { ...config.output, dir } })
  return dir
}

async function newPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  context.setDefaultTimeout(10_000)
  return context.newPage()
}

/** What the console says, the policy of the page's violations among it; what is not caught; what goes elsewhere. */
function listen(page: Page, { origin, host }: URL, complaints: string[]): void {
  const own = [`${origin}/`, `ws://${host}/`, `blob:${origin}/`]
  const ask = (url: string) => own.some((start) => url.startsWith(start)) || complaints.push(`asked for ${url}`)
  page.on('console', (told) => ['error', 'warning'].includes(told.type()) && complaints.push(told.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => ask(request.url()))
  page.on('websocket', (socket) => ask(socket.url()))
}
