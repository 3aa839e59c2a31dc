import { mkdir, readdir, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { platform } from 'node:process'
import { VaultError } from '../vault-error.ts'
import { codeOf, unlessMissing } from './disk-errors.ts'
import { syncDirectory } from './files.ts'

export type Place = ReturnType<typeof createPlace>

/** The directory of a vault. Nothing is touched before somebody asks. */
export function createPlace(path: string) {
  const directory = resolve(path)
  const synced = new Set<string>()
  let checked = false

  /** Whether there is a directory yet; rejects where it is no place for a vault. */
  async function exists(): Promise<boolean> {
    if (checked) return true
    if (isUncPath(directory)) throw new VaultError('network_share')
    const found = await unlessMissing(statfs(directory))
    if (!found) return false
    if (isShared(found.type)) throw new VaultError('network_share')
    checked = true
    return true
  }

  /** Makes a folder in the directory, which is made too; what is there already stays as it is. */
  async function make(folder: string): Promise<void> {
    const there = (await exists()) && (await unlessMissing(makeOne(folder)))
    if (!there) await makeAll(folder)
    // Also where another process has made it: that one may have died before it lasted.
    if (!synced.has(folder)) await syncDirectory(directory)
    synced.add(folder)
  }

  /** Also where somebody has removed the directory meanwhile. */
  async function makeAll(folder: string): Promise<void> {
    await makeWithParents(directory)
    checked = false
    await exists()
    await makeOne(folder)
  }

  /** The names of the folders of all connections; what else lies there is nobody's. */
  async function connections(): Promise<string[]> {
    const there = (await exists()) && (await unlessMissing(readdir(directory, { withFileTypes: true })))
    return (there || []).filter((one) => !one.isFile() && /^[0-9a-f]{32}$/.test(one.name)).map(({ name }) => name)
  }

  return { directory, folder: (name: string) => join(directory, name), exists, make, connections }
}

/** Node's own recursion does not tell why it fails on a disk that is read-only. */
async function makeWithParents(path: string): Promise<void> {
  const parent = dirname(path)
  // A drive that is not there has no parent.
  const made = parent === path ? await makeOne(path) : await unlessMissing(makeOne(path))
  if (made === undefined) {
    await makeWithParents(parent)
    await makeOne(path)
  }
  await syncDirectory(parent)
}

/** Makes a directory unless there is something of that name; what that is shows when it is used. */
async function makeOne(path: string): Promise<'made' | 'there'> {
  try {
    await mkdir(path, { mode: 0o700 })
    return 'made'
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return 'there'
  }
}

/** Windows' names for shares; `\\?\` and `\\.\` lead to local disks unless `UNC` follows. */
export function isUncPath(path: string, system: string = platform): boolean {
  return system === 'win32' && /^[\\/]{2}(?:[?.][\\/]UNC[\\/]|(?![?.][\\/]))/i.test(path)
}

/**
 * File systems that several machines may share, or whose other end cannot be told, by Linux's magic numbers. A process of
 * another machine cannot be seen to live, and exclusive creation may not hold.
 *
 * NFS, SMB, CIFS, SMB2, AFS (two), Coda, Ceph, Lustre, GPFS, 9p, FUSE (sshfs and the like), GFS2, OCFS2, NCP, BeeGFS,
 * VirtualBox and Parallels folders.
 */
const SHARED = [
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x6b414653, 0x73757245, 0x00c36400, 0x0bd00bd0, 0x47504653,
  0x01021997, 0x65735546, 0x01161970, 0x7461636f, 0x564c, 0x19830326, 0x786f4256, 0x7c7c6673,
]

/** Other systems number theirs otherwise, and say nothing that could be relied on. */
export function isShared(type: number, system: string = platform): boolean {
  // 32-bit systems tell the number with a sign.
  return system === 'linux' && SHARED.includes(type >>> 0)
}
