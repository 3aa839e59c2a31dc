import { plain } from '../plain-text.ts'
import { WrongUse } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { type Home, homeAt } from './home.ts'
import { invocation } from './invocation.ts'
import { isPath } from './provider-argument.ts'
import { noConnection, type Remembered, rememberedIn } from './remembered.ts'
import { type Standing, standingOf } from './standing.ts'
import type { Terminal } from './terminal.ts'

export interface StatusOptions {
  readonly connection?: string
  readonly vault?: string
}

/**
 * Tells how all connections stand, or those of one provider, as their records say; nobody is asked, and nothing changes.
 * Resolves with the exit code: of one that was named, whether a person is needed.
 */
export async function status(
  argument: string | undefined,
  options: StatusOptions,
  terminal: Terminal,
): Promise<number> {
  const home = homeAt(options.vault)
  const known = await rememberedIn(home.folder).all()
  const wanted = known.filter((one) => isWanted(one, argument, options))
  if (argument !== undefined && isPath(argument)) throw new WrongUse('status takes the id of a provider.')
  if (wanted.length === 0 && options.connection !== undefined) throw noConnection(options.connection)
  terminal.tell({ type: 'vault', folder: home.folder, key: home.key })
  const standings = await Promise.all(wanted.map((one) => standingOf(one, home)))
  for (const { line } of standings) terminal.tell(line)
  terminal.print(textOf(standings, home, terminal))
  const isConnected = standings.length > 0 && standings.every(({ line }) => line.connected)
  return argument !== undefined && !isConnected ? exitCodes.personNeeded : exitCodes.done
}

function isWanted({ provider, connection }: Remembered, argument: string | undefined, options: StatusOptions): boolean {
  const isNamed = options.connection === undefined || connection === options.connection
  return isNamed && (argument === undefined || provider.id === argument)
}

function textOf(standings: readonly Standing[], home: Home, { style }: Terminal): string {
  const place = [`${style('dim', 'Vault')}  ${plain(home.folder)}`, `${style('dim', 'Key')}    ${keyWords[home.key]}`]
  if (standings.length === 0) return [...place, '', `Nothing is connected: ${invocation} login PROVIDER`].join('\n')
  const names = standings.map(({ line }) => plain(`${line.provider} / ${line.connection}`))
  const width = Math.max(...names.map((name) => name.length))
  const lines = standings.map(({ line, words }, index) => {
    const sign = line.connected ? style('green', '●') : style(line.needsPerson ? 'yellow' : 'dim', '○')
    return `${sign} ${(names[index] ?? '').padEnd(width)}  ${words}`
  })
  return [...place, '', ...lines].join('\n')
}

const keyWords: Readonly<Record<Home['key'], string>> = {
  file: 'a file in that folder, for its owner only: who can read the folder, can read the tokens',
  environment: 'OAUTH_MACHINES_KEY in the environment',
  keyring: 'the keyring of this system',
}
