import { defineProvider } from './define-provider.ts'

/** SumUp POS Pro, formerly Tiller: authorization code and refresh. Unrelated to SumUp's main OAuth at api.sumup.com. */
export const sumupPosPro = defineProvider({
  id: 'sumup-pos-pro',
  name: 'SumUp POS Pro',
  grant: 'authorization_code',
  endpoints: {
    // The page names /oauth2/authorize as well, but sends the user to /login, and that is seen to work.
    authorization: 'https://oauth.api.tiller.systems/login',
    token: 'https://oauth.api.tiller.systems/oauth2/token',
    // No revocation endpoint is documented.
  },
  // The page puts all parameters in the query string, secret included; the server takes them as a form body too,
  // which is the default here. RFC 6749 §2.3.1 forbids the query.
  clientAuthentication: 'client_secret_post',
  scopes: {
    default: ['order/write', 'order/read', 'purchase-request/write'],
    // Asking for one that support has not enabled ends in `invalid_scope`.
    onRequest: ['store/read', 'location/read', 'catalog/read'],
  },
  lifetimes: { accessToken: 3_600, refreshToken: 5_184_000, authorization: 600 },
  // The answer is not shown; only the two tokens are named.
  assumedTokenType: 'Bearer',
  // Whether the callback echoes `state` is not documented: it must, unless a host opts out and brings a session binding.
  deviations: ['unsafe_token_parameters_in_query', 'unsafe_missing_state'],
  resource: { origins: ['https://api.tiller.systems'] },
})
