import { spawn } from 'node:child_process'
import { env, execPath } from 'node:process'
import type { FlowSnapshot } from '../flow-actor.ts'
import { viewOf } from '../view/view-of.ts'
import type { Terminal } from './terminal.ts'

/** Opens the link of a prompt in the browser of this machine. */
export function openLink(snapshot: FlowSnapshot, terminal: Terminal): void {
  const { link } = viewOf(snapshot, Date.now())
  if (link) openUrl(link.url, terminal)
}

/** Opens an http(s) URL in the browser of this machine; where there is none, says so. */
export function openUrl(url: string, { note }: Terminal): void {
  // How it failed depends on the system, and the link is shown all the same.
  const hint = () => note('No browser could be opened: open the link yourself.')
  const words = ['--input-type=module', '--eval', OPENING, import.meta.resolve('open'), url]
  const opening = spawn(execPath, words, { env: withoutOurs(), stdio: 'ignore', windowsHide: true })
  opening.once('error', hint)
  opening.once('exit', (code) => (code ? hint() : undefined))
  opening.unref()
}

/** The package hands on all of its environment, so it gets a process of its own: until it is known whether it failed. */
const OPENING = `
const [, open, url] = process.argv
const browser = await (await import(open)).default(url)
browser.once('exit', (code) => process.exit(code))
setTimeout(() => process.exit(0), 10_000)
`

/** What is ours may be a secret, and a browser hands its environment on to whatever it starts. */
function withoutOurs(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^oauth_machines_/i.test(name)))
}
