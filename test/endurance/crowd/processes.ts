import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { tyro } from '../../../src/index.ts'
import type { Member } from './member.ts'
import { remote } from './remote.ts'

const program = fileURLToPath(new URL('./child.ts', import.meta.url))

/** A member in a process of its own. */
export interface Colleague extends Member {
  /** Ends the process with SIGKILL. */
  kill(): Promise<void>
}

export type Office = Awaited<ReturnType<typeof openOffice>>

/**
 * Processes that share a file vault in a folder of their own. Disposing of it ends them all and removes the folder.
 *
 * @param deaf whether their vault cannot tell them of changes
 */
export async function openOffice(provider: typeof tyro, { deaf = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-machines-crowd-'))
  const shared = { directory: join(folder, 'vault'), key: randomBytes(32).toString('hex'), provider, deaf }
  const children = new Set<ChildProcess>()

  /** Starts one more, whose clock is so many milliseconds ahead of the machine's. */
  async function hire(ahead = 0): Promise<Colleague> {
    const words = [JSON.stringify({ ...shared, ahead })]
    const child = fork(program, words, { execArgv: [], env: { ...process.env, NODE_NO_WARNINGS: '1' } })
    children.add(child)
    await Promise.race([once(child, 'message'), once(child, 'exit')])
    return { ...remote(callerOf(child)), kill: () => end(child) }
  }

  async function close(): Promise<void> {
    await Promise.all([...children].map(end))
    await rm(folder, { recursive: true, force: true })
  }

  const hireMany = (count: number) => Promise.all(Array.from({ length: count }, () => hire()))

  return { hire, hireMany, [Symbol.asyncDispose]: close }
}

/** Answers come with the number of their question, since several may be open. */
function callerOf(child: ChildProcess) {
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  child.on('message', ({ id, value, problem }: { id: number; value?: unknown; problem?: string }) => {
    const question = open.get(id)
    open.delete(id)
    if (problem === undefined) question?.resolve(value)
    else question?.reject(new Error(problem))
  })
  child.once('exit', () => {
    for (const { reject } of open.values()) reject(new Error('the process has ended'))
  })
  let questions = 0
  return (job: string, given: readonly unknown[]) => {
    const id = ++questions
    const question = Promise.withResolvers<unknown>()
    open.set(id, question)
    child.send({ id, job, given }, (error) => error && question.reject(error))
    return question.promise
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
