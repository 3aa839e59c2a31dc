import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Compiles what a process loads before the C library; `undefined` where there is no Linux or no C compiler. */
export function compilePreload(name: 'link' | 'session-keyring'): { path: string; remove: () => void } | undefined {
  if (process.platform !== 'linux') return undefined
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'preload-'))
  const path = join(folder, `${name}.so`)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (spawnSync('cc', ['-shared', '-fPIC', '-o', path, source, '-ldl']).status === 0) return { path, remove }
  remove()
  return undefined
}
