import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** All that came, as it came. */
  readonly text: string
}

export interface RawRequest {
  readonly method?: string
  readonly target?: string
  /** `Host` lines; default: the one that a browser sends. */
  readonly hosts?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly version?: string
  readonly body?: string
}

/** A connection to where a URI leads; `localhost` leads to `address`. Destroyed after ten seconds at the latest. */
export async function dial(uri: string, address = '127.0.0.1'): Promise<Socket> {
  const { hostname, port } = new URL(uri)
  const host = hostname === 'localhost' ? address : hostname.replace(/[[\]]/g, '')
  const socket = connect({ host, port: Number(port) })
  const timer = setTimeout(() => socket.destroy(), 10_000)
  socket.once('close', () => clearTimeout(timer))
  await once(socket, 'connect')
  return socket
}

/** Asks what stands in a request, character by character. Rejects where nobody listens. */
export async function ask(uri: string, request: RawRequest = {}, address?: string): Promise<RawAnswer> {
  const socket = await dial(uri, address)
  socket.write(written(uri, request))
  return readAnswer(socket)
}

/** A request as it goes over the wire. */
export function written(uri: string, request: RawRequest): string {
  const { host, pathname } = new URL(uri)
  const { method = 'GET', target = pathname, hosts = [host], headers = {}, version = '1.1', body = '' } = request
  const lines = [...hosts.map((name) => `Host: ${name}`), ...Object.entries(headers).map(([n, v]) => `${n}: ${v}`)]
  return [`${method} ${target} HTTP/${version}`, ...lines, '', body].join('\r\n')
}

/** What comes until the other side closes. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  // A reset after an answer is an answer all the same.
  socket.on('error', () => {})
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  const [head = '', ...body] = text.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const pairs = fields.map((field): [string, string] => [
    field.slice(0, field.indexOf(':')),
    field.slice(field.indexOf(':') + 1).trim(),
  ])
  return { status: Number(line.split(' ')[1]), headers: new Headers(pairs), body: body.join('\r\n\r\n'), text }
}

/** Does as a browser does: asks, and follows where it is led. Resolves with both answers. */
export async function browse(uri: string, query: string, address?: string): Promise<[RawAnswer, RawAnswer]> {
  const { pathname } = new URL(uri)
  const led = await ask(uri, { target: `${pathname}?${query}` }, address)
  return [led, await ask(uri, { target: led.headers.get('location') ?? '/nowhere' }, address)]
}

/** Whether anybody listens where a URI leads. */
export async function isOpen(uri: string, address?: string): Promise<boolean> {
  try {
    const socket = await dial(uri, address)
    socket.destroy()
    return true
  } catch {
    return false
  }
}
