import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The package's own names lead to its sources, not to what the last build left in dist. */
export const resolve = {
  alias: [
    { find: 'oauth-machines/ky', replacement: here('src/resource/ky.ts') },
    { find: 'oauth-machines/vault/memory', replacement: here('src/vault/memory.ts') },
    { find: 'oauth-machines/inspect/stately', replacement: here('src/inspect/stately/index.ts') },
    {
      find: /^oauth-machines\/(backend|backend\/client|emulator|inspect|node|view|viewer|vault\/\w+)$/,
      replacement: here('src/$1/index.ts'),
    },
    { find: 'oauth-machines', replacement: here('src/index.ts') },
  ],
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A command of their own: npm run endurance.
    exclude: ['test/endurance/**', 'test/**/*.long.test.ts'],
    // Several files wait for real sockets and real seconds: more workers than cores are well used.
    maxWorkers: 3,
    // A machine that others keep busy may take long.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
  resolve,
})
