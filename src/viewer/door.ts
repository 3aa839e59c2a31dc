import type { IncomingMessage } from 'node:http'

/**
 * Who may come in, by the headers `host` and `origin`. What is no browser names no origin; what runs in one cannot hide it
 * from a socket, nor from a server whose answer it wants to read.
 */
export interface Door {
  /** Whether it says once for whom it is: of two names, each reader takes another. */
  isClear(request: IncomingMessage): boolean
  /** Whether a request was meant for this server. One by another name that leads here was not: DNS rebinding. */
  isMeant(request: IncomingMessage): boolean
  /** Whether it comes from a page of this server. */
  isOwn(request: IncomingMessage): boolean
  /** Whether it may have the page's files: whoever names no other origin. */
  mayRead(request: IncomingMessage): boolean
  /** Whether it may open a socket, and try to greet. */
  mayTalk(request: IncomingMessage): boolean
}

/**
 * @param port what the server listens on
 * @param origins the origins of pages that may be hosts
 */
export function createDoor(port: () => number, origins: readonly string[]): Door {
  // Through URL, since a browser does not name http's own port.
  const hosts = () => ['127.0.0.1', 'localhost'].map((name) => new URL(`http://${name}:${port()}`).host)

  const isClear = ({ rawHeaders }: IncomingMessage) => {
    const names = rawHeaders.filter((_, index) => index % 2 === 0)
    return names.filter((name) => name.toLowerCase() === 'host').length === 1
  }
  const isMeant = ({ headers: { host } }: IncomingMessage) => host !== undefined && hosts().includes(host)
  const isOwn = ({ headers: { host, origin } }: IncomingMessage) => origin === `http://${host}`
  const mayRead = (request: IncomingMessage) => request.headers.origin === undefined || isOwn(request)
  const mayTalk = (request: IncomingMessage) => mayRead(request) || origins.includes(request.headers.origin ?? '')
  return { isClear, isMeant, isOwn, mayRead, mayTalk }
}
