import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, matchesGlob, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generated, type Page, proseOf, root, written } from './pages.ts'

const pages = [...written, ...generated]
const byPath = new Map(pages.map((page) => [page.path, page]))

/** Nothing is fetched: a host stands here once somebody has looked at what is linked there. */
const hosts = ['stately.ai', 'www.rfc-editor.org', 'opentelemetry.io', 'example.com']

/** As code hosts make anchors of headings: the second of one name gets `-1`. */
function anchorsOf(page: Page): Set<string> {
  const seen = new Map<string, number>()
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const anchor = slugOf(heading)
    const before = seen.get(anchor) ?? 0
    seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
  const named = [...page.text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)
  return new Set([...headings, ...named])
}

function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\\/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

function linksOf(page: Page): string[] {
  const prose = proseOf(page).replace(/`[^`\n]*`/g, (code) => (code.includes('](') ? '' : code))
  const inText = [...prose.matchAll(/\]\(([^()\s]+(?:\([^()\s]*\))?)\)/g)].map(([, link = '']) => link)
  const inTags = [...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, link = '']) => link)
  return [...inText, ...inTags]
}

/** What is wrong with a link; `undefined` where nothing is. */
function troubleWith(link: string, page: Page): string | undefined {
  if (/^[a-z]+:/.test(link)) return troubleWithHost(link)
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page.path : normalize(join(dirname(page.path), path))
  if (target.startsWith('..') || !existsSync(`${root}${target}`)) return 'no such file'
  if (anchor === undefined) return statSync(`${root}${target}`).isFile() || path.endsWith('/') ? undefined : 'a folder'
  const other = byPath.get(target)
  return other && anchorsOf(other).has(anchor) ? undefined : 'no such anchor'
}

function troubleWithHost(link: string): string | undefined {
  const { protocol, hostname } = new URL(link)
  return protocol === 'https:' && hosts.includes(hostname) ? undefined : 'a host that nobody has looked at'
}

describe('the links of the documentation', () => {
  it.each(pages.map((page) => [page.path, page] as const))('%s leads to what is there', (_, page) => {
    const broken = linksOf(page).flatMap((link) => {
      const trouble = troubleWith(link, page)
      return trouble === undefined ? [] : [`${link}: ${trouble}`]
    })
    expect(broken).toEqual([])
  })

  it('lead to what the package brings along', () => {
    const { files }: { files: string[] } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const isBrought = (path: string) =>
      path === 'README.md' || files.some((pattern) => path.startsWith(`${pattern}/`) || matchesGlob(path, pattern))
    const missing = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
        .map((link) => normalize(join(dirname(page.path), link.replace(/#.*/, ''))))
        .filter((path) => !isBrought(path))
        .map((path) => `${page.path}: ${path}`),
    )
    expect(missing).toEqual([])
  })

  it('lead from the index to every page of the guide', () => {
    const index = byPath.get('docs/README.md')
    const reached = new Set(
      index ? linksOf(index).map((link) => normalize(join('docs', link.split('#')[0] ?? ''))) : [],
    )
    const missing = written.filter(({ path }) => path.startsWith('docs/') && !path.endsWith('README.md'))
    expect(missing.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([])
  })

  it('finds what is broken', () => {
    const page = { path: 'docs/README.md', text: '# A `word` here\n\n[a](#a-word-here) [b](#b)' }
    expect(anchorsOf(page)).toEqual(new Set(['a-word-here']))
    expect(linksOf(page)).toEqual(['#a-word-here', '#b'])
    expect(troubleWith('nowhere.md', page)).toBe('no such file')
    expect(troubleWith('https://nowhere.example', page)).toBe('a host that nobody has looked at')
    expect(troubleWith('http://example.com', page)).toBe('a host that nobody has looked at')
    expect(troubleWith('vaults.md#nothing', page)).toBe('no such anchor')
    expect(troubleWith('vaults.md#which-one', page)).toBeUndefined()
  })
})
