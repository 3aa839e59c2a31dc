import { readFileSync } from 'node:fs'

/** The version of this package, wherever it lies: in its sources or as it was built. */
export function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    const found = versionIn(new URL(up, import.meta.url))
    if (found !== undefined) return found
  }
  return 'unknown'
}

function versionIn(file: URL): string | undefined {
  try {
    const { name, version: number } = JSON.parse(readFileSync(file, 'utf8'))
    return name === 'oauth-machines' ? String(number) : undefined
  } catch {
    // There is another place to look.
    return undefined
  }
}
