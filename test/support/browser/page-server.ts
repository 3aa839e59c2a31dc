import { type Listening, listenOn } from '../../../src/emulator/socket.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import { ENTRY } from './bundle.ts'

const page = `<!doctype html><title>test</title><script type="module">
globalThis.library = await import('/${ENTRY}')
</script>`

/**
 * Serves one page with its scripts on a loopback port. All else goes to the emulator, so that the page and the providers'
 * servers share an origin.
 */
export function servePages(files: ReadonlyMap<string, string>, emulator: string): Promise<Listening> {
  return listenOn(0, async (request) => {
    const { pathname, search } = new URL(request.url)
    const script = files.get(pathname.slice(1))
    if (script !== undefined) return text('text/javascript', script)
    return pathname === '/' ? text('text/html', page) : forward(request, emulator + pathname + search)
  })
}

function text(type: string, content: string): Response {
  return new Response(content, { headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' } })
}

async function forward(request: Request, url: string): Promise<Response> {
  const { method, headers } = request
  const body = method === 'POST' ? await request.arrayBuffer() : null
  const passed = ['accept', 'authorization', 'content-type'].map((name) => [name, headers.get(name) ?? ''] as const)
  return fetch(url, { method, headers: Object.fromEntries(passed), body, redirect: 'manual' })
}

/** Provider data of the emulator as the page sees it: at the page's own origin. */
export function seenFrom<P extends Provider>(origin: string, provider: P): P {
  const emulator = new URL(provider.endpoints.token).origin
  return JSON.parse(JSON.stringify(provider).replaceAll(emulator, origin)) as P
}
