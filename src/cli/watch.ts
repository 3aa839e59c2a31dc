import { consoleReporter } from '../inspect/console-reporter.ts'
import { createInspector, type Sink } from '../inspect/inspector.ts'
import { homeAt } from './home.ts'
import { rememberedIn } from './remembered.ts'
import { open, type Prepared, prepare, prepareKnown, type SessionOptions } from './session.ts'
import { interrupted, type Terminal } from './terminal.ts'

/** Runs one connection, or all that are known, and tells what happens, until somebody ends it. */
export async function watch(argument: string | undefined, options: SessionOptions, terminal: Terminal): Promise<void> {
  const all =
    argument === undefined ? await everything(options, terminal) : [await prepare(argument, options, terminal)]
  if (all.length === 0) return terminal.note('Nothing is connected yet: oauth-machines login PROVIDER')
  const inspect = createInspector(reporterFor(terminal))
  const sessions = all.map((prepared) => open(prepared, terminal, { inspect }))
  try {
    await interrupted(terminal.signal)
  } finally {
    await Promise.all(sessions.map(({ connection }) => connection.stop()))
  }
}

async function everything({ vault }: SessionOptions, terminal: Terminal): Promise<Prepared[]> {
  const home = homeAt(vault)
  const all: Prepared[] = []
  for (const known of await rememberedIn(home.folder).all()) all.push(await prepareKnown(known, home, terminal))
  return all
}

function reporterFor(terminal: Terminal): Sink {
  if (terminal.isJson) return (observation) => terminal.tell({ type: 'observation', observation })
  return consoleReporter(terminal.print)
}
