import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { smallPage, temporaryFolder } from '../support/viewer/folders.ts'
import { startProgram } from '../support/viewer/programs.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const main = here('../../examples/playground/main.ts')
const node = ['--import', here('from-sources.ts')]

describe('npm run playground', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints a link that opens, and ends cleanly with %s',
    { timeout: 30_000 },
    async (signal) => {
      await using page = await temporaryFolder(smallPage)
      const { child, says, ended, out, err } = startProgram(main, [], { node, env: { PAGE: page.path } })
      const [link] = await says(/http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22,}(?=\n)/)
      const { origin } = new URL(link)
      expect((await fetch(origin)).status).toBe(200)

      child.stdin.write('\n')
      const [another] = await says(/(?<=Ctrl-C ends it\.\n\n +)http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22,}(?=\n)/)
      expect(new URL(another).origin).toBe(origin)
      expect(another).not.toBe(link)

      child.kill(signal)
      expect(await ended()).toEqual({ code: 0 })
      expect(out()).toContain('The playground closes.')
      expect(err()).toBe('')
      await expect(fetch(origin)).rejects.toThrow('fetch failed')
    },
  )
})
