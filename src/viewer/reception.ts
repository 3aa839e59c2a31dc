import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { LARGEST_MESSAGE } from '../inspect/limits.ts'
import { closing, PROTOCOL, type ToHost, type ToPage } from '../inspect/messages.ts'
import {
  type Greeting,
  type HostMessage,
  type PageMessage,
  parseFromHost,
  parseFromPage,
  parseGreeting,
  parseVersion,
} from '../inspect/parse-message.ts'
import type { Door } from './door.ts'
import { createOutbox } from './outbox.ts'
import type { Room, Seat } from './room.ts'
import type { Secrets } from './secrets.ts'

export interface Reception {
  readonly door: Door
  readonly room: Room
  /** Of hosts. */
  readonly keys: Secrets
  /** In links for persons; each opens one page. */
  readonly tokens: Secrets
  /** What tokens are exchanged for. */
  readonly sessions: Secrets
  /** How long a socket may take to greet, in milliseconds. */
  readonly patience: number
}

/** How many sockets there may be at a time. */
const SOCKETS = 64
/** How long a farewell may take, in milliseconds. */
const FAREWELL = 1_000
const GOING_AWAY = 1001

/** A reason to close, as code and words. */
type Refusal = readonly [code: number, reason: string]

/** Takes what a socket says. */
type Listener = (text: string) => Refusal | undefined

/** Receives the sockets of hosts and pages: who may come in, who they are, and where they sit. Returns what ends them all. */
export function receive(server: Server, reception: Reception): () => void {
  // By itself, since the types do not know `closeTimeout` yet.
  const settings = { noServer: true, maxPayload: LARGEST_MESSAGE, closeTimeout: FAREWELL }
  const sockets = new WebSocketServer(settings)
  server.on('upgrade', (request, stream, head) => {
    // Whoever breaks off while asking is gone; there is nobody to tell.
    stream.on('error', () => {})
    const status = refusalOf(request, sockets.clients.size, reception)
    if (status !== undefined) refuse(stream, status)
    else sockets.handleUpgrade(request, stream, head, (socket) => attend(socket, request, reception))
  })
  return () => {
    for (const socket of sockets.clients) socket.close(GOING_AWAY, 'The viewer has ended.')
  }
}

function refusalOf(request: IncomingMessage, present: number, { door }: Reception): string | undefined {
  if (!door.isClear(request)) return '400 Bad Request'
  if (!door.isMeant(request)) return '421 Misdirected Request'
  if (!door.mayTalk(request)) return '403 Forbidden'
  return present < SOCKETS ? undefined : '503 Service Unavailable'
}

function refuse(stream: Duplex, status: string): void {
  stream.once('finish', () => stream.destroy())
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Listens to a socket: first to its greeting, then to what its seat understands. */
function attend(socket: WebSocket, request: IncomingMessage, reception: Reception): void {
  let seat: { leave(): void } | undefined
  let listen: Listener = (text) => {
    clearTimeout(timer)
    const admitted = admit(text, socket, request, reception)
    if (!('listen' in admitted)) return admitted
    seat = admitted.seat
    listen = admitted.listen
    return undefined
  }
  const timer = setTimeout(() => socket.close(closing.late, 'There was no greeting.'), reception.patience)

  socket.on('message', (data, isBinary) => {
    // After a farewell, nothing counts any more.
    if (socket.readyState !== socket.OPEN) return
    const refusal = isBinary ? notUnderstood : listen(String(data))
    if (refusal) socket.close(...refusal)
  })
  // What was wrong with it is told to the other side; 'close' follows.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    seat?.leave()
  })
}

const notUnderstood: Refusal = [closing.misunderstood, 'This is no message of this version.']
const otherVersion: Refusal = [closing.misunderstood, `The viewer speaks version ${PROTOCOL}.`]
const wrongKey: Refusal = [closing.unknown, 'This is not the key.']
const wrongToken: Refusal = [closing.unknown, 'This link is unknown, or was used before.']
const wrongSession: Refusal = [closing.unknown, 'This session is unknown.']
const wrongPlace: Refusal = [closing.unknown, 'Pages are only taken from the viewer itself.']

type Admitted = { readonly seat: { leave(): void }; readonly listen: Listener }

function admit(text: string, socket: WebSocket, request: IncomingMessage, reception: Reception): Admitted | Refusal {
  const version = parseVersion(text)
  if (version !== undefined && version !== PROTOCOL) return otherVersion
  const greeting = parseGreeting(text)
  if (!greeting) return notUnderstood
  if (greeting.as === 'host') return admitHost(greeting, socket, reception)
  return reception.door.isOwn(request) ? admitPage(greeting, socket, reception) : wrongPlace
}

function admitHost(
  { key, ...greeting }: Extract<Greeting, { as: 'host' }>,
  socket: WebSocket,
  { keys, room }: Reception,
): Admitted | Refusal {
  if (!keys.has(key)) return wrongKey
  return seated(room.enterHost(greeting, createOutbox<ToHost>(socket)), parseFromHost)
}

function admitPage(
  greeting: Extract<Greeting, { as: 'page' }>,
  socket: WebSocket,
  { tokens, sessions, room }: Reception,
): Admitted | Refusal {
  if ('session' in greeting && !sessions.has(greeting.session)) return wrongSession
  if ('token' in greeting && !tokens.take(greeting.token)) return wrongToken
  const session = 'session' in greeting ? greeting.session : sessions.add()
  const open = (known: readonly ToPage[]) => createOutbox<ToPage>(socket, [{ type: 'welcome', session }, ...known])
  return seated(room.enterPage(open), parseFromPage)
}

function seated<Message extends HostMessage | PageMessage>(
  seat: Seat<Message>,
  parse: (text: string) => Message | undefined,
): Admitted {
  return {
    seat,
    listen(text) {
      const message = parse(text)
      if (!message) return notUnderstood
      seat.hear(message)
      return undefined
    },
  }
}
