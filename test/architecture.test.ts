import { describe, expect, it } from 'vitest'
import { circlesOf, type Import, importers, isPackage, type Source, sourceOf, sourcesOf } from './support/sources.ts'

const sources = sourcesOf('src', 'machines')
/** Entry points of their own: for a server, a disk, a browser, a test, a developer who looks on. */
const apart = [
  ...['src/emulator/', 'src/vault/file/', 'src/vault/web/', 'src/vault/contract/', 'src/resource/ky.ts'],
  ...['src/inspect/', 'src/view/', 'src/viewer/', 'src/node/', 'src/cli/', 'src/backend/'],
]
const isApart = (path: string) => apart.some((place) => path.startsWith(place))
const core = sources.filter(({ path }) => !isApart(path))
const inside = (...folders: readonly string[]) =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(folder)))

const filesThat = (files: readonly Source[], pattern: RegExp) =>
  files.filter(({ code }) => pattern.test(code)).map(({ path }) => path)

describe('imports', () => {
  it('of machines/ are xstate, its own folder, and types of src', () => {
    const allowed = ({ from, runtime }: Import) =>
      from === 'xstate' || from.startsWith('machines/') || (from.startsWith('src/') && !runtime)
    expect(importers(inside('machines/'), (found) => !allowed(found))).toEqual([])
  })

  it('of machines/ stand in client and index at run time, and as types where a connection is spoken of', () => {
    const run = importers(inside('src/'), ({ from, runtime }) => runtime && from.startsWith('machines/'))
    // The inspector knows our flows from a host's machines by their charts.
    const known = ['src/backend/client/backend-client.ts', 'src/client.ts', 'src/index.ts', 'src/inspect/observing.ts']
    expect([...new Set(run.map((line) => line.split(' ')[0]))].sort()).toEqual(known)
    const types = importers(inside('src/'), ({ from, runtime }) => !runtime && from.startsWith('machines/'))
    const allowed = [
      'src/base-connection.ts',
      'src/flow-actor.ts',
      'src/index.ts',
      'src/outcome.ts',
      'src/inspect/observing.ts',
    ]
    expect(
      [...new Set(types.map((line) => line.split(' ')[0]))].filter((path) => path && !allowed.includes(path)),
    ).toEqual([])
  })

  it('point one way: what is below knows nothing of actors, client, connection and machines', () => {
    const below = inside(
      'src/protocol/',
      'src/vault/',
      'src/providers/',
      'src/recall.ts',
      'src/failure.ts',
      'src/environment.ts',
      'src/alarms.ts',
      'src/sealed.ts',
    )
    const above =
      /^(?:src\/actors\/|src\/client\.ts|src\/connection\.ts|src\/outcome\.ts|src\/index\.ts|machines\/|xstate)/
    expect(below.length).toBeGreaterThan(15)
    expect(importers(below, ({ from }) => above.test(from))).toEqual([])
  })

  it('of actors stay below client and connection', () => {
    expect(
      importers(inside('src/actors/'), ({ from }) => /^src\/(?:client|connection|outcome|index)\.ts/.test(from)),
    ).toEqual([])
  })

  it('of providers are failure and the schema library, so that a provider is data', () => {
    const allowed = ['valibot', 'src/failure.ts', 'src/providers/define-provider.ts', 'src/providers/provider.ts']
    expect(importers(inside('src/providers/'), ({ from }) => !allowed.includes(from))).toEqual([])
  })

  it('of the index are needed by nobody, and of what stands apart by no other folder', () => {
    expect(importers(core, ({ from }) => from === 'src/index.ts' || isApart(from))).toEqual([])
  })

  it.each(['src/vault/file/', 'src/vault/web/', 'src/vault/contract/'])(
    'of %s are what a vault needs to know',
    (folder) => {
      const allowed = [
        'src/failure.ts',
        'src/environment.ts',
        'src/vault/record.ts',
        'src/vault/state.ts',
        'src/vault/vault.ts',
        'src/vault/vault-error.ts',
      ]
      const isKnown = (from: string) => from.startsWith(folder) || allowed.includes(from) || from.startsWith('node:')
      expect(importers(inside(folder), ({ from }) => !isKnown(from) && from !== '@napi-rs/keyring')).toEqual([])
    },
  )

  it.each([
    ['ky', ['src/protocol/http.ts']],
    [
      'valibot',
      [
        ...['src/backend/client/parse-answer.ts', 'src/backend/parse-errand.ts'],
        ...['src/inspect/parse-message.ts', 'src/inspect/parse-observation.ts'],
        ...['src/providers/define-provider.ts', 'src/vault/parse-record.ts'],
      ],
    ],
  ])('of %s stand in %j', (name, files) => {
    const found = importers(sources, ({ from, runtime }) => runtime && (from === name || from.startsWith(`${name}/`)))
    expect([...new Set(found)].sort()).toEqual(files.map((file) => `${file} → ${name}`))
  })

  it('of ky happen when the first request is near', () => {
    expect(importers(sources, ({ from, runtime, dynamic }) => from === 'ky' && runtime && !dynamic)).toEqual([])
  })

  it('of Node stand with the disk, with processes and with the emulator, and of hono there only', () => {
    expect(
      importers(core, ({ from }) => from.startsWith('node:') || from.startsWith('hono') || from.startsWith('@hono/')),
    ).toEqual([])
    expect(importers(inside('src/emulator/'), ({ from }) => from === 'hono').length).toBeGreaterThan(0)
  })

  it('of packages are few', () => {
    const packages = new Set(core.flatMap(({ imports }) => imports.map(({ from }) => from).filter(isPackage)))
    expect([...packages].sort()).toEqual(['ky', 'valibot', 'xstate'])
  })

  it('go round in no circle', () => {
    expect(circlesOf(sources)).toEqual([])
  })
})

describe('the world around', () => {
  const world =
    /\bDate\.now|\bnew Date\(\)|\bDate\(\)|Math\.random|(?<!typeof )globalThis\.fetch|\bsetTimeout|\bsetInterval|performance\.now|AbortSignal\.timeout|\bprocess\.|\bBuffer\b/

  it('is read in environment and alarms only', () => {
    expect(filesThat(core, world).sort()).toEqual(['src/alarms.ts', 'src/environment.ts'])
  })

  it('hears nothing: no file prints', () => {
    expect(filesThat(core, /\bconsole\./)).toEqual([])
  })

  it('holds no fetch but the environment’s', () => {
    expect(filesThat(core, /(?<![.\w])fetch\(/)).toEqual([])
  })
})

describe('the types that others see', () => {
  const open = ['index', 'client', 'connection', 'sealed', 'failure', 'registration'].map((name) => `src/${name}.ts`)
  const shown = sources.filter(({ path }) => open.includes(path) || /^(?:machines|src\/providers)\//.test(path))

  it('are in the files that are looked at', () => {
    expect(shown.length).toBeGreaterThanOrEqual(open.length + 6 + 4)
  })

  it.each([
    ['cast', /\bas\s+(?!const\b)/, 'const a = b as C'],
    ['any', /\bany\b/, 'let a: any'],
    ['non-null assertion', /[\w)\]]!(?![=\w(])/, 'a?.b()!.c'],
  ])('hold no %s', (_, pattern, example) => {
    expect(sourceOf('x.ts', example).code).toMatch(pattern)
    expect(filesThat(shown, pattern)).toEqual([])
  })

  it('hold no @ts- comment, and neither does any other source', () => {
    expect(
      sources.filter(({ text }) => /@ts-(?:ignore|expect-error|nocheck)/.test(text)).map(({ path }) => path),
    ).toEqual([])
  })
})

describe('files', () => {
  it('say where they import from with the ending .ts, or .tsx of a page', () => {
    expect(importers(sources, ({ from }) => !isPackage(from) && !/\.tsx?$/.test(from))).toEqual([])
  })

  it('of providers are named by no other source of the core', () => {
    const others = core.filter(({ path }) => !path.startsWith('src/providers/') && path !== 'src/index.ts')
    expect(others.filter(({ code }) => /\b(?:tyro|sumup|mypos)\b/i.test(code)).map(({ path }) => path)).toEqual([])
  })
})
