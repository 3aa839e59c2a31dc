import { describe, expect, it } from 'vitest'
import { circlesOf, importers, isPackage, sourceOf, sourcesOf } from './support/sources.ts'

const sources = sourcesOf('src', 'machines')

describe('a source file', () => {
  const text = `
    // import comment from './comment.ts'
    const s = "import './string.ts'"
`.concat(
    "import a, { b } from './a.ts'\nimport type { C } from './c.ts'\nimport {\n  type D,\n} from 'd'\nimport './e.ts'\n",
    "export * from './f.ts'\nexport type { G } from './g.ts'\nexport const h = 'not from'\nlet i: typeof import('i')\nimport('j')\n",
  )

  it('sees each import once, and what is left of it at run time', () => {
    const { imports } = sourceOf('src/x/y.ts', text)
    expect(imports.map(({ from, runtime, dynamic }) => `${from} ${runtime} ${dynamic}`)).toEqual([
      'src/x/a.ts true false',
      'src/x/c.ts false false',
      'd true false',
      'src/x/e.ts true false',
      'src/x/f.ts true false',
      'src/x/g.ts false false',
      'i false true',
      'j true true',
    ])
  })

  it('sees neither comments nor strings as code, but what stands in a template', () => {
    const { code } = sourceOf(
      'x.ts',
      `const a = 'x as y' // as any\nconst b = \`as $\{ c!.d } as\`\nimport * as v from 'v'\n`,
    )
    expect(code).not.toMatch(/\bas\b/)
    expect(code).toContain('c!.d')
  })

  it('finds a circle, and no circle of types', () => {
    const files = [
      sourceOf('src/a.ts', "import { b } from './b.ts'\n"),
      sourceOf('src/b.ts', "import { c } from './c.ts'\n"),
      sourceOf('src/c.ts', "import { a } from './a.ts'\nimport type { d } from './d.ts'\n"),
      sourceOf('src/d.ts', "import { a } from './a.ts'\n"),
    ]
    expect(circlesOf(files)).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts'])
    expect(circlesOf(files.slice(0, 2))).toEqual([])
  })

  it('sees all source files, and their imports', () => {
    expect(sources.length).toBeGreaterThan(50)
    const silent = sources.filter(
      ({ imports, text: all }) => imports.length === 0 && /^import|^export .* from '/m.test(all),
    )
    expect(silent.map(({ path }) => path)).toEqual([])
    const unknown = importers(sources, ({ from }) => !isPackage(from) && !sources.some(({ path }) => path === from))
    expect(unknown).toEqual([])
  })
})
