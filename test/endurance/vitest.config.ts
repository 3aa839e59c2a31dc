import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { resolve } from '../../vitest.config.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The long runs, in real time and with real processes. They print what they have seen as tables. */
export default defineConfig({
  test: {
    root: here('../..'),
    include: ['test/endurance/**/*.test.ts', 'test/**/*.long.test.ts'],
    // The tables go out as they are written.
    disableConsoleIntercept: true,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    // Some files work, and others mostly wait.
    maxWorkers: 2,
  },
  resolve,
})
