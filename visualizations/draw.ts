/**
 * Writes the pictures of all charts into this folder; with `--check`, fails where one differs from its chart.
 *
 * To open a chart in Stately Studio:
 * 1. In a project, create a new machine: an import replaces the machine that is open.
 * 2. Choose `Import` in the Code panel, or `Machine > Import` in the menu.
 * 3. Paste `createMachine(…)` with the content of the chart's `.json` file between the parentheses.
 *
 * @see https://stately.ai/docs/import-from-code
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pictures } from './pictures.ts'

const check = process.argv.includes('--check')
const stale = [...(await pictures())].filter(([name, content]) => contentOf(name) !== content)

for (const [name, content] of stale) {
  if (check) console.error(`visualizations/${name} is stale: run "npm run draw"`)
  else writeFileSync(fileOf(name), content)
}
process.exitCode = check && stale.length > 0 ? 1 : 0

function contentOf(name: string): string | undefined {
  return existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : undefined
}

function fileOf(name: string): URL {
  return new URL(name, import.meta.url)
}
