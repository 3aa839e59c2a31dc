import type { FlowSnapshot } from '../flow-actor.ts'
import { viewOf } from '../view/view-of.ts'
import type { Terminal } from './terminal.ts'

/** Opens the link of a prompt in the browser of this machine. */
export async function openLink(snapshot: FlowSnapshot, terminal: Terminal): Promise<void> {
  const { link } = viewOf(snapshot, Date.now())
  if (link) await openUrl(link.url, terminal)
}

/** Opens an http(s) URL in the browser of this machine; where there is none, says so. */
export async function openUrl(url: string, { note }: Terminal): Promise<void> {
  const hint = () => note('No browser could be opened: open the link yourself.')
  try {
    const { default: open } = await import('open')
    const browser = await open(url)
    browser.once('error', hint)
    browser.once('exit', (code) => (code ? hint() : undefined))
  } catch {
    // How it failed depends on the system, and the link is shown all the same.
    hint()
  }
}
