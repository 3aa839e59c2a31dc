import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
/** What the processes of all tests have compiled: without it each one starts in twice the time. */
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/oauth-machines-cli', import.meta.url))
/** How long anything may take on a busy machine, in milliseconds. */
const PATIENCE = 30_000

export interface Settings {
  readonly env?: NodeJS.ProcessEnv
  /** What its standard input holds. Default: nothing, and it stays open. */
  readonly input?: string
  /** Runs it by these words instead, such as a terminal's. */
  readonly within?: (words: readonly string[]) => [string, string[]]
}

export type Running = ReturnType<Place['start']>
export type Place = Awaited<ReturnType<typeof createPlace>>

export interface Outcome {
  readonly code: number | string | null
  readonly out: string
  readonly err: string
}

/** A machine of its own for the command line: its folders, and nothing of this one's environment that it hears to. */
export async function createPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-machines-cli-'))
  const children = new Set<ChildProcess>()
  const base: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    TMPDIR: folder,
    NODE_COMPILE_CACHE: compiled,
    NODE_NO_WARNINGS: '1',
    TERM: 'xterm-256color',
  }
  let all = ''

  /** Starts a command; it ends with the place. */
  function start(
    words: readonly string[],
    { env = {}, input, within = ([first = '', ...rest]) => [first, rest] }: Settings = {},
  ) {
    const [file, args] = within([process.execPath, program, ...words])
    const child = spawn(file, args, { env: { ...base, ...env }, cwd: folder })
    children.add(child)
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      all += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
      all += text
    })
    // It may be gone before it has read.
    child.stdin.on('error', () => {})
    if (input !== undefined) child.stdin.end(input)
    let outcome: Outcome | undefined
    const end = once(child, 'close').then(([code, signal]) => {
      children.delete(child)
      outcome = { code: code ?? signal, out, err }
    })

    async function patiently<T>(what: string, look: () => T | undefined): Promise<T> {
      const latest = performance.now() + PATIENCE
      while (performance.now() < latest) {
        const found = look()
        if (found !== undefined) return found
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      throw new Error(`${words.join(' ')}: ${what}; it said: ${out}${err}`)
    }

    return {
      child,
      out: () => out,
      err: () => err,
      /** The first group of what it says like this, on either output. */
      says: (pattern: RegExp) =>
        patiently(`it does not say ${pattern}`, () => pattern.exec(out)?.[1] ?? pattern.exec(err)?.[1]),
      ended: () => patiently('it does not end', () => outcome),
      async kill(signal: NodeJS.Signals = 'SIGKILL') {
        child.kill(signal)
        await end
        return outcome
      },
    }
  }

  return {
    folder,
    start,
    /** Runs a command to its end, with nothing to read unless something is given. */
    run: (words: readonly string[], settings: Settings = {}) => start(words, { input: '', ...settings }).ended(),
    /** All that was ever printed. */
    printed: () => all,
    async [Symbol.asyncDispose]() {
      const gone = [...children].map((child) => once(child, 'close'))
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(gone)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
