import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OAuthError } from '../failure.ts'
import { plain } from '../plain-text.ts'
import { defineProvider } from '../providers/define-provider.ts'
import type { Provider } from '../providers/provider.ts'
import { disk, unlessMissing } from '../vault/file/disk-errors.ts'
import { discard, writeNew } from '../vault/file/files.ts'
import type { SealedText } from './sealed-text.ts'

/** How a connection was made, so that nobody has to say it again. The secret is sealed; the rest is none. */
export interface Remembered {
  readonly version: 1
  readonly connection: string
  readonly provider: Provider
  readonly clientId: string
  readonly sandbox: boolean
  readonly redirectUri?: string
  readonly scopes?: readonly string[]
  readonly deviations?: readonly string[]
  readonly secret?: SealedText
}

/** The place of a connection: the name of its record, and what its secret is bound to. */
export function placeOf({ id }: Pick<Provider, 'id'>, connection: string): string {
  return `${id}/${connection}`
}

/** What there is to say where none has the name that somebody gave. */
export function noConnection(name: string): OAuthError {
  const message = `There is no connection ${plain(name)}.`
  return new OAuthError({ code: 'authorization_required', message, retryable: false })
}

/** Small files beside the vault, one for each connection. */
export function rememberedIn(folder: string) {
  const directory = join(folder, 'registrations')
  const fileOf = (place: string) => join(directory, `${nameOf(place)}.json`)

  return {
    /** All that can be read, by provider and name; what is damaged or of a newer version is passed over. */
    async all(): Promise<Remembered[]> {
      const names = (await disk('reading', () => unlessMissing(readdir(directory)))) ?? []
      const texts = names.filter((name) => name.endsWith('.json')).map((name) => read(join(directory, name)))
      const known = (await Promise.all(texts)).filter((one) => one !== undefined)
      return known.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    },

    one: (place: string): Promise<Remembered | undefined> => read(fileOf(place)),

    /** Replaces what was there as a whole. */
    async keep(entry: Remembered): Promise<void> {
      const target = fileOf(placeOf(entry.provider, entry.connection))
      const temporary = join(directory, `tmp-${randomUUID()}`)
      await disk('writing', async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        try {
          await writeNew(temporary, `${JSON.stringify(entry, undefined, 2)}\n`, true)
          await rename(temporary, target)
        } finally {
          await discard(temporary)
        }
      })
    },

    forget: (place: string): Promise<void> => disk('writing', () => rm(fileOf(place), { force: true })),
  }
}

function keyOf({ provider, connection }: Remembered): string {
  return placeOf(provider, connection)
}

/** A connection may have any name, and a file may not. */
function nameOf(place: string): string {
  const id = place.slice(0, place.indexOf('/'))
  return `${id}-${createHash('sha256').update(place).digest('hex').slice(0, 16)}`
}

async function read(file: string): Promise<Remembered | undefined> {
  const text = await disk('reading', () => unlessMissing(readFile(file, 'utf8')))
  try {
    return text === undefined ? undefined : checked(JSON.parse(text))
  } catch (error) {
    // Nothing of a connection is lost with it: the registration is asked for again.
    if (error instanceof SyntaxError || error instanceof OAuthError) return undefined
    throw error
  }
}

function checked(value: Remembered): Remembered | undefined {
  const isKnown = typeof value === 'object' && value !== null && value.version === 1
  if (!isKnown || typeof value.connection !== 'string' || typeof value.clientId !== 'string') return undefined
  return { ...value, provider: defineProvider(value.provider) }
}
