import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commandLinePage } from '../../docs/build/command-line.ts'
import { entryPoints } from '../../docs/build/entry-points.ts'
import { failuresPage } from '../../docs/build/failures.ts'
import { statesPage } from '../../docs/build/states.ts'
import { meanings } from '../../src/failure.ts'
import { generated, root } from './pages.ts'

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const textOf = (name: string) => generated.find(({ path }) => path === `docs/reference/${name}`)?.text

describe('the reference', () => {
  it('tells the states and events that the charts have', () => {
    expect(textOf('states.md')).toBe(statesPage())
  })

  it('tells the failures that the code has', () => {
    expect(textOf('failures.md')).toBe(failuresPage())
    for (const code of Object.keys(meanings)) expect(textOf('failures.md')).toContain(`### \`${code}\``)
  })

  it('tells the commands that the command line has', () => {
    expect(textOf('command-line.md')).toBe(commandLinePage())
  })

  // Its content is compared by `npm run document -- --check`, which takes a while.
  it('has a page for every entry point, with something on it', () => {
    for (const [entry] of entryPoints) {
      const name = `${entry.replace('oauth-machines/', '')}.md`
      expect(textOf(`api/${name}`), entry).toMatch(new RegExp(`^# ${entry}\\n[\\s\\S]+\\n### `))
      expect(textOf('api/README.md')).toContain(`(${name})`)
    }
  })

  it('knows every entry point of the package, and its source', () => {
    const told = new Map<string, string>(entryPoints.map(([entry, source]) => [entry, source]))
    for (const [path, { default: built = '' } = {}] of Object.entries<{ default?: string }>(exports)) {
      if (path === './package.json') continue
      const source = built.replace('./dist/', '').replace(/\.js$/, '.ts')
      expect(told.get(`oauth-machines${path.slice(1)}`), path).toBe(source)
    }
  })
})
