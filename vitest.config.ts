import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Several files wait for real sockets and real seconds: more workers than cores are well used.
    maxWorkers: 3,
  },
  resolve: {
    // Not what the last build left in dist.
    alias: { 'oauth-machines/emulator': here('src/emulator/index.ts'), 'oauth-machines': here('src/index.ts') },
  },
})
