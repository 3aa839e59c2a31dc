import { mypos, type Provider, sumupPosPro, tyro } from './product.ts'
import type { Application, Counted } from './stage.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** Between two polls, in seconds: more than a new process needs to come to life on a busy machine. */
export const INTERVAL = 3

export const codeRequests: Counted = { endpoint: 'deviceAuthorization' }
export const polls: Counted = { endpoint: 'token', grantType: DEVICE_GRANT }
export const exchanges: Counted = { endpoint: 'token', grantType: 'authorization_code' }
export const refreshes: Counted = { endpoint: 'token', grantType: 'refresh_token' }
export const tokenRequests: Counted = { endpoint: 'token', grantType: 'client_credentials' }
export const revocations: Counted = { endpoint: 'revocation' }

export const till: Application = { provider: tyro, registration: { clientId: 'till-app' } }

export const cautiousTill: Application = {
  ...till,
  provider: { ...tyro, refreshAfterLostAnswer: 'never' } satisfies Provider,
}

export const office: Application = {
  provider: sumupPosPro,
  registration: { clientId: 'office', clientSecret: 'invented', redirectUri: 'https://pos.example/callback' },
}

export const service: Application = {
  provider: mypos,
  registration: { clientId: 'service', clientSecret: 'invented' },
}

/** What a server does with a refresh token that is used. */
export const server = {
  keepsIt: { rotation: false },
  /** The one before is good for another ten minutes. */
  rotates: { rotation: true, leeway: 600 },
  /** Whoever uses the one before ends the session. */
  isStrict: { rotation: true, leeway: 0 },
}
