import { createHash } from 'node:crypto'
import { link } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectionRecord } from '../record.ts'
import type { Entry } from '../vault.ts'
import { VaultError } from '../vault-error.ts'
import { codeOf } from './disk-errors.ts'
import { type Content, ERASED, parseEnvelope } from './envelope.ts'
import { createNumbered, type Latest } from './numbered.ts'
import type { Place } from './place.ts'
import type { Seals } from './seals.ts'

export type Records = ReturnType<typeof createRecords>

/** The folder of a connection. A name may be anything, and file systems differ in what they take for the same. */
export function folderName(name: string): string {
  // UTF-16 as it is: in UTF-8, broken surrogates would all be the same.
  return createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, 32)
}

/** The records of a vault, one folder for each connection. */
export function createRecords(place: Place, seals: Seals) {
  const numbered = (id: string) => createNumbered(place.folder(id), 'record', true)

  async function read(id: string): Promise<{ number: number; entry?: Entry } | undefined> {
    const latest = await numbered(id).latest()
    if (!latest) return undefined
    const { number } = latest
    try {
      const content = await open(id, latest)
      return content ? { number, entry: { record: content.record, revision: String(number) } } : { number }
    } catch (error) {
      // Where nothing can be written, the damage is told all the same.
      if (error instanceof VaultError && error.problem === 'corrupt') await keep(id, number).catch(() => {})
      throw error
    }
  }

  /** What a file holds; nothing where the record was erased. */
  async function open(id: string, { number, text }: Latest): Promise<Content | undefined> {
    const content = await seals.open(parseEnvelope(text), { id, number })
    if (content && folderName(content.name) !== id) throw new VaultError('corrupt')
    return content
  }

  /** Stores the next record of a connection; resolves with its number, or `undefined` where another change came first. */
  async function write(name: string, record: ConnectionRecord, expected: string | undefined) {
    const id = folderName(name)
    await place.make(place.folder(id))
    return await change(id, expected, (number) => seals.seal({ name, record }, { id, number }, clientOf(record)))
  }

  async function erase(name: string, expected: string): Promise<number | undefined> {
    return await change(folderName(name), expected, async () => ERASED)
  }

  async function change(id: string, expected: string | undefined, textOf: (number: number) => Promise<string>) {
    const latest = await numbered(id).latest()
    if (revisionOf(latest) !== expected) return undefined
    const number = (latest?.number ?? 0) + 1
    return (await numbered(id).append(number, await textOf(number))) ? number : undefined
  }

  /** Seals a record as the vault seals now; resolves with whether it had to. */
  async function renew(id: string): Promise<boolean> {
    for (let race = 0; race < RACES; race++) {
      const latest = await numbered(id).latest()
      const envelope = latest && parseEnvelope(latest.text)
      if (!envelope || (await seals.isCurrent(envelope))) return false
      const next = async (number: number) => {
        const content = await open(id, latest)
        return content ? await seals.seal(content, { id, number }, clientOf(envelope)) : ERASED
      }
      if ((await change(id, String(latest.number), next)) !== undefined) return true
    }
    throw new VaultError('unreadable')
  }

  /**
   * Keeps what counts under another name, whatever it is, and goes on without it; resolves with the number of what erases
   * it, or `undefined` where there is nothing.
   */
  async function setAside(name: string): Promise<number | undefined> {
    const id = folderName(name)
    for (let race = 0; race < RACES; race++) {
      const latest = await numbered(id).latest()
      if (!latest || latest.text === ERASED) return undefined
      if (await keep(id, latest.number)) return latest.number + 1
    }
    throw new VaultError('unreadable')
  }

  /** Gives a record another name and erases it. Several may do so at once: one number is made. */
  async function keep(id: string, number: number): Promise<boolean> {
    const { target, append } = numbered(id)
    await link(target(number), join(place.folder(id), `corrupt-${number}`)).catch(unlessKept)
    return await append(number + 1, ERASED)
  }

  return { read, open, write, erase, renew, setAside, latest: (id: string) => numbered(id).latest(), numbered }
}

/** A change that loses this many races against others is in trouble. */
const RACES = 50

/** What a change must name; nothing where there is no record. What cannot be read is one. */
function revisionOf(latest: Latest | undefined): string | undefined {
  return latest && latest.text !== ERASED ? String(latest.number) : undefined
}

/** Whose record it is; empty where it does not say so. */
const clientOf = (from: object) => ('client' in from && typeof from.client === 'string' ? from.client : '')

/** Another does the same, or has done it. */
function unlessKept(error: unknown): void {
  if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error
}
