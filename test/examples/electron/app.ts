import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { Order, Report } from './wire.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The example's main process, which runs. */
export interface App extends AsyncDisposable {
  /** Where its window connects to. */
  readonly port: number
  /** What the page's window.open leads to, and all that was opened outside so far. */
  windowOpen(url: string): Promise<Extract<Report, { kind: 'opened' }>>
  /** Somebody starts the app a second time; resolves once its minimized window has the focus. */
  startAgain(): Promise<Extract<Report, { kind: 'focused' }>>
  /** Quits as a person does, by the menu or by closing the window, and resolves with the exit code. */
  quit(by?: 'quit' | 'window.close'): Promise<number | null>
}

/** Starts the example's main.ts as it is, on the stand-in for Electron. */
export async function launch(variables: {
  readonly USER_DATA: string
  readonly EMULATOR: string
  readonly ELECTRON_RENDERER_URL: string
}): Promise<App> {
  const main = new URL('../../../examples/electron/main.ts', import.meta.url).href
  const execArgv = ['--import', here('resolve.ts')]
  const child = fork(here('entry.ts'), [main], {
    execArgv,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const hear = async <Kind extends Report['kind']>(kind: Kind): Promise<Extract<Report, { kind: Kind }>> => {
    const heard = once(child, 'message', { signal: AbortSignal.timeout(20_000) })
    const [report] = await Promise.race([heard, exited.then(() => [undefined])])
    if (report?.kind !== kind) throw new Error(`The main process tells ${JSON.stringify(report)}, and not ${kind}.`)
    return report
  }
  const order = (message: Order) => child.send(message)
  const stop = async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await exited
  }
  const { port } = await hear('loaded').catch(async (error) => {
    await stop()
    throw error
  })

  return {
    port,
    windowOpen(url) {
      order({ kind: 'window.open', url })
      return hear('opened')
    },
    startAgain() {
      order({ kind: 'app', event: 'second-instance' })
      return hear('focused')
    },
    async quit(by = 'quit') {
      order({ kind: by })
      const [status] = await exited
      return status
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** The example's preload.ts as one classic script, which is what Electron wants of a sandboxed one. */
export async function bundlePreload(): Promise<string> {
  const build = await rolldown({
    input: here('../../../examples/electron/preload.ts'),
    platform: 'browser',
    resolve: { alias: { electron: here('renderer-stand-in.ts') } },
  })
  try {
    const { output } = await build.generate({ format: 'iife' })
    return output[0].code
  } finally {
    await build.close()
  }
}
