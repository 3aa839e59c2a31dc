import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'
import { parse } from 'hono/utils/cookie'
import { backend } from '../../../src/backend/index.ts'
import type { Client } from '../../../src/index.ts'

interface Parts {
  readonly client: Client<'authorization_code'>
  /** Where the app's pages are. */
  readonly origin: string
  /** The store of each session. Yours are in a database. */
  readonly stores: Map<string, string>
  /** The provider's API. */
  readonly api: string
}

/** The app's own server: its people log in, each for one store, and connect that store to SumUp POS Pro. */
export function createApp({ client, origin, stores, api }: Parts) {
  const app = new Hono()
  const sessionOf = (request: Request) => parse(request.headers.get('cookie') ?? '', 'session').session

  const oauth = backend(client, {
    origins: [origin],
    session: (request) => (stores.has(sessionOf(request) ?? '') ? sessionOf(request) : undefined),
    allows: (request, connection) => stores.get(sessionOf(request) ?? '') === connection,
    page: ({ failure }) => (failure ? `/?failure=${failure.code}` : '/'),
  })

  app.use(secureHeaders())
  app.all('/oauth/*', (c) => oauth(c.req.raw))

  app.post('/login', async (c) => {
    const { store } = await c.req.parseBody()
    const session = crypto.randomUUID()
    stores.set(session, String(store))
    // Lax: the redirect of a login at the provider comes from another site.
    setCookie(c, 'session', session, { httpOnly: true, sameSite: 'Lax', secure: origin.startsWith('https:') })
    return c.redirect('/', 303)
  })

  app.get('/orders', async (c) => {
    const store = stores.get(getCookie(c, 'session') ?? '')
    if (store === undefined) return c.text('Log in first.', 401)
    await using connection = client.connect(store)
    const orders = await connection.fetch(`${api}/orders`)
    return c.json(await orders.json())
  })

  app.get('/', (c) => {
    const store = stores.get(getCookie(c, 'session') ?? '')
    return c.html(store === undefined ? login : page(store))
  })

  return { app, stop: oauth.stop }
}

const page = (store: string) => html`<!doctype html>
<title>Connect your store</title>
<body data-store="${store}">
<h1>Connect your store</h1>
<p id="status" role="status">Please wait.</p>
<p><a id="link" hidden>Log in at SumUp POS Pro</a></p>
<button id="connect" disabled>Connect</button>
<button id="cancel" disabled>Cancel</button>
<button id="disconnect" disabled>Disconnect</button>
<script type="module" src="/page.js"></script>`

const login = html`<!doctype html>
<title>Log in</title>
<form method="post" action="/login"><label>Store <input name="store"></label><button>Log in</button></form>`
