import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { OAuthError } from '../failure.ts'
import { startViewer, type Viewer, type ViewerOptions } from '../viewer/index.ts'
import { type Command, print, WrongUse } from './command.ts'
import { invocation } from './invocation.ts'
import type { ViewerLine } from './json.ts'
import { jsonLine } from './printable.ts'
import { nobodyReads } from './terminal.ts'

/** Where the viewer listens, unless told otherwise. */
const PORT = 4455
const KEY = 'OAUTH_MACHINES_VIEWER_KEY'

const help = `Usage: ${invocation} inspect [options]

Opens the viewer: a page on this machine that shows the flows of your programs as they run. Ctrl-C ends it.

  --port <number>    where it listens, on 127.0.0.1; 0 is any free port (default ${PORT})
  --origin <origin>  a page's origin that may connect, such as http://localhost:5173; may be repeated
  --json             prints one JSON object a line, for programs
  --help             this text

${KEY}   the key of the link for programs, so that it stays the same at each start:
                            22 to 200 letters, digits, - and _, chosen at random

Example:
  ${invocation} inspect --port 0 --origin http://localhost:5173`

export const inspect: Command = {
  summary: 'shows flows as they run, in a page on this machine',
  help,
  async run(args) {
    const values = valuesOf(args)
    const { json: isJson = false } = values
    const viewer = await start(optionsOf(values))
    print(isJson ? lineOf(viewer, viewer.link) : welcome(viewer))
    const another = () => print(isJson ? lineOf(viewer, viewer.newLink()) : `  ${viewer.newLink()}`)
    await ended(viewer, another)
    if (nobodyReads.aborted) throw nobodyReads.reason
    if (!isJson) print('The viewer has ended.')
  },
}

function optionsOf({ port = String(PORT), origin: origins = [] }: ReturnType<typeof valuesOf>): ViewerOptions {
  if (!/^\d{1,5}$/.test(port)) throw new WrongUse(`--port ${port} is no port.`)
  const key = process.env[KEY]
  return { port: Number(port), origins, ...(key !== undefined && key !== '' && { key }) }
}

function valuesOf(args: readonly string[]) {
  try {
    const options = {
      port: { type: 'string' },
      origin: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error))
  }
}

async function start(options: ViewerOptions): Promise<Viewer> {
  try {
    return await startViewer(options)
  } catch (error) {
    // A port that is taken may be free later; all else was typed in a wrong way.
    const isWrong = error instanceof OAuthError && error.code === 'invalid_configuration' && !error.retryable
    throw isWrong ? new WrongUse(error.message) : error
  }
}

function welcome({ link, hostLink }: Viewer): string {
  return `
  The viewer:  ${link}
               opens once; press Enter for another link

  In the program that you want to see:

    import { connectViewer } from 'oauth-machines/inspect'
    const { inspect } = connectViewer('${hostLink}')
    const client = createClient(provider, registration, { inspect })

  Ctrl-C ends it.
`
}

function lineOf({ hostLink }: Viewer, link: string): string {
  const line: ViewerLine = { type: 'viewer', link, hostLink, port: Number(new URL(link).port) }
  return jsonLine({ version: 1, ...line })
}

/** Gives out links until a signal comes, or nobody reads them. A second signal ends the process at once. */
async function ended(viewer: Viewer, another: () => void): Promise<void> {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', another)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    nobodyReads.addEventListener('abort', () => resolve(), { once: true })
  })
  lines.close()
  await viewer.close()
}
