import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig } from 'vite'
import { resolve } from '../../vitest.config.ts'

export const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
/** Those that render on a server. */
export const rendering = ['react', 'vue', 'svelte', 'solid']
/** Each with the file of its screen. */
export const screens: Readonly<Record<string, string>> = {
  react: 'react/connect-screen.tsx',
  vue: 'vue/ConnectScreen.vue',
  svelte: 'svelte/ConnectScreen.svelte',
  solid: 'solid/connect-screen.tsx',
  plain: 'plain/connect-screen.ts',
}
export const frameworks = Object.keys(screens)

const settings: InlineConfig = {
  configFile: join(examples, 'vite.config.ts'),
  resolve,
  logLevel: 'warn',
  // Frameworks warn of what is wrong while one develops, and React's StrictMode does its work only then.
  mode: 'development',
}

const lifecycle = '<script type="module" src="/assets/lifecycle.js"></script>'

/** Builds all pages with Vite into a folder. */
export async function buildPages(outDir: string): Promise<void> {
  const input = [fileURLToPath(new URL('pages/lifecycle.ts', import.meta.url))]
  const output = { entryFileNames: 'assets/[name].js' }
  await build({ ...settings, build: { outDir, minify: false, rolldownOptions: { input, output } } })
  await writePage(outDir, 'lifecycle', `<!doctype html>${lifecycle}`)
  // Alone in its origin, as electron-vite serves it.
  await writePage(outDir, '.', await readFile(join(outDir, 'electron', 'index.html'), 'utf8'))
}

/** Builds what renders on a server into a folder: `react.js` and so on, with all that they import. */
export async function buildServers(outDir: string): Promise<void> {
  await build({ ...settings, ssr: { noExternal: true }, build: { ssr: true, outDir, minify: false } })
}

/** Adds to built pages what a server has rendered: at `/react/rendered/`, and at `/react/late/`, where nothing takes over yet. */
export async function addRendered(outDir: string, name: string, { head, body }: Rendered): Promise<void> {
  const page = await readFile(join(outDir, name, 'index.html'), 'utf8')
  const filled = page
    .replace('</head>', `${head}</head>`)
    .replace('<div id="root"></div>', `<div id="root">${body}</div>`)
  await writePage(outDir, `${name}/rendered`, filled)
  await writePage(outDir, `${name}/late`, filled.replace(/<script type="module"[^>]*><\/script>/g, lifecycle))
}

async function writePage(outDir: string, path: string, page: string): Promise<void> {
  await mkdir(join(outDir, path), { recursive: true })
  await writeFile(join(outDir, path, 'index.html'), page)
}

export interface Rendered {
  readonly head: string
  readonly body: string
}
