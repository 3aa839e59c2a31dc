import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./child.ts', import.meta.url))
const started = new Set<ChildProcess>()

export interface Started {
  /** Another user, who may less. */
  uid?: number
  /** What runs the program, for instance `sh -c 'ulimit …; exec "$0" "$@"'`. */
  through?: readonly string[]
  env?: Record<string, string>
}

export type Process = Awaited<ReturnType<typeof startProcess>>

/** Starts a process with a vault of its own; `keeping` is how it keeps records, as `raw:<hex>` or `plaintext`. */
export async function startProcess(directory: string, keeping: string, { uid, through = [], env }: Started = {}) {
  const [how = '', text = ''] = keeping.split(/:(.*)/s)
  const [command = '', ...words] = [...through, process.execPath, program, directory, how, text]
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
    ...(uid !== undefined && { uid, gid: uid }),
  })
  started.add(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()

  /** What the vault answers, or `problem: …` */
  async function ask(job: string, ...given: unknown[]): Promise<unknown> {
    child.stdin.write(`${JSON.stringify({ job, given })}\n`)
    const { value: line, done } = await lines.next()
    if (done) return 'problem: the process ended'
    const answer = JSON.parse(line)
    return answer.problem ? `problem: ${answer.problem}` : answer.value
  }

  return { ask, pid: child.pid ?? 0, kill: (signal: NodeJS.Signals) => child.kill(signal), end: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  started.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

export async function endProcesses(): Promise<void> {
  await Promise.all([...started].map(end))
}
