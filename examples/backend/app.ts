import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { parse } from 'hono/utils/cookie'
import type { Client } from 'oauth-machines'
import { backend } from 'oauth-machines/backend'

/** The vendor's own server: its people log in, each for one store, and connect that store to SumUp POS Pro. */
export function createApp(client: Client<'authorization_code'>, origin: string) {
  const app = new Hono()
  /** The store of each session. Yours are in a database, behind a password. */
  const stores = new Map<string, string>()
  const sessionOf = ({ headers }: Request) => parse(headers.get('cookie') ?? '', 'session').session
  const storeOf = (request: Request) => stores.get(sessionOf(request) ?? '')

  const oauth = backend(client, {
    origins: [origin],
    session: (request) => (storeOf(request) === undefined ? undefined : sessionOf(request)),
    allows: (request, connection) => storeOf(request) === connection,
    page: '/backend/',
  })

  app.all('/oauth/*', (c) => oauth(c.req.raw))
  app.use(csrf({ origin }))
  app.get('/store', (c) => c.json({ store: storeOf(c.req.raw) ?? null }))
  app.post('/store', async (c) => {
    const { store } = await c.req.parseBody()
    const session = crypto.randomUUID()
    stores.set(session, String(store))
    // Lax: the redirect of a login at the provider comes from another site.
    setCookie(c, 'session', session, { httpOnly: true, sameSite: 'Lax', secure: origin.startsWith('https:') })
    return c.redirect('/backend/', 303)
  })

  return { app, stop: oauth.stop }
}
