/** A person with a browser: keeps cookies, follows redirects, fills in forms. */
export function createPerson() {
  const cookies = new Map<string, string>()

  async function go(url: string, form?: Record<string, string>): Promise<{ url: string; page: string }> {
    let next = url
    let body = form
    for (let hop = 0; hop < 12; hop++) {
      const response = await fetch(next, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(body && { body: new URLSearchParams(body) }),
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';', 1)
        const at = pair.indexOf('=')
        cookies.set(pair.slice(0, at), pair.slice(at + 1))
      }
      const location = response.headers.get('location')
      if (location === null) return { url: next, page: await response.text() }
      next = new URL(location, next).href
      body = undefined
      if (new URL(next).pathname === '/callback') return { url: next, page: '' }
    }
    throw new Error('too many redirects')
  }

  /** Submits the form of a page, with what is typed into it. */
  function submit(at: { url: string; page: string }, typed: Record<string, string> = {}) {
    const action = /<form[^>]*action="([^"]*)"/.exec(at.page)?.[1] ?? at.url
    const hidden = [...at.page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ])
    return go(new URL(action.replaceAll('&amp;', '&'), at.url).href, { ...Object.fromEntries(hidden), ...typed })
  }

  /** Logs in and allows, page by page, until there is nothing left to submit or the callback is reached. */
  async function agree(start: { url: string; page: string }) {
    let at = start
    for (let page = 0; page < 6 && at.page.includes('<form'); page++) {
      const typed: Record<string, string> = at.page.includes('name="login"') ? { login: 'merchant', password: 'x' } : {}
      at = await submit(at, typed)
    }
    return at
  }

  return { go, submit, agree }
}
