import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  test: { include: ['test/**/*.test.ts'] },
  resolve: {
    // Not what the last build left in dist.
    alias: { 'oauth-machines/emulator': here('src/emulator/index.ts'), 'oauth-machines': here('src/index.ts') },
  },
})
