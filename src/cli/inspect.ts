import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { OAuthError } from '../failure.ts'
import { startViewer, type Viewer, type ViewerOptions } from '../viewer/index.ts'
import { type Command, print, WrongUse } from './command.ts'
import { Interruption } from './exit-codes.ts'

/** Where the viewer listens, unless told otherwise. */
const PORT = 4455
const KEY = 'OAUTH_MACHINES_VIEWER_KEY'

const help = `Usage: oauth-machines inspect [options]

Opens the viewer: a page on this machine that shows the flows of your programs as they run. Ctrl-C ends it.

  --port <number>    where it listens, on 127.0.0.1; 0 is any free port (default ${PORT})
  --origin <origin>  a page's origin that may connect, such as http://localhost:5173; may be repeated
  --help             this text

${KEY}   the key of the link for programs, so that it stays the same at each start:
                            22 to 200 letters, digits, - and _, chosen at random`

export const inspect: Command = {
  summary: 'shows flows as they run, in a page on this machine',
  help,
  async run(args) {
    const viewer = await start(optionsOf(args))
    const unread = nobodyReads()
    print(welcome(viewer))
    await ended(viewer, unread)
    if (unread.aborted) throw unread.reason
    print('The viewer has ended.')
  },
}

function optionsOf(args: readonly string[]): ViewerOptions {
  const { port = String(PORT), origin: origins = [] } = valuesOf(args)
  if (!/^\d{1,5}$/.test(port)) throw new WrongUse(`--port ${port} is no port.`)
  const key = process.env[KEY]
  return { port: Number(port), origins, ...(key !== undefined && key !== '' && { key }) }
}

function valuesOf(args: readonly string[]) {
  try {
    const options = { port: { type: 'string' }, origin: { type: 'string', multiple: true } } as const
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

/** Aborts when nobody reads what is said here any more, as behind `| head`. It is no error to end with a stack. */
function nobodyReads(): AbortSignal {
  const controller = new AbortController()
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => controller.abort(new Interruption('pipe')))
  return controller.signal
}

/** Gives out links until a signal comes, or nobody reads them. A second signal ends the process at once. */
async function ended(viewer: Viewer, unread: AbortSignal): Promise<void> {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', () => print(`  ${viewer.newLink()}`))
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    unread.addEventListener('abort', () => resolve(), { once: true })
  })
  lines.close()
  await viewer.close()
}
