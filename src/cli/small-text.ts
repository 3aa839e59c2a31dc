import { createReadStream } from 'node:fs'
import { codeOf } from '../vault/file/disk-errors.ts'
import { WrongUse } from './command.ts'

/**
 * Reads a file of UTF-8, with or without a byte order mark. Throws {@link WrongUse}, which quotes nothing of it.
 *
 * @param name what messages call it
 * @param largest in bytes; no more is read of whatever it is
 */
export async function readSmallText(path: string, name: string, largest: number): Promise<string> {
  const bytes = await readBytes(path, name, largest + 1)
  if (bytes.length > largest) throw new WrongUse(`${name} is larger than ${largest} bytes.`)
  try {
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Said below: it is in another encoding.
  }
  throw new WrongUse(`${name} is not UTF-8 but UTF-16, or no text: save it as UTF-8.`)
}

async function readBytes(path: string, name: string, count: number): Promise<Uint8Array> {
  try {
    const parts: Uint8Array[] = []
    for await (const part of createReadStream(path, { end: count - 1 })) parts.push(part)
    return Buffer.concat(parts)
  } catch (error) {
    throw new WrongUse(`${name} cannot be read (${codeOf(error)}).`)
  }
}
