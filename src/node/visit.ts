import type { IncomingMessage } from 'node:http'
import { type Sealed, seal } from '../sealed.ts'
import type { Site } from './loopback-place.ts'
import { isPageName, type PageName } from './pages.ts'

/** What a request is. */
export type Visit =
  /** An authorization response; whether it is the awaited one, is not known yet. @see RFC 6749 §4.1.2 */
  | { readonly kind: 'answer'; readonly url: Sealed; readonly says: 'received' | 'refused'; readonly folder: string }
  /** Where an answer was led on to, or what says that no answer was brought. */
  | { readonly kind: 'page'; readonly page: PageName }
  | { readonly kind: 'stray'; readonly status: number }

/** Tells what a request is by all that it says of itself. */
export function visitOf(request: IncomingMessage, { host, path }: Site): Visit {
  const { url = '', method, headersDistinct } = request
  // Another name that leads here is another site's: DNS rebinding.
  if (headersDistinct.host?.join() !== host) return stray(421)
  if (method !== 'GET') return stray(405)
  const [asked, query] = halves(url)
  const folder = path.replace(/\/$/, '')
  const page = asked.startsWith(`${folder}/`) ? asked.slice(folder.length + 1) : ''
  if (isPageName(page)) return { kind: 'page', page }
  if (asked !== path) return stray(404)
  if (isAhead(request)) return stray(503)
  if (!isNavigation(request)) return stray(403)
  const said = new URLSearchParams(query)
  if (!said.has('code') && !said.has('error')) return { kind: 'page', page: 'unrelated' }
  const says = said.has('code') && !said.has('error') ? 'received' : 'refused'
  return { kind: 'answer', url: seal(`http://${host}${url}`), says, folder }
}

function stray(status: number): Visit {
  return { kind: 'stray', status }
}

function halves(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

/** A browser that guesses where the person may go; it asks again when they do. */
function isAhead({ headers }: IncomingMessage): boolean {
  return [headers['sec-purpose'], headers.purpose, headers['x-moz']].some((purpose) =>
    String(purpose).startsWith('pre'),
  )
}

/** Not a picture, a frame or a script of some page. Browsers without these headers, and other programs, are let through. */
function isNavigation({ headers }: IncomingMessage): boolean {
  return (headers['sec-fetch-dest'] ?? 'document') === 'document'
}
