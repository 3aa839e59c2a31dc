import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** Says what to do where no browser is found. */
export const NEEDS_CHROMIUM = 'needs Chromium: apt-get install chromium, or set CHROMIUM'

/** A host that leads to this machine, but that a browser does not trust: pages of it are no secure context. */
export const INSECURE_HOST = 'insecure.test'

/** The path of a Chromium: what the variable CHROMIUM names, else one that is installed. */
export function findChromium(): string | undefined {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  const installed = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return process.env.CHROMIUM ? process.env.CHROMIUM : installed.find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts a browser whose tabs share one storage, kept in the folder `profile`. */
export function launchBrowser(executablePath: string, profile: string): Promise<BrowserContext> {
  const args = ['--no-sandbox', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]
  return chromium.launchPersistentContext(profile, { executablePath, args })
}

/** Ends a browser as a crash would: nothing is tidied up. */
export async function killBrowser(context: BrowserContext): Promise<void> {
  const gone = new Promise<void>((resolve) => context.once('close', () => resolve()))
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const main = processInfo.find(({ type }) => type === 'browser')
  if (!main) throw new Error('The browser does not tell the id of its process.')
  process.kill(main.id, 'SIGKILL')
  await gone
}
