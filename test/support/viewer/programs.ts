import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { atEnd } from './viewers.ts'

/** A process of a test, which ends with it. */
export interface Program {
  readonly child: ChildProcessWithoutNullStreams
  /** What it has said so far. */
  readonly out: () => string
  readonly err: () => string
  /** Resolves once it has said, on its standard output, something like this; fails after some seconds. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit code, or the signal that ended it; fails after some seconds. */
  ended(): Promise<{ code: number | string | null }>
}

const PATIENCE = 20_000

/** Starts a program of TypeScript. */
export function startProgram(
  file: string,
  args: readonly string[],
  settings: { env?: NodeJS.ProcessEnv; node?: readonly string[] } = {},
): Program {
  const { env = {}, node = [] } = settings
  const child = spawn(process.execPath, [...node, file, ...args], {
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const end = once(child, 'close').then(([code, signal]) => ({
    code: code ?? signal,
  }))
  atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await end
  })

  async function patiently<T>(what: string, look: () => T | undefined): Promise<T> {
    const latest = performance.now() + PATIENCE
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (performance.now() > latest) throw new Error(`${what}; it said: ${out}${err}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  let outcome: Awaited<typeof end> | undefined
  void end.then((known) => {
    outcome = known
  })
  return {
    child,
    out: () => out,
    err: () => err,
    says: (pattern) => patiently(`it does not say ${pattern}`, () => pattern.exec(out) ?? undefined),
    ended: () => patiently('it does not end', () => outcome),
  }
}
