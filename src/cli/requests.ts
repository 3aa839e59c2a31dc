import type { Connection } from '../connection.ts'
import type { Terminal } from './terminal.ts'

/** How long what may be lost is waited for, in milliseconds: mostly an answer is on its way. */
const GRACE = 1_000
/** By then all that may be lost is gone, and its loss stored. */
const WORD = GRACE + 250

/** How a connection asks, and how that ends when the command does. */
export function createRequests() {
  const leaving = new AbortController()
  const givingUp = new AbortController()

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    const end = (await mayBeLost(request)) ? leaving : givingUp
    return await globalThis.fetch(request, { signal: AbortSignal.any([request.signal, end.signal]) })
  }

  /** Stops a connection, and says so where that takes long. */
  async function stop(connection: Connection, { signal, note }: Terminal): Promise<void> {
    const again = signal.aborted ? 'Ctrl-C again' : 'Ctrl-C'
    const giveUp = () => givingUp.abort()
    // What aborted the signal before has ended the command; the next one ends the process.
    signal.addEventListener('abort', giveUp, { once: true })
    const timers = [
      setTimeout(() => leaving.abort(), GRACE),
      setTimeout(() => note(`Waiting for an answer that must not be lost; ${again} ends it.`), WORD),
    ]
    try {
      await connection.stop()
    } finally {
      timers.forEach(clearTimeout)
      signal.removeEventListener('abort', giveUp)
    }
  }

  return { fetch, stop }
}

/** A code that nobody has seen, a poll, and a token that is asked for again are; a session and its end are not. */
async function mayBeLost(request: Request): Promise<boolean> {
  const form = new URLSearchParams(await request.clone().text())
  const { searchParams: query } = new URL(request.url)
  const grant = form.get('grant_type') ?? query.get('grant_type')
  if (grant === null) return !form.has('token') && !query.has('token')
  return grant === 'client_credentials' || grant === 'urn:ietf:params:oauth:grant-type:device_code'
}
