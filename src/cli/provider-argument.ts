import { basename } from 'node:path'
import { OAuthError } from '../failure.ts'
import { defineProvider } from '../providers/define-provider.ts'
import type { Provider } from '../providers/provider.ts'
import { WrongUse } from './command.ts'
import { presets } from './presets.ts'
import type { Remembered } from './remembered.ts'
import { readSmallText } from './small-text.ts'

/** In bytes: provider data has a few thousand. */
const LARGEST = 1_048_576
/** What provider data may hold. */
const MEMBERS = 'docs/adding-a-provider.md, in this package'

/**
 * Finds out what PROVIDER means: the path of a JSON file, the id of a preset, or of a provider that was logged in to before.
 *
 * @param known what is remembered; asked for only where it is needed
 */
export async function providerFor(argument: string, known: () => Promise<readonly Remembered[]>): Promise<Provider> {
  if (isPath(argument)) return readProvider(argument)
  const preset = presets.find(({ id }) => id === argument)
  if (preset) return preset
  const remembered = (await known()).find(({ provider }) => provider.id === argument)
  if (remembered) return remembered.provider
  const ids = presets.map(({ id }) => id).join(', ')
  throw new WrongUse(
    `There is no provider ${argument}. There are ${ids}; or give the path of a JSON file, ` +
      'as for one that was forgotten with its last logout.',
  )
}

/** Whether PROVIDER is meant as a file. */
export function isPath(argument: string): boolean {
  return /[/\\]|\.json$/i.test(argument)
}

/** Reads provider data. Throws {@link WrongUse}, which names the member that is wrong, and quotes nothing of the file. */
export async function readProvider(path: string): Promise<Provider> {
  const name = basename(path)
  const text = await readSmallText(path, name, LARGEST)
  try {
    return defineProvider(JSON.parse(text))
  } catch (error) {
    if (error instanceof OAuthError) throw new WrongUse(`${name}: ${error.message}`, MEMBERS)
    if (!(error instanceof SyntaxError)) throw error
    const where = /\(line \d+ column \d+\)/.exec(error.message)?.[0] ?? ''
    throw new WrongUse(`${name} is not JSON ${where}`.trimEnd().concat('.'))
  }
}
