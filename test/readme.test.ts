import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { meanings } from '../src/failure.ts'

// That its code compiles, and that its links and commands lead somewhere, is tested in test/docs.
const root = new URL('../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')

describe('README.md', () => {
  it('tells every failure code', () => {
    expect(Object.keys(meanings).length).toBeGreaterThan(20)
    for (const code of Object.keys(meanings)) expect(readme).toContain(`\`${code}\``)
  })

  it('tells every member of provider data', () => {
    const source = readFileSync(new URL('src/providers/provider.ts', root), 'utf8')
    const members = [...source.slice(source.indexOf('export interface Provider')).matchAll(/^ {2}(\w+)\??:/gm)].map(
      ([, member]) => member,
    )
    expect(members.length).toBeGreaterThan(12)
    for (const member of members) expect(readme).toContain(`\`${member}\``)
  })
})
