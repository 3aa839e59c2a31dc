import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { fail, misconfigured, OAuthError } from '../failure.ts'
import type { Door } from './door.ts'
import type { PageFiles } from './page-files.ts'

/** Loads nothing from anywhere else, runs no script but its own, and stands in no frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/**
 * Serves the page. How many sockets there are at a time is bounded, and how long they may take to ask.
 *
 * @param patience for a whole request, in milliseconds; about a fifth more may pass
 */
export function createPageServer(files: PageFiles, door: Door, patience: number): Server {
  const limits = { requestTimeout: patience, headersTimeout: patience, connectionsCheckingInterval: patience / 5 }
  const server = createServer(limits, (request, response) => {
    const status = refusalOf(request, door)
    if (status === undefined) answer(request, response, files)
    else response.writeHead(status, headers).end()
  })
  server.maxConnections = 256
  return server
}

function refusalOf(request: IncomingMessage, door: Door): number | undefined {
  if (!door.isClear(request)) return 400
  if (!door.isMeant(request)) return 421
  if (!door.mayRead(request)) return 403
  return request.method === 'GET' || request.method === 'HEAD' ? undefined : 405
}

function answer({ url = '/', method }: IncomingMessage, response: ServerResponse, files: PageFiles): void {
  const file = files.get(url.replace(/\?.*$/, ''))
  if (!file) {
    response.writeHead(404, headers).end()
    return
  }
  const { type, content } = file
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': content.length })
  response.end(method === 'HEAD' ? undefined : content)
}

/**
 * Listens on this machine's own address and no other. Resolves with the port.
 * Rejects with {@link OAuthError} `invalid_configuration`, `retryable` where the port is taken.
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(troubleWith(port, error)))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function troubleWith(port: number, { code }: NodeJS.ErrnoException): OAuthError {
  if (code !== 'EADDRINUSE') return misconfigured(`startViewer, option port ${port}`, `${code}`)
  const about = `startViewer, option port (${port} is taken)`
  const remedy = 'Choose another one, or end the program that has it.'
  return new OAuthError(fail('invalid_configuration', { about, remedy, retryable: true }))
}
