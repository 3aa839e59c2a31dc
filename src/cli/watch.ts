import { OAuthError } from '../failure.ts'
import { consoleReporter } from '../inspect/console-reporter.ts'
import { createInspector, type Sink } from '../inspect/inspector.ts'
import { plain } from '../plain-text.ts'
import { VaultError } from '../vault/vault-error.ts'
import { WrongUse } from './command.ts'
import { type Home, homeAt } from './home.ts'
import { invocation } from './invocation.ts'
import type { SessionOptions } from './named.ts'
import { providerFor } from './provider-argument.ts'
import { noConnection, placeOf, type Remembered, rememberedIn } from './remembered.ts'
import { open, type Prepared, prepare, prepareKnown } from './session.ts'
import { interrupted, type Terminal } from './terminal.ts'
import { troubleOf } from './told-failure.ts'

export type WatchOptions = Omit<SessionOptions, 'connection'> & {
  /** Default: all. */
  readonly connection?: string
}

/** Runs connections that are known, all, of one provider, or one, and tells what happens, until somebody ends it. */
export async function watch(argument: string | undefined, options: WatchOptions, terminal: Terminal): Promise<void> {
  const all = await wanted(argument, options, terminal)
  if (all.length === 0 && options.connection !== undefined) throw noConnection(options.connection)
  if (all.length === 0) return terminal.note(`Nothing is connected yet: ${invocation} login PROVIDER`)
  const inspect = createInspector(reporterFor(terminal))
  const sessions = all.map((prepared) => open(prepared, terminal, { inspect }))
  try {
    await interrupted(terminal.signal)
  } finally {
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()))
  }
}

async function wanted(argument: string | undefined, options: WatchOptions, terminal: Terminal): Promise<Prepared[]> {
  const { connection, ...typed } = options
  if (argument !== undefined && connection !== undefined)
    return [await prepare(argument, { ...typed, connection }, terminal)]
  const home = homeAt(options.vault)
  const memory = rememberedIn(home.folder)
  const provider = argument === undefined ? undefined : await providerFor(argument, memory.all)
  const known = (await memory.all()).filter(
    (one) =>
      (!provider || one.provider.id === provider.id) && (connection === undefined || one.connection === connection),
  )
  if (argument !== undefined && known.length === 0)
    return [await prepare(argument, { ...typed, connection: 'default' }, terminal)]
  return await readable(known, typed, home, terminal)
}

/** One that lacks something must not stand in the way of all others. */
async function readable(
  known: readonly Remembered[],
  typed: Omit<SessionOptions, 'connection'>,
  home: Home,
  terminal: Terminal,
): Promise<Prepared[]> {
  const all: Prepared[] = []
  const troubles: unknown[] = []
  for (const one of known) {
    try {
      all.push(await prepareKnown(one, typed, home, terminal))
    } catch (error) {
      if (!isOfOne(error)) throw error
      troubles.push(error)
      terminal.note(`${plain(placeOf(one.provider, one.connection))} is passed over. ${troubleOf(error).message}`)
    }
  }
  if (all.length === 0 && troubles.length > 0) throw troubles[0]
  return all
}

function isOfOne(error: unknown): boolean {
  return error instanceof OAuthError || error instanceof VaultError || error instanceof WrongUse
}

function reporterFor(terminal: Terminal): Sink {
  if (terminal.isJson) return (observation) => terminal.tell({ type: 'observation', observation })
  return consoleReporter(terminal.print)
}
