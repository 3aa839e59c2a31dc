import { createClient, sumupPosPro } from 'oauth-machines'
import { webVault } from 'oauth-machines/vault/web'

// The emulated SumUp POS Pro, behind this page's own origin. It wants a client secret, which no page can keep: the example's
// server adds it to the exchange. In earnest, oauth-machines/backend keeps the secret and the tokens on your server.
const server = `${location.origin}/sumup-pos-pro`
export const provider = {
  ...sumupPosPro,
  clientAuthentication: 'none',
  endpoints: { authorization: `${server}/login`, token: `${server}/oauth2/token` },
} as const

const redirectUri = `${location.origin}/react/login/`
const options = { vault: webVault(), allowLoopbackHttp: true }
export const office = createClient(provider, { clientId: 'the-id-that-sumup-gave-you', redirectUri }, options).connect(
  'store-17/back-office',
)

/** Takes the answer of a login page out of the address, where there is one, and hands it over. */
export function takeAnswer(): void {
  const { href, search, pathname } = location
  const answer = new URLSearchParams(search)
  // Any of them will do: a code that came without `state` is refused, and must leave the address all the same.
  if (!['state', 'code', 'error'].some((name) => answer.has(name))) return
  // At once, and once for a page: an effect of a component runs twice under StrictMode, and again at each mount.
  office.send({ type: 'authorization.responded', url: href })
  // The code stays neither in the history nor in what is copied from the address bar, and a reload does not send it again.
  history.replaceState(null, '', pathname)
}
