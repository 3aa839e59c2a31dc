import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

describe('types.test-d.ts', () => {
  it('compiles, so that nothing compiles that must not', { timeout: 180_000 }, () => {
    const tsc = () =>
      execFileSync(here('../node_modules/.bin/tsc'), ['-p', here('../tsconfig.json')], { stdio: 'pipe' })
    expect(tsc).not.toThrow()
  })
})
