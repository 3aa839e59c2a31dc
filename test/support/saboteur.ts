/** How an indiscreet server or network fails, telling all that it was sent. */
export type Sabotage = 'echo' | 'page' | 'broken page' | 'network error'
export const sabotages: readonly Sabotage[] = ['echo', 'page', 'broken page', 'network error']

/** Which request is sabotaged: part of its path, and of its body or query. */
export interface Target {
  readonly path: string
  readonly grant: string
}

/** A network in which one kind of request fails indiscreetly, the first `times` times. */
export function sabotaged(fetch: typeof globalThis.fetch, target?: Target, how: Sabotage = 'echo', times = 1) {
  let left = times
  const sabotagedFetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const text = await request.clone().text()
    const meant = target && request.url.includes(target.path) && `${request.url} ${text}`.includes(target.grant)
    if (!meant || left-- <= 0) return fetch(request, init)
    return act(how, new URL(request.url), text)
  }
  return { fetch: sabotagedFetch, played: () => times - Math.max(left, 0) }
}

function act(how: Sabotage, url: URL, text: string): Response {
  const values = [...new URLSearchParams(text).values(), ...url.searchParams.values()]
  const told = values.toSorted((one, other) => other.length - one.length).join(' ')
  if (how === 'network error') {
    const cause = Object.assign(new Error(`connect ECONNRESET ${told}`), { code: 'ECONNRESET', request: text })
    throw new TypeError(`fetch failed: POST ${url} ${told}`, { cause })
  }
  if (how === 'echo') {
    const body = { error: `invalid_request ${told}`, error_description: `You sent ${told}`, hint: text }
    return Response.json(body, { status: 400 })
  }
  const page = `<!doctype html><title>${told}</title><pre>${text}</pre>`
  const headers = { 'content-type': 'text/html', location: `https://elsewhere.example/?${text}` }
  return new Response(page, { status: how === 'page' ? 502 : 200, headers })
}
