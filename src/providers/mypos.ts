import { defineProvider } from './define-provider.ts'

/** myPOS REST API: client credentials and revocation. */
export const mypos = defineProvider({
  id: 'mypos',
  name: 'myPOS',
  documentation: 'https://developers.mypos.com/en/doc/more_apis/v1_0',
  // The page lists two more values of grant_type, but says that only this grant is supported.
  grant: 'client_credentials',
  endpoints: {
    token: 'https://auth-api.mypos.com/oauth/token',
    // The prose says api.mypos.com; all four samples say auth-api.
    revocation: 'https://auth-api.mypos.com/oauth/revoke',
  },
  sandbox: {
    token: 'https://sandbox-auth-api.mypos.com/oauth/token',
    // Not documented: by analogy.
    revocation: 'https://sandbox-auth-api.mypos.com/oauth/revoke',
  },
  // The prose joins id and secret with a semicolon; every sample, the vendor's SDK and RFC 7617 say colon.
  clientAuthentication: 'client_secret_basic',
  // The page encodes the two as they are. Both are letters and digits, so it makes no difference today.
  basicEncoding: 'raw',
  scopes: { default: [], optional: ['webhooks'] },
  revokes: 'access_token',
  deviations: ['basic_semicolon'],
  resource: {
    origins: [
      'https://transactions-api.mypos.com',
      'https://devices-api.mypos.com',
      'https://webhook-api.mypos.com',
      'https://sandbox-transactions-api.mypos.com',
      'https://sandbox-devices-api.mypos.com',
      'https://sandbox-webhook-api.mypos.com',
    ],
    headers: { 'API-Key': '{client_id}', 'X-Request-ID': '{uuid}' },
  },
})
