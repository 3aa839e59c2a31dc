import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Provider } from '../../../src/providers/provider.ts'
import { ENTRY } from './bundle.ts'

export interface PageServer {
  /** For instance `http://127.0.0.1:40123`. */
  readonly origin: string
  close(): Promise<void>
}

const page = `<!doctype html><title>test</title><script type="module">
globalThis.library = await import('/${ENTRY}')
</script>`

/**
 * Serves one page with its scripts on a loopback port. All else goes to the emulator, so that the page and the providers'
 * servers share an origin.
 */
export async function servePages(files: ReadonlyMap<string, string>, emulator: string): Promise<PageServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const script = files.get(path.slice(1))
    if (script !== undefined) return send(response, 'text/javascript', script)
    if (path === '/') return send(response, 'text/html', page)
    forward(request, response, emulator + path).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The page server got no port.')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(text)
}

async function forward(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
  const { method = 'GET', headers } = request
  const body = method === 'POST' ? await buffer(request) : null
  const passed = ['accept', 'authorization', 'content-type'].map((name) => [name, String(headers[name] ?? '')] as const)
  const answer = await fetch(url, { method, headers: Object.fromEntries(passed), body, redirect: 'manual' })
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.bytes())
}

/** Provider data of the emulator as the page sees it: at the page's own origin. */
export function seenFrom<P extends Provider>(origin: string, provider: P): P {
  const emulator = new URL(provider.endpoints.token).origin
  return JSON.parse(JSON.stringify(provider).replaceAll(emulator, origin)) as P
}
