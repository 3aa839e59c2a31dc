import { createClient } from 'oauth-machines'
import { webVault } from 'oauth-machines/vault/web'
import { emulatedTyro } from './emulated.ts'

/** What the merchant calls this terminal. */
export const name = 'store-17/till-3'

// Behind the page's own origin, and on loopback. In earnest: `tyro` as it is, without `allowLoopbackHttp`.
export const provider = emulatedTyro(globalThis.location?.origin ?? 'http://127.0.0.1')

/** Starts nothing, so that a server may import it too. */
export const client = createClient(
  provider,
  { clientId: 'the-id-that-tyro-gave-you' },
  { vault: webVault(), allowLoopbackHttp: true },
)
