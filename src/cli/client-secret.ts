import { readFile, stat } from 'node:fs/promises'
import { platform, stdin } from 'node:process'
import type { Provider } from '../providers/provider.ts'
import { codeOf } from '../vault/file/disk-errors.ts'
import { WrongUse } from './command.ts'
import { askSecretly } from './prompt.ts'
import type { Terminal } from './terminal.ts'

/** The environment variable of the client secret. */
export const CLIENT_SECRET = 'OAUTH_MACHINES_CLIENT_SECRET'

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

/** Its name is not repeated: somebody may have typed the secret itself. */
async function secretIn(file: string, terminal: Terminal): Promise<string> {
  try {
    const { mode } = await stat(file)
    if (platform !== 'win32' && (mode & 0o077) !== 0)
      terminal.note('The file of the client secret can be read by others on this machine: chmod 600 prevents that.')
    const secret = (await readFile(file, 'utf8')).trim()
    if (secret !== '') return secret
  } catch (error) {
    throw new WrongUse(`The file that --client-secret-file names cannot be read (${codeOf(error)}).`)
  }
  throw new WrongUse('The file that --client-secret-file names is empty.')
}
