/** Writes `docs/reference/`; with `--check`, fails where a page differs from what the code says. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { apiPages } from './api.ts'
import { commandLinePage } from './command-line.ts'
import { failuresPage } from './failures.ts'
import { statesPage } from './states.ts'

const folder = new URL('../reference/', import.meta.url)
const pages = new Map([
  ['states.md', statesPage()],
  ['failures.md', failuresPage()],
  ['command-line.md', commandLinePage()],
  ...apiPages(),
])

const check = process.argv.includes('--check')
const stale = [...pages].filter(([name, content]) => contentOf(name) !== content)
const left = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
const needless = left.filter((name) => name.endsWith('.md') && !pages.has(name.replaceAll('\\', '/')))

for (const [name, content] of stale) if (!check) write(name, content)
for (const name of needless) if (!check) rmSync(new URL(name, folder))
const wrong = [...stale.map(([name]) => name), ...needless]
if (check) for (const name of wrong) console.error(`docs/reference/${name} is stale: run "npm run document"`)
process.exitCode = check && wrong.length > 0 ? 1 : 0

function contentOf(name: string): string | undefined {
  const file = new URL(name, folder)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function write(name: string, content: string): void {
  const file = new URL(name, folder)
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, content)
}
