import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'

/** Mounts a file system, where this process may; resolves with what ends it. */
export function mount(path: string, type: string, options: string, descriptor?: number): (() => void) | undefined {
  mkdirSync(path, { recursive: true })
  const stdio = ['ignore', 'ignore', 'ignore', ...(descriptor === undefined ? [] : [descriptor])] as const
  const { status } = spawnSync('mount', ['-i', '-t', type, '-o', options, 'none', path], { stdio: [...stdio] })
  return status === 0 ? () => void spawnSync('umount', ['-l', path]) : undefined
}

/** A FUSE mount that nobody serves, of another user: of it, the kernel itself tells the type. */
export function mountFuse(path: string): (() => void) | undefined {
  try {
    const device = openSync('/dev/fuse', 'r+')
    const unmount = mount(path, 'fuse', 'fd=3,rootmode=40000,user_id=12345,group_id=12345', device)
    if (!unmount) closeSync(device)
    return (
      unmount &&
      (() => {
        closeSync(device)
        unmount()
      })
    )
  } catch {
    return undefined
  }
}

/** Whether this machine lets us mount at all. */
export function mayMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && probe()
}

function probe(): boolean {
  const path = `/tmp/file-vault-probe-${process.pid}`
  const unmount = mount(path, 'tmpfs', 'size=64k')
  unmount?.()
  spawnSync('rmdir', [path])
  return unmount !== undefined
}

/** Fills a small file system to its last byte, with the file `filler`. */
export async function fill(directory: string): Promise<void> {
  for (const size of [4096, 1])
    for (let full = false, parts = 0; !full && parts < 10_000; parts++)
      full = await appendFile(`${directory}/filler`, 'x'.repeat(size)).then(
        () => false,
        () => true,
      )
}
