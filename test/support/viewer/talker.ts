import { once } from 'node:events'
import { WebSocket } from 'ws'
import { PROTOCOL } from '../../../src/inspect/messages.ts'

/** What was heard: any message's members, so that a test may look at all of them. */
export type Heard = Readonly<Record<string, unknown>>

/** A socket that says what a test wants, and keeps what it hears. */
export interface Talker {
  readonly socket: WebSocket
  readonly heard: readonly Heard[]
  /** Sends text as it is, and anything else as JSON. */
  say(message: unknown): void
  /** The next message from here on that satisfies a condition; fails after some seconds. */
  until(condition: (message: Heard) => boolean): Promise<Heard>
  /** Code and reason of the end; fails after some seconds. */
  readonly ended: () => Promise<{ code: number; reason: string }>
  close(): Promise<void>
}

const PATIENCE = 20_000

/** Where sockets go. */
export const socketAt = (link: string) => `ws://${new URL(link).host}/`
export const originOf = (link: string) => new URL(link).origin
export const secretOf = (link: string) => new URL(link).hash.slice(1)

/** Opens a socket with these headers, for instance `origin`. Rejects with `refused: 403` and the like. */
export async function dial(link: string, headers: Record<string, string> = {}): Promise<Talker> {
  const socket = new WebSocket(socketAt(link), { headers })
  const heard: Heard[] = []
  const listeners = new Set<() => void>()
  const end = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  )
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    for (const listener of listeners) listener()
  })
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('unexpected-response', (_, { statusCode }) => reject(new Error(`refused: ${statusCode}`)))
    socket.on('error', reject)
  })

  let from = 0
  async function until(condition: (message: Heard) => boolean): Promise<Heard> {
    const found = () => {
      while (from < heard.length) {
        const message = heard[from++]
        if (message && condition(message)) return message
      }
      return undefined
    }
    return patiently(`heard: ${JSON.stringify(heard.slice(-5))}`, (resolve) => {
      const look = () => {
        const message = found()
        if (message === undefined) return
        listeners.delete(look)
        resolve(message)
      }
      listeners.add(look)
      look()
    })
  }

  return {
    socket,
    heard,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until,
    ended: () => patiently('the socket is still open', (resolve) => void end.then(resolve)),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** Rejects with what is known by then where it takes too long. */
function patiently<T>(known: string, begin: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing came in time; ${known}`)), PATIENCE)
    begin((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}

export const hello = { type: 'hello', version: PROTOCOL }

/** A host that has been welcomed. */
export async function dialAsHost(hostLink: string, name = 'shop', deeds: readonly unknown[] = []): Promise<Talker> {
  const talker = await dial(hostLink)
  talker.say({ ...hello, as: 'host', key: secretOf(hostLink), name, deeds, now: Date.now() })
  await talker.until(({ type }) => type === 'welcome')
  return talker
}

/** A page that has been welcomed, by a link for persons. */
export async function dialAsPage(link: string): Promise<Talker> {
  const talker = await dial(link, { origin: originOf(link) })
  talker.say({ ...hello, as: 'page', token: secretOf(link) })
  await talker.until(({ type }) => type === 'welcome')
  return talker
}
