import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../../docs/build/entry-points.ts'
import { createProgram } from '../../src/cli/program.ts'
import { blocksOf, root, written } from './pages.ts'

const blocks = written.flatMap(blocksOf)
const programs = blocks.filter(({ language }) => ['ts', 'tsx', 'js'].includes(language))
const commands = blocks.filter(({ language }) => language === 'sh')

/** What a host has around the code of a page. */
const host = readFileSync(new URL('./host.txt', import.meta.url), 'utf8')

/** The declarations that a block uses and does not make itself. */
function declaredFor(code: string): string {
  const lines = host.split('\n').filter((line) => {
    const name = /^declare (?:function|const|module) '?([\w@/-]+)/.exec(line)?.[1]
    return name !== undefined && new RegExp(`\\b${name}\\b`).test(code) && !code.includes(`const ${name} =`)
  })
  return lines.join('\n')
}

async function compile(folder: string): Promise<string> {
  try {
    await promisify(execFile)(`${root}node_modules/.bin/tsc`, ['-p', folder])
    return ''
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
  }
}

describe('the code of the documentation', () => {
  it('compiles', { timeout: 120_000 }, async () => {
    expect(programs.length).toBeGreaterThan(25)
    const folder = mkdtempSync(`${root}node_modules/.docs-`)
    try {
      for (const { page, line, language, code } of programs) {
        const name = `${page.replaceAll(/\W/g, '-')}-line-${line}.${language === 'tsx' ? 'tsx' : 'ts'}`
        const jsx = language === 'tsx' ? '/** @jsxImportSource react */\n' : ''
        writeFileSync(`${folder}/${name}`, `${jsx}${code}\n${declaredFor(code)}\nexport {}\n`)
      }
      const paths: Record<string, string[]> = Object.fromEntries(
        entryPoints.map(([entry, source]) => [entry, [`${root}${source}`]]),
      )
      writeFileSync(
        `${folder}/tsconfig.json`,
        JSON.stringify({
          extends: `${root}tsconfig.json`,
          compilerOptions: { noUnusedLocals: false, paths },
          include: ['*.ts', '*.tsx'],
        }),
      )
      expect(await compile(folder)).toBe('')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('marks what is for the reader to bring', () => {
    const brought = [...host.matchAll(/^declare (?:function|const) (\w+)/gm)].map(([, name = '']) => name)
    // What an earlier block of the page has made, or what stands for a program as a whole.
    const known = ['till', 'client', 'request', 'sessionId', 'callApi']
    const unmarked = programs.flatMap(({ page, line, code }) =>
      brought
        .filter((name) => !known.includes(name) && new RegExp(`\\b${name}\\b`).test(code))
        .filter((name) => !code.split('\n').some((row) => row.includes(name) && / \/\/ .*\byours\b/.test(row)))
        .map((name) => `${page}:${line} ${name}`),
    )
    expect(unmarked).toEqual([])
  })

  it('is of a language that is looked at', () => {
    const languages = new Set(blocks.map(({ language }) => language))
    expect(
      [...languages].filter((language) => !['ts', 'tsx', 'js', 'sh', 'json', 'text', 'mermaid'].includes(language)),
    ).toEqual([])
    for (const { language, code } of blocks) if (language === 'json') expect(() => JSON.parse(code)).not.toThrow()
  })

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const named = written.flatMap(({ text }) => [...text.matchAll(/npm run ([\w-]+)/g)].map(([, script]) => script))
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((script) => !Object.hasOwn(scripts, script ?? ''))).toEqual([])
  })

  it('names commands and options of the command line that exist', () => {
    const known = new Map(createProgram().command.commands.map((command) => [command.name(), command]))
    const lines = commands
      .flatMap(({ code }) => code.split('\n'))
      .flatMap((line) => line.split('npx oauth-machines ')[1] ?? [])
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) {
      const [name = '', ...words] = line.replace(/ +#.*| *[|>].*/, '').split(' ')
      const command = known.get(name)
      expect(command, line).toBeDefined()
      // What follows `inspect` is its own.
      if (name === 'inspect') continue
      const flags = words.filter((word) => word.startsWith('--'))
      expect(
        flags.filter((flag) => !command?.options.some(({ long }) => long === flag)),
        line,
      ).toEqual([])
    }
  })
})
