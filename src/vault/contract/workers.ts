import type { ChildProcess } from 'node:child_process'
import { defaultEnvironment } from '../../environment.ts'
import { BrokenPromise } from './broken.ts'
import type { Errand, Problem, Reply } from './errand.ts'
import type { VaultProcesses } from './options.ts'

/** A child process that has opened the vault. */
export interface Worker {
  /** Has it do something, and resolves with its answer; rejects with a {@link BrokenPromise}. */
  ask(errand: Errand): Promise<unknown>
  /** Has it do its last: resolves when it is gone, rejects where it answers instead. */
  askLast(errand: Errand): Promise<void>
  /** Ends it with SIGKILL; resolves when it is gone. */
  kill(why?: string): Promise<void>
}

/** How long child processes may live, in milliseconds; less than a case may take. */
const LIFETIME = 55_000

/** Works with so many child processes, and ends them all, whatever happens. */
export async function withWorkers<T>(
  count: number,
  options: VaultProcesses,
  work: (...workers: [Worker, ...Worker[]]) => Promise<T>,
): Promise<T> {
  const first = await start(options)
  const workers: [Worker, ...Worker[]] = [first]
  const endAll = (why?: string) => Promise.all(workers.map((worker) => worker.kill(why)))
  const late = () => endAll(`none within ${LIFETIME} ms`)
  const cancel = defaultEnvironment().after(LIFETIME, late, { watched: true })
  try {
    while (workers.length < count) workers.push(await start(options))
    await Promise.all(workers.map((worker) => worker.ask(opening(options))))
    return await work(...workers)
  } finally {
    cancel()
    await endAll()
  }
}

async function start({ execArgv = [] }: VaultProcesses): Promise<Worker> {
  const { fork } = await import('node:child_process')
  // In the repository it is TypeScript, in the package it is not. Put together in one line, a bundler would take it along.
  const program = `./child.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`
  const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', 'ignore', 'pipe', 'ipc']
  return workerOf(fork(new URL(program, import.meta.url), [], { execArgv: [...execArgv], stdio }))
}

function workerOf(child: ChildProcess): Worker {
  let [complaints, ending] = ['', 'it end']
  child.stderr?.on('data', (text) => {
    complaints = `${complaints}${text}`.slice(-4_000)
  })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  /** `undefined`: it is gone. */
  async function exchange(errand: Errand): Promise<{ answer: unknown } | undefined> {
    const reply = await Promise.race([replyOf(child, errand), gone])
    if (reply && 'problem' in reply) throw brokenBy(reply.problem, errand)
    return reply ?? undefined
  }
  return {
    async ask(errand) {
      const reply = await exchange(errand)
      if (!reply) throw new BrokenPromise(`${doing(errand)}: expected an answer, saw ${ending}`, { cause: complaints })
      return reply.answer
    },
    async askLast(errand) {
      if (await exchange(errand))
        throw new BrokenPromise(`${doing(errand)}: expected it to be let through, saw it refused`)
    },
    async kill(why = 'it killed') {
      ending = why
      child.kill('SIGKILL')
      await gone
    },
  }
}

function replyOf(child: ChildProcess, errand: Errand): Promise<Reply> {
  return new Promise((resolve) => {
    child.once('message', (message) => {
      if (isReply(message)) resolve(message)
    })
    // Where it cannot be sent, the child is gone, and that is told.
    child.send(errand, () => {})
  })
}

function brokenBy({ broken, kind, details }: Problem, errand: Errand): BrokenPromise {
  return new BrokenPromise(broken ?? `${doing(errand)}: expected an answer, saw an error (${kind})`, { cause: details })
}

const doing = ({ job }: Errand) => `a child process does what it is asked (${job})`

/** Opens the vault there. */
function opening(options: VaultProcesses): Errand {
  return { job: 'open', module: options.module.href, named: options.export ?? 'open', given: options.arguments ?? [] }
}

/** The child is the same package. */
const isReply = (message: unknown): message is Reply =>
  typeof message === 'object' && message !== null && ('answer' in message || 'problem' in message)
