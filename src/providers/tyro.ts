import { defineProvider } from './define-provider.ts'

/** Tyro Connect: device code and refresh. The authorization server is an Auth0 tenant. */
export const tyro = defineProvider({
  id: 'tyro',
  name: 'Tyro Connect',
  documentation: 'https://docs.connect.tyro.com/pos/authentication/device-code',
  grant: 'device_code',
  endpoints: {
    deviceAuthorization: 'https://auth.connect.tyro.com/oauth/device/code',
    token: 'https://auth.connect.tyro.com/oauth/token',
    // Not on Tyro's page, but in the server's own metadata.
    revocation: 'https://auth.connect.tyro.com/oauth/revoke',
  },
  // The trailing slash is part of it.
  issuer: 'https://auth.connect.tyro.com/',
  // The page calls the client id "private"; Auth0 allows the device grant to public clients only, so no secret is sent.
  clientAuthentication: 'none',
  parameters: {
    // It ends in `.tyro`, not `.tyro.com`, and the page repeats it in the poll, which Auth0 does not ask for.
    deviceAuthorization: { audience: 'https://pos.connect.tyro' },
    token: { audience: 'https://pos.connect.tyro' },
  },
  scopes: { default: ['offline_access'] },
  // The page names no lifetime of the code; Auth0 sends 900.
  lifetimes: { accessToken: 86_400, deviceCode: 900 },
  // Auth0 revokes refresh tokens only; an access token (a JWT) stays good until it ends.
  revokes: 'refresh_token_only',
  resource: { origins: ['https://api.tyro.com'] },
})
