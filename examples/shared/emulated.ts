import { tyro } from 'oauth-machines'

/** Tyro Connect as the emulator plays it at an origin. In earnest there is no such thing: take `tyro` as it is. */
export function emulatedTyro(origin: string) {
  const server = `${origin}/tyro`
  return {
    ...tyro,
    issuer: `${server}/`,
    endpoints: {
      deviceAuthorization: `${server}/oauth/device/code`,
      token: `${server}/oauth/token`,
      revocation: `${server}/oauth/revoke`,
    },
  }
}
