import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Ending, endings, headers, pageOf } from './callback-page.ts'

export interface Callback {
  /** For instance `http://127.0.0.1:40123/callback`. */
  readonly url: string
  close(): Promise<void>
}

/** Where the browser comes back to; the page that says how it ended is below it. */
const PATH = '/callback'

/**
 * Serves the redirect URI on a port of 127.0.0.1; port 0 is any free one. The browser is sent on at once to a page without a
 * query, so that the code stays neither in its address bar nor in its history. Rejects where the port is taken.
 *
 * @param answer takes the URL as it was asked for, and resolves with what came of it
 */
export async function serveCallback(answer: (url: string) => Promise<Ending>, port = 0): Promise<Callback> {
  const server = createServer((request, response) => {
    respond(request, response, host(), answer).catch(() => {
      // What is thrown may hold the URL. The browser is told, and nobody else.
      say(response, 500, 'trouble')
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))

  function host(): string {
    const address = server.address()
    return typeof address === 'object' && address ? `127.0.0.1:${address.port}` : ''
  }

  return {
    url: `http://${host()}${PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(
  { url = '/', method, headers: { host } }: IncomingMessage,
  response: ServerResponse,
  own: string,
  answer: (url: string) => Promise<Ending>,
): Promise<void> {
  // Under another name, this would be a page of somebody else's that has led its name here.
  if (host !== own) return refuse(response, 421)
  if (method !== 'GET') return refuse(response, 405)
  const [path] = url.split('?', 1)
  if (path === PATH) return sendOn(response, await answer(url))
  const ending = endings.find((known) => path === `${PATH}/${known}`)
  return ending ? say(response, 200, ending) : refuse(response, 404)
}

function sendOn(response: ServerResponse, ending: Ending): void {
  response.writeHead(303, { ...headers, location: `${PATH}/${ending}` }).end()
}

function say(response: ServerResponse, status: number, ending: Ending): void {
  response.writeHead(status, headers).end(pageOf(ending))
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end()
}
