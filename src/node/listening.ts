import { createServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { fail, OAuthError } from '../failure.ts'

export interface Listening {
  readonly port: number
  /** Ends open connections too. Resolves once the port is free. */
  close(): Promise<void>
}

/** How many ports are tried until one is free on all addresses. */
const ATTEMPTS = 20
/** How many connections are kept open. */
const CROWD = 32

/**
 * Opens one port on all of some loopback addresses that the machine has; port 0 is any that is free on them.
 * Rejects with {@link OAuthError} `invalid_configuration` that names the port.
 *
 * @param handlerAt makes what answers, once the port is known
 */
export async function listenOnLoopback(
  addresses: readonly string[],
  port: number,
  handlerAt: (port: number) => RequestListener,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = []
    const close = () => Promise.all(servers.map(closed)).then(() => {})
    try {
      return { port: await openAll(addresses, port, handlerAt, servers), close }
    } catch (error) {
      await close()
      const isAgain = port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < ATTEMPTS
      if (!isAgain) throw refusalOf(error, port)
    }
  }
}

async function openAll(
  addresses: readonly string[],
  port: number,
  handlerAt: (port: number) => RequestListener,
  servers: Server[],
): Promise<number> {
  const sockets = new Set<Socket>()
  let found = port
  let missing: unknown
  for (const address of addresses) {
    const server = boundedServer(sockets)
    try {
      found = await open(server, address, found)
      server.on('request', handlerAt(found))
      servers.push(server)
    } catch (error) {
      if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) throw error
      missing = error
    }
  }
  if (servers.length === 0) throw missing
  return found
}

/** A server that nobody can hold up by sending slowly, much or nothing. */
function boundedServer(sockets: Set<Socket>): Server {
  const times = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 }
  // A browser sends along what other programs at this host have set as cookies.
  const server = createServer({ ...times, maxHeaderSize: 32_768 })
  server.maxRequestsPerSocket = 1
  return server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const [oldest] = sockets
    if (sockets.size <= CROWD || !oldest) return
    // Not the newest: connections that only wait cannot keep the browser out.
    sockets.delete(oldest)
    oldest.destroy()
  })
}

function open(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      // One connection that could not be taken, as when files run out, is the loss of who made it.
      server.on('error', () => {})
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const reasons: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  EADDRINUSE: ['taken', 'Another login may be waiting there, or another program is using it: end that.'],
  EACCES: ['not allowed here', 'Register another port, above 1023.'],
  EADDRNOTAVAIL: ['no such address here', 'Register another loopback address.'],
}

function refusalOf(error: unknown, port: number): OAuthError {
  const code = codeOf(error)
  const [reason, remedy] = reasons[code] ?? [`could not be opened, ${code}`, 'Register another port.']
  const about = `Loopback redirect, ${port === 0 ? 'a free port' : `port ${port}`} (${reason})`
  return new OAuthError(fail('invalid_configuration', { about, remedy }))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
