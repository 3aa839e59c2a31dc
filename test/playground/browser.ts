import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'rolldown'
import { type Playground, startPlayground } from '../../examples/playground/playground.ts'
import { lifetimes } from '../../examples/playground/stage.ts'
import config from '../../rolldown.config.ts'
import { openViewer } from '../../src/viewer/viewer.ts'
import { INSECURE_HOST } from '../support/browser/chromium.ts'

/** The playground in a browser, with the page as it is in the sources. Disposing of it ends all. */
export interface Visit extends AsyncDisposable {
  readonly playground: Playground
  readonly origin: string
  readonly context: BrowserContext
  readonly page: Page
  /** What the pages of the viewer sent and received over their sockets. */
  readonly frames: readonly string[]
  /** The addresses that the pages of the viewer asked for. */
  readonly requests: readonly string[]
  /** What the consoles of the viewer's pages say, and what their policy forbade. */
  readonly complaints: readonly string[]
  /** The person opens the prompt's link, in a tab of its own. */
  openPrompt(): Promise<Page>
}

/** Polls come as often as they can, and on a busy machine no token is renewed before it is asked for. */
const emulator = {
  tyro: { ...lifetimes.tyro, interval: 1, accessTokenLifetime: 600 },
  sumupPosPro: { accessTokenLifetime: 600 },
  mypos: { accessTokenLifetime: 600 },
}

export async function visitPlayground(executablePath: string, deviceScaleFactor = 1): Promise<Visit> {
  await using opened = new AsyncDisposableStack()
  const viewer = opened.use(await openViewer({}, { page: await builtPage(opened) }))
  const playground = opened.use(await startPlayground({ viewer, emulator }))
  const { origin } = new URL(playground.link)
  const browser = opened.adopt(await launch(executablePath), (running) => running.close())
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, deviceScaleFactor })
  context.setDefaultTimeout(10_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  const page = await context.newPage()
  const heard = listen(page, origin)
  await page.goto(playground.link)
  const closing = opened.move()

  return {
    playground,
    origin,
    context,
    page,
    ...heard,
    async openPrompt() {
      const [tab] = await Promise.all([page.waitForEvent('popup'), page.locator('.prompt a').click()])
      await tab.waitForLoadState()
      return tab
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

async function builtPage(opened: AsyncDisposableStack): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'oauth-machines-playground-'))
  opened.defer(() => rm(dir, { recursive: true, force: true }))
  await build({ ...config, logLevel: 'silent', output: { ...config.output, dir } })
  return dir
}

function launch(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]
  return chromium.launch({ executablePath, args })
}

/** Listens to a page from its beginning. */
function listen(page: Page, origin: string): Pick<Visit, 'frames' | 'requests' | 'complaints'> {
  const frames: string[] = []
  const requests: string[] = []
  const complaints: string[] = []
  page.on('websocket', (socket) => {
    requests.push(socket.url())
    const hear = ({ payload }: { payload: string | Buffer }) => frames.push(String(payload))
    socket.on('framesent', hear).on('framereceived', hear)
  })
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('requestfailed', (request) => request.url().startsWith(origin) && complaints.push(`failed: ${request.url()}`))
  return { frames, requests, complaints }
}

/** All that a page holds: its elements, those behind shadow roots, what is stored, and where it is. */
export function everything(page: Page): Promise<string> {
  return page.evaluate(() => {
    const texts = [
      location.href,
      document.title,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
    ]
    const walk = (root: Document | ShadowRoot) => {
      texts.push(root instanceof Document ? root.documentElement.outerHTML : root.innerHTML)
      for (const element of root.querySelectorAll('*')) if (element.shadowRoot) walk(element.shadowRoot)
    }
    walk(document)
    return texts.join('\n')
  })
}
