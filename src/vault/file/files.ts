import { randomUUID } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { VaultError } from '../vault-error.ts'
import { codeOf, lacksLinks, unlessMissing } from './disk-errors.ts'

/** Writes a file that is not there yet, for its owner only. */
export async function writeNew(path: string, text: string, durable: boolean): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    if (durable) await file.sync()
  } finally {
    await file.close()
  }
}

/** Writes over a file as many bytes as it has, unless it is gone or holds something else by now. */
export async function overwrite(path: string, text: string, isExpected: (text: string) => boolean): Promise<void> {
  const file = await unlessMissing(open(path, 'r+'))
  if (!file) return
  try {
    if (isExpected(await file.readFile('utf8'))) await file.write(text, 0)
  } finally {
    await file.close()
  }
}

/**
 * Gives a finished file its name, whole or not at all; resolves with false where another has that name, or where the file
 * was taken away.
 */
export async function publish(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target)
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST' || code === 'ENOENT') return false
    throw lacksLinks(code) ? new VaultError('unsupported') : error
  }
}

/** Creates a file once for all processes; resolves with what stands in it, whoever made it. */
export async function createOnce(directory: string, name: string, text: string): Promise<string> {
  const target = join(directory, name)
  const existing = await unlessMissing(readFile(target, 'utf8'))
  if (existing !== undefined) return existing
  const temporary = join(directory, `tmp-${name}-${randomUUID()}`)
  try {
    await writeNew(temporary, text, true)
    await publish(temporary, target)
  } finally {
    await discard(temporary)
  }
  await syncDirectory(directory)
  return await readFile(target, 'utf8')
}

/** Removes a file of which nothing depends: one that is left is removed by whoever comes next. */
export async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => {})
}

/** Not every platform opens or syncs a directory: Windows does neither, and keeps names in its journal. */
const NO_DIRECTORY_SYNC = ['EPERM', 'EINVAL', 'EISDIR', 'EACCES', 'ENOTSUP']

/** Makes the names in a directory last over a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r')
    await directory.sync().finally(() => directory.close())
  } catch (error) {
    if (!NO_DIRECTORY_SYNC.includes(codeOf(error))) throw error
  }
}
