import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { waitFor } from 'xstate'
import { entryPoints } from '../../docs/build/entry-points.ts'
import { Connection } from '../../src/connection.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { blocksOf, root, written } from './pages.ts'

const sources = new Map<string, string>([
  ...entryPoints.map(([entry, source]): [string, string] => [entry, `${root}${source}`]),
])

/** The code of a program in a page of the guide, or in the project's README; the first, or another. */
export function programOf(page: string, index = 0): string {
  const path = page === 'README' ? 'README.md' : `docs/${page}.md`
  const blocks = written.filter((page) => page.path === path).flatMap(blocksOf)
  const { code } = blocks.filter(({ language }) => ['ts', 'tsx', 'js'].includes(language))[index] ?? {}
  if (code === undefined) throw new Error(`${path} has no program ${index}`)
  return code
}

/** The code with the sources in place of the package. */
export function fromSources(code: string): string {
  return code.replace(/(?<=from ')[^']+/g, (name) => sources.get(name) ?? name)
}

/** Runs a program as a reader would, but with the sources in place of the package; resolves with what it exports. */
export async function run(code: string, name = 'program.ts'): Promise<Record<string, unknown>> {
  // Not within node_modules, where nothing is compiled.
  const folder = mkdtempSync(`${root}test/docs/.running-`)
  try {
    const file = join(folder, name)
    writeFileSync(file, fromSources(code))
    return await import(/* @vite-ignore */ file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a program has around it: the providers and their APIs behind `fetch`, and a vault's folder and key. */
export function surroundings() {
  const emulator = createEmulator({ tyro: { interval: 1 } })
  const folder = mkdtempSync(join(tmpdir(), 'guide-'))
  const network = globalThis.fetch
  const hosts = new Map<string, (request: Request) => Promise<Response>>()
  const api = (provider: string) => async (request: Request) => {
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    return emulator.accepts(provider, token) ? Response.json({ ok: true }) : new Response(null, { status: 401 })
  }
  hosts.set('api.tyro.com', api('tyro'))
  hosts.set('api.tiller.systems', api('sumup-pos-pro'))
  hosts.set('transactions-api.mypos.com', api('mypos'))
  hosts.set('127.0.0.1', (request) => network(request))

  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(typeof input === 'string' ? new URL(input, 'https://pos.example.com') : input, init)
    const host = hosts.get(new URL(request.url).hostname)
    return host ? host(request) : emulator.fetch(request, init?.signal ? { signal: init.signal } : {})
  })
  for (const name of ['TILL_KEY', 'OFFICE_KEY', 'POS_KEY']) vi.stubEnv(name, '42'.repeat(32))
  vi.stubGlobal('secretFromYourVault', () => 'an-invented-secret')
  onTestFinished(async () => {
    vi.unstubAllGlobals()
    vi.unstubAllEnvs()
    await emulator.close()
    rmSync(folder, { recursive: true })
  })

  /** The program of a page, with its vault in a folder of the test's. */
  const programIn = (page: string, index = 0) =>
    programOf(page, index).replace(/(?<=fileVault\()'[^']+'/, JSON.stringify(folder))
  return { emulator, folder, hosts, programIn }
}

// Everything is real but the network: see `surroundings`. A poll is due each second.
export const patience = { timeout: 15_000 }

/** A connection that a program exports; the test stops it. */
export function connectionIn(value: unknown): Connection {
  if (!(value instanceof Connection)) throw new Error('not a connection')
  onTestFinished(() => value.stop())
  return value
}

export function functionIn(value: unknown): (...given: unknown[]) => Promise<unknown> {
  if (typeof value !== 'function') throw new Error('not a function')
  return async (...given) => value(...given)
}

export const isConnected = (connection: Connection) =>
  waitFor(connection.actor, (snapshot) => snapshot.hasTag('connected'), patience)

/** What a program prints. */
export function printed(): string[] {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => void lines.push(words.join(' ')))
  onTestFinished(() => log.mockRestore())
  return lines
}
