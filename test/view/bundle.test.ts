import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What a page loads for the view, minified. */
async function bundle() {
  const built = await rolldown({ input: `${root}src/view/index.ts` })
  const { output } = await built.generate({ format: 'esm', minify: true })
  await built.close()
  return output
}

describe('the view in a page', () => {
  it('is small, and brings nothing of the core along', async () => {
    const [chunk, ...others] = await bundle()
    expect(others).toEqual([])
    const modules = Object.keys(chunk.modules).map((path) => relative(root, path))
    expect(modules.filter((path) => !path.startsWith('src/view/'))).toEqual(['node_modules/uqr/dist/index.mjs'])
    expect(modules.length).toBeGreaterThan(10)
    expect(gzipSync(chunk.code, { level: 9 }).length).toBeLessThan(9 * 1024)
  })
})
