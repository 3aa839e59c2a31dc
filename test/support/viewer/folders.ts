import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A small page in place of the viewer's own. Its script tells what it hears, and what the policy forbade. */
export const smallPage: Readonly<Record<string, string>> = {
  'index.html': '<!doctype html><title>small</title><script src="/viewer.js"></script>',
  'viewer.js': `globalThis.forbidden = []
document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => forbidden.push(effectiveDirective))`,
  'viewer.css': 'body { color: green }',
  'charts/deviceCode.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'notes.txt': 'not for the page',
}

/** A folder that is gone with the test. */
export async function temporaryFolder(files: Readonly<Record<string, string>> = {}) {
  const path = await mkdtemp(join(tmpdir(), 'oauth-machines-viewer-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
