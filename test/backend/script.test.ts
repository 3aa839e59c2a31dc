import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'
import { importers, sourcesOf } from '../support/sources.ts'

const entry = new URL('../../src/backend/client/index.ts', import.meta.url)

/** What a page loads, minified, and the modules it is made of. */
async function scriptOf(external: readonly string[] = []) {
  const build = await rolldown({ input: entry.pathname, platform: 'browser', external: [...external, /^node:/] })
  try {
    const { output } = await build.generate({ format: 'esm', minify: true })
    const chunks = output.filter((file) => file.type === 'chunk')
    const used = chunks.flatMap(({ modules }) =>
      Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0),
    )
    return {
      text: chunks.map(({ code }) => code).join(''),
      kilobytes: chunks.reduce((size, { code }) => size + gzipSync(code).length, 0) / 1000,
      modules: used.map(([path]) => path.replace(/^.*\/(?=(?:src|machines|node_modules)\/)/, '')),
    }
  } finally {
    await build.close()
  }
}

describe('the script of a device', () => {
  it('holds nothing of what only a server needs', async () => {
    const { text, modules } = await scriptOf()
    expect(text).not.toMatch(/client_secret|code_verifier|refresh_token|grant_type|indexedDB|node:/)
    expect(text).toContain('prepareAuthorization')
    const ours = modules.filter((path) => path.startsWith('src/'))
    const protocol = ours.filter((path) => /^src\/(?:protocol|vault|providers|resource)\//.test(path))
    expect(protocol).toEqual(['src/protocol/retry-after.ts', 'src/vault/parse-record.ts'])
    expect(modules.filter((path) => path.includes('node_modules/ky/'))).toEqual([])
  })

  it('is small: 26 kB with XState and all, 12 kB without what it depends on', async () => {
    expect((await scriptOf()).kilobytes).toBeLessThan(26)
    expect((await scriptOf(['xstate', 'valibot'])).kilobytes).toBeLessThan(12)
  })

  it('comes from sources that know of the server no more than what is said to it', () => {
    const sources = sourcesOf('src/backend/client')
    const allowed = /^src\/backend\/(?:client\/|wire\.ts$|read-json\.ts$)/
    expect(importers(sources, ({ from }) => from.startsWith('src/backend/') && !allowed.test(from))).toEqual([])
    const server = sourcesOf('src/backend').filter(({ path }) => !path.includes('/client/'))
    expect(importers(server, ({ from }) => from.startsWith('src/backend/client/') || from.startsWith('node:'))).toEqual(
      [],
    )
  })
})
