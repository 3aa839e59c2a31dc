import { OAuthError } from 'oauth-machines'
import type { Ending } from './callback-page.ts'
import type { Program } from './program.ts'

/** How long the browser waits for the exchange of its code, in milliseconds. */
const PATIENCE = 15_000

/** Hands a redirect over to the login that waits for it, if one does. Resolves with how that ended. */
export async function finishLogin(office: Program, url: string): Promise<Ending> {
  try {
    await office.connection().respond(url, { timeout: PATIENCE })
    return 'connected'
  } catch (error) {
    if (error instanceof OAuthError) return endings[error.code] ?? 'trouble'
    throw error
  }
}

const endings: { readonly [Code in OAuthError['code']]?: Ending } = {
  authorization_denied: 'refused',
  // Of another login, at the wrong moment, or of none.
  state_mismatch: 'strange',
  not_supported: 'strange',
  authorization_required: 'strange',
}
