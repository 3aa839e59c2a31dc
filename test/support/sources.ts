import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Import {
  /** What is imported: a file as a path from the project's root, or a package. */
  readonly from: string
  /** Whether it is still there at run time. `import { type A }` is: only `import type` goes away as a whole. */
  readonly runtime: boolean
  readonly dynamic: boolean
}

export interface Source {
  /** From the project's root, for instance `src/index.ts`. */
  readonly path: string
  readonly text: string
  /** The text without comments, strings and imports. */
  readonly code: string
  readonly imports: readonly Import[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** All source files of some folders. */
export function sourcesOf(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => read(posix.join(folder, name.replaceAll('\\', '/')))),
  )
}

function read(path: string): Source {
  return sourceOf(path, readFileSync(`${root}${path}`, 'utf8'))
}

/** Understands a source file as far as these tests need it. */
export function sourceOf(path: string, text: string): Source {
  const bare = withoutComments(text)
  return { path, text, code: withoutStrings(bare.replace(STATEMENT, '')), imports: [...importsOf(bare, path)] }
}

/** `import … from '…'`, `export … from '…'` and `import '…'`, at the beginning of a line. */
const STATEMENT = /^(?:import|export)\b(?: type\b(?! from))?(?:[\w\s*{},$]*?\bfrom)? *'[^'\n]+'/gm
/** `import('…')` as a value; `typeof import('…')` is a type. */
const DYNAMIC = /(typeof\s+)?\bimport\(\s*'([^']+)'\s*\)/g

function* importsOf(bare: string, path: string): Generator<Import> {
  for (const [statement] of bare.matchAll(STATEMENT)) {
    const name = /'([^']+)'$/.exec(statement)?.[1] ?? ''
    yield { from: resolved(name, path), runtime: !/^\w+ type\b/.test(statement), dynamic: false }
  }
  for (const [, typeOf, name = ''] of bare.matchAll(DYNAMIC))
    yield { from: resolved(name, path), runtime: typeOf === undefined, dynamic: true }
}

function resolved(name: string, path: string): string {
  return name.startsWith('.') ? posix.join(posix.dirname(path), name) : name
}

const LITERAL = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

/** A regular expression may hold a quote or a slash, so this is right for this project's files, not for all. */
function withoutComments(text: string): string {
  return text.replace(LITERAL, (literal) => (literal.startsWith('/') ? ' ' : literal))
}

/** What stands in `${…}` stays. */
function withoutStrings(text: string): string {
  return text.replace(LITERAL, (literal) =>
    literal.startsWith('`') ? [...literal.matchAll(/\$\{([^}]*)\}/g)].map(([, code]) => ` ${code} `).join('') : "''",
  )
}

/** Who imports what, as `file → import`, where both satisfy a condition. */
export function importers(files: readonly Source[], which: (found: Import, file: Source) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((found) => which(found, file)).map(({ from }) => `${file.path} → ${from}`),
  )
}

/** Whether an import comes from outside of this project. */
export const isPackage = (from: string) => !/^(?:src|machines)\//.test(from)

/** The circles among run-time imports, each as the path that closes it. */
export function circlesOf(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const done = new Set<string>()
  const circles: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (trail.includes(path) || done.has(path)) return
    for (const { from, runtime } of byPath.get(path)?.imports ?? []) if (runtime) walk(from, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) walk(path, [])
  return circles
}
