/** What a program can import, and for what; in the order in which one meets them. */
export const entryPoints = [
  ['oauth-machines', 'src/index.ts', 'clients, connections, providers, failures'],
  ['oauth-machines/vault/file', 'src/vault/file/index.ts', 'a vault of encrypted files, and its keys'],
  ['oauth-machines/vault/web', 'src/vault/web/index.ts', 'a vault in a browser'],
  ['oauth-machines/vault/memory', 'src/vault/memory.ts', 'a vault that ends with the process'],
  ['oauth-machines/vault/contract', 'src/vault/contract/index.ts', 'what every vault promises, as a test suite'],
  ['oauth-machines/view', 'src/view/index.ts', 'what a screen shows'],
  ['oauth-machines/node', 'src/node/index.ts', 'the loopback redirect'],
  ['oauth-machines/backend', 'src/backend/index.ts', 'a server handler that keeps the secrets'],
  [
    'oauth-machines/backend/client',
    'src/backend/client/index.ts',
    'machines in a page or till, whose secrets are there',
  ],
  ['oauth-machines/ky', 'src/resource/ky.ts', 'API calls with ky'],
  ['oauth-machines/inspect', 'src/inspect/index.ts', 'inspectors, recordings, the link to the viewer'],
  ['oauth-machines/inspect/stately', 'src/inspect/stately/index.ts', "the link to Stately's inspector"],
  ['oauth-machines/viewer', 'src/viewer/index.ts', 'the viewer, from a program'],
  ['oauth-machines/emulator', 'src/emulator/index.ts', 'the three servers, for tests'],
] as const
