import { readFileSync, writeFileSync } from 'node:fs'
import { authorizationCode, clientCredentials, deviceCode } from '../src/index.ts'
import { mermaid } from './mermaid.ts'
import { pictureOf } from './model.ts'

/** Writes the pictures of all charts; with `--check`, fails where one differs from its chart. */
const check = process.argv.includes('--check')
let stale = 0

for (const machine of [deviceCode, authorizationCode, clientCredentials]) {
  const file = new URL(`${machine.id}.mmd`, import.meta.url)
  keep(file, mermaid(pictureOf(machine)))
}

const readme = new URL('../README.md', import.meta.url)
const picture = /(<!-- picture: deviceCode -->\n```mermaid\n)[^`]*(```)/
keep(readme, readFileSync(readme, 'utf8').replace(picture, `$1${mermaid(pictureOf(deviceCode))}$2`))

process.exitCode = stale === 0 ? 0 : 1

function keep(file: URL, content: string): void {
  if (!check) return writeFileSync(file, content)
  if (read(file) === content) return
  stale++
  console.error(`${file.pathname.split('/').at(-1)} is stale: run "npm run draw"`)
}

function read(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
