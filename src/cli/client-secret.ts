import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { platform, stdin } from 'node:process'
import { plain } from '../plain-text.ts'
import type { Provider } from '../providers/provider.ts'
import { codeOf } from '../vault/file/disk-errors.ts'
import { WrongUse } from './command.ts'
import { askSecretly } from './prompt.ts'
import { readSmallText } from './small-text.ts'
import type { Terminal } from './terminal.ts'

/** The environment variable of the client secret. */
export const CLIENT_SECRET = 'OAUTH_MACHINES_CLIENT_SECRET'
/** In bytes: a secret has a few dozen. */
const LARGEST = 4_096

/** Where a secret may come from, the first that has one: a file, the environment, what is remembered, a person. */
interface Sources {
  readonly file: string | undefined
  readonly given: string | undefined
  readonly remembered: () => Promise<string | undefined>
}

/** The client secret; `undefined` for a provider that takes none. Throws {@link WrongUse} where there is none to be had. */
export async function clientSecretFor(
  { name, clientAuthentication }: Provider,
  { file, given, remembered }: Sources,
  terminal: Terminal,
): Promise<string | undefined> {
  if (clientAuthentication === 'none') return undefined
  if (file !== undefined) return await secretIn(file, terminal)
  const known = given || (await remembered())
  if (known) return known
  if (stdin.isTTY && !terminal.isJson) return await askSecretly(`Client secret of ${name}`, terminal)
  throw new WrongUse(`${name} wants a client secret: use --client-secret-file FILE, or the variable ${CLIENT_SECRET}.`)
}

async function secretIn(file: string, terminal: Terminal): Promise<string> {
  if (platform !== 'win32' && ((await modeOf(file)) & 0o077) !== 0)
    terminal.note('The file of the client secret can be read by others on this machine: chmod 600 prevents that.')
  const name = `The file of the client secret, ${plain(basename(file))},`
  const secret = (await readSmallText(file, name, LARGEST)).trim()
  if (secret === '') throw new WrongUse(`${name} is empty.`)
  // As RFC 6749 §A.2 has it.
  if (!/^[\x20-\x7e]+$/.test(secret))
    throw new WrongUse(`${name} holds more than one line, or characters that no secret has.`)
  return secret
}

/** Where there is no such file, its name is not repeated: somebody may have typed the secret itself. */
async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode
  } catch (error) {
    throw new WrongUse(`The file that --client-secret-file names cannot be read (${codeOf(error)}).`)
  }
}
