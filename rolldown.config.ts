/** Builds the viewer's page into `dist/viewer/`: all that the viewer's server serves, and nothing from elsewhere. */
import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig, type OutputBundle, type Plugin } from 'rolldown'
import { viewerCharts } from './visualizations/compact.ts'
import { chartStyle } from './visualizations/style.ts'

const folder = new URL('src/viewer/page/', import.meta.url)

/** In the order in which they must be read. */
const styles =
  'tokens base parts frame top list connection strip now deeds chart history dock past door overlays'.split(' ')

/** What is no script: the document, its style, and the charts. */
const rest: Plugin = {
  name: 'rest of the page',
  async generateBundle(_, bundle) {
    const emit = (fileName: string, source: string) => this.emitFile({ type: 'asset', fileName, source })
    emit('index.html', text('index.html'))
    emit('icon.svg', text('icon.svg'))
    emit('viewer.css', styles.map((name) => text(`style/${name}.css`)).join('\n'))
    for (const [id, svg] of await viewerCharts()) emit(`charts/${id}.svg`, svg)
    emit('licenses.txt', licensesOf(bundle))
  },
}

/** The licenses of the packages that are in the script, as they want it. */
function licensesOf(bundle: OutputBundle): string {
  const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  const packages = modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? [])
  return [...new Set(packages)].map((name) => `${name}\n\n${licenseOf(name)}`).join('\n\n')
}

function licenseOf(name: string): string {
  const place = new URL(`node_modules/${name}/`, import.meta.url)
  const file = readdirSync(place).find((found) => /^licen[cs]e/i.test(found))
  if (!file) throw new Error(`${name} has no license`)
  return readFileSync(new URL(file, place), 'utf8')
}

function text(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
  return version
}

export default defineConfig({
  input: { viewer: new URL('main.tsx', folder).pathname },
  platform: 'browser',
  checks: { pluginTimings: false },
  transform: {
    define: { CHART_STYLE: JSON.stringify(chartStyle), VERSION: JSON.stringify(version()) },
  },
  plugins: [rest],
  output: { dir: 'dist/viewer', format: 'esm', minify: true, cleanDir: true, codeSplitting: false },
})
