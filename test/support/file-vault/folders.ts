import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderName } from '../../../src/vault/file/records.ts'

const made = new Set<string>()

/** A directory that does not exist yet, in one that is removed after the test. */
export async function freshDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'file-vault-'))
  made.add(parent)
  return join(parent, 'vault')
}

export async function removeDirectories(): Promise<void> {
  for (const parent of made) await rm(parent, { recursive: true, force: true })
  made.clear()
}

export const folderOf = (directory: string, name: string) => join(directory, folderName(name))

/** The names in a connection's folder, in order. */
export async function filesOf(directory: string, name: string): Promise<string[]> {
  return (await readdir(folderOf(directory, name))).sort()
}

export const fileOf = (directory: string, name: string, file: string) => join(folderOf(directory, name), file)

/** All that stands in a directory, as one text, and each file's path. */
export async function contentsOf(directory: string): Promise<{ text: string; paths: string[] }> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1')))
  return { text: texts.join('\n'), paths }
}
