import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = new URL('../', import.meta.url)
const pages = ['README.md', 'docs/vaults.md', 'docs/inspection.md'].map((name) => readFileSync(new URL(name, root), 'utf8'))
const [readme = ''] = pages
const blocks = pages.flatMap((page) => [...page.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code = '']) => code))

/** What a host has around the code of the README. */
const host = `
declare function showOnScreen(...shown: string[]): void
declare const logFile: { write(line: string): void }
declare function showStatus(state: unknown): void
declare function secretFromYourVault(): string
declare function redirectBrowser(url: string): void
declare function callApi(token: string): Promise<number>
declare const till: import('oauth-machines').Connection
declare const client: import('oauth-machines').Client<'device_code'>
declare const sessionId: string
declare const request: { url: string }
`

describe('README.md and docs', () => {
  it('has code blocks that compile', { timeout: 60_000 }, () => {
    expect(blocks.length).toBeGreaterThanOrEqual(4)
    const folder = mkdtempSync(fileURLToPath(new URL('node_modules/.readme-', root)))
    try {
      for (const [index, code] of blocks.entries()) {
        const declared = host.split('\n').filter((line) => {
          const name = /(?:function|const) (\w+)/.exec(line)?.[1] ?? '\0'
          return code.includes(name) && !code.includes(`const ${name} =`)
        })
        writeFileSync(`${folder}/block-${index}.ts`, `${code}\n${declared.join('\n')}\nexport {}\n`)
      }
      writeFileSync(
        `${folder}/tsconfig.json`,
        JSON.stringify({
          extends: fileURLToPath(new URL('tsconfig.json', root)),
          compilerOptions: { noUnusedLocals: false },
          include: ['*.ts'],
        }),
      )
      const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root))
      expect(() => execFileSync(tsc, ['-p', folder], { encoding: 'utf8', stdio: 'pipe' })).not.toThrow()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names only files and scripts that exist', () => {
    const scripts = Object.keys(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).scripts)
    for (const [, script = ''] of readme.matchAll(/npm run (\w+)/g)) expect(scripts).toContain(script)
    for (const [, link = ''] of readme.matchAll(/\]\((?!https?:)([^)]+)\)/g))
      expect(() => readFileSync(new URL(link, root))).not.toThrow()
  })

  it('tells every failure code', () => {
    const source = readFileSync(new URL('src/failure.ts', root), 'utf8')
    const codes = [...source.slice(source.indexOf('const meanings')).matchAll(/^ {2}(\w+): \{/gm)].map(
      ([, code]) => code,
    )
    expect(codes.length).toBeGreaterThan(20)
    for (const code of codes) expect(readme).toContain(`\`${code}\``)
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
