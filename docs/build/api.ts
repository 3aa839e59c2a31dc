import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { anchored } from './anchors.ts'
import { entryPoints } from './entry-points.ts'
import { withIndexes } from './indexes.ts'
import { page, table } from './markdown.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One page for each entry point, by its path, from the doc comments. A warning is an error: then what TypeDoc says is thrown. */
export function apiPages(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'reference-'))
  try {
    generate(folder)
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
    const written = names.filter((name) => name !== 'README.md').sort()
    const pages = written.map((name): [string, string] => {
      const path = name.replaceAll('\\', '/')
      return [`api/${path}`, finished(path, readFileSync(join(folder, name), 'utf8'))]
    })
    return anchored(new Map([['api/README.md', overview()], ...pages]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function generate(folder: string): void {
  const sources = entryPoints.flatMap(([, source]) => ['--entryPoints', here(`../../${source}`)])
  const typedoc = here('../../.ci/reference/node_modules/typedoc/bin/typedoc')
  const options = ['--options', here('typedoc.json'), '--out', folder, '--logLevel', 'Warn', ...sources]
  execFileSync(process.execPath, [typedoc, ...options], { stdio: ['ignore', 'inherit', 'inherit'] })
}

function overview(): string {
  return page(
    '# API reference',
    'Look up what an entry point exports. Generated from the doc comments.',
    table(
      ['entry point', 'for'],
      entryPoints.map(([name, , about]) => [`[\`${name}\`](${pageOf(name)})`, about]),
    ),
  )
}

/** The page of an entry point; the plugin names it so. */
function pageOf(name: string): string {
  return `${name.replace('oauth-machines/', '')}.md`
}

function finished(name: string, content: string): string {
  const [entry] = entryPoints.find(([known]) => pageOf(known) === name) ?? []
  if (entry === undefined) throw new Error(`${name} is no entry point's page`)
  return withIndexes(withLinks(content.replace(/^# .*/, `# ${entry}`)))
    .trimEnd()
    .concat('\n')
}

const RFC = /\bRFC (\d{4})(?: §(\d+(?:\.\d+)*))?/g

/** Names of RFCs become links, but for those in code and in headings. */
function withLinks(content: string): string {
  return content
    .split(/(^```[\s\S]*?^```$|^#.*$|`[^`\n]+`)/m)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(RFC, linkTo)))
    .join('')
}

function linkTo(words: string, number: string, section: string | undefined): string {
  return `[${words}](https://www.rfc-editor.org/rfc/rfc${number}${section === undefined ? '' : `#section-${section}`})`
}
