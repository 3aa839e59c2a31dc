import { plain } from '../../plain-text.ts'
import { openUrl } from '../browser.ts'
import type { Prepared } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import type { Asking } from './logins.ts'

/** Asks a person on standard error, or a program by JSON: standard output is for the report. */
export function askingOn(prepared: Prepared, { open = false }: { open?: boolean }, terminal: Terminal): Asking {
  const whose = { provider: prepared.provider.id, connection: prepared.name }
  const show = (text: string, link: string) => {
    if (!terminal.isJson) terminal.note(`\nThe probe needs a session of its own.\n${text}\nLink: ${link}\n`)
    if (open) openUrl(link, terminal)
  }
  return {
    signal: terminal.signal,
    lines: terminal,
    device({ userCode, verificationUri, verificationUriComplete: complete, expiresAt }) {
      const links = { verificationUri, ...(complete !== undefined && { verificationUriComplete: complete }) }
      terminal.tell({ type: 'prompt', ...whose, kind: 'device', userCode, ...links, expiresAt })
      show(
        `Open the link, type this code, and allow access.\nCode: ${plain(userCode)}`,
        new URL(complete ?? verificationUri).href,
      )
    },
    redirect(url, redirectUri, expiresAt, paste) {
      terminal.tell({ type: 'prompt', ...whose, kind: 'redirect', url, redirectUri, paste, expiresAt })
      const then = paste ? ' Then give the whole URL that the browser came to, in one line.' : ''
      show(`Open the link, log in, and allow access.${then}`, url)
    },
  }
}
