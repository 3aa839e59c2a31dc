import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  /** From the root of the project, for instance `docs/README.md`. */
  readonly path: string
  readonly text: string
}

const guide = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'))
const reference = readdirSync(`${root}docs/reference`, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.md'),
)

const read = (path: string): Page => ({ path, text: readFileSync(`${root}${path}`, 'utf8') })

/** What people have written: the guide, what lies at the top, and what the guide leads to. */
export const written: readonly Page[] = [
  ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'].map(read),
  ...guide.map((name) => read(`docs/${name}`)),
  read('examples/README.md'),
]

export const generated: readonly Page[] = reference.map((name) => read(`docs/reference/${name}`))

export interface Block {
  readonly page: string
  /** From 1. */
  readonly line: number
  readonly language: string
  readonly code: string
}

/** What a page says that its program prints. */
export function outputIn(path: string): string | undefined {
  const blocks = written.filter((page) => page.path === path).flatMap(blocksOf)
  return blocks.find(({ language }) => language === 'text')?.code
}

/** The blocks of code of a page, in their order. */
export function blocksOf({ path, text }: Page): Block[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    page: path,
    line: text.slice(0, index).split('\n').length,
    language,
    code,
  }))
}

/** The page without its blocks of code, so that nothing in them is taken for a heading or a link. */
export function proseOf({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/<!--[\s\S]*?-->/g, '')
}
