import type { CommonServerOptions } from 'vite'

/** What leads from the pages' own origin to the emulator, for Vite's servers. */
export function proxyTo(emulator: string): NonNullable<CommonServerOptions['proxy']> {
  return {
    // The emulated SumUp POS Pro wants a secret, which no page can keep: it is added here, as a backend would.
    '/sumup-pos-pro/oauth2/token': { target: emulator, rewrite: (path) => `${path}?client_secret=invented-secret` },
    '/sumup-pos-pro': emulator,
    '/tyro': emulator,
  }
}
