import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Command, Plan, State, Word } from './plan.ts'

const program = fileURLToPath(new URL('./child.ts', import.meta.url))
const alive = new Set<ChildProcess>()
/** How long anything may take on a busy machine, in milliseconds. */
const PATIENCE = 40_000

/** A process that can be killed at any moment. */
export type Mortal = ReturnType<typeof bear>

export function bear(plan: Plan, cache: string) {
  const child = fork(program, [JSON.stringify(plan)], {
    execArgv: [],
    env: { ...process.env, NODE_COMPILE_CACHE: cache, NODE_NO_WARNINGS: '1' },
  })
  alive.add(child)
  const words: Word[] = []
  const listeners = new Set<() => void>()
  const look = () => {
    for (const listener of [...listeners]) listener()
  }
  child.on('message', (word: Word) => {
    words.push(word)
    look()
  })
  child.once('exit', look)

  const states = () => words.filter((word): word is State => word.kind === 'state')
  const now = () => states().at(-1)?.state ?? 'starting'

  /** Waits until something is found in what the process has said so far; `undefined` where it takes too long. */
  function found<T>(find: () => T | undefined, patience = PATIENCE): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = (answer: T | undefined) => {
        listeners.delete(check)
        clearTimeout(timer)
        resolve(answer)
      }
      const check = () => {
        const answer = find()
        if (answer !== undefined || child.exitCode !== null) end(answer)
      }
      const timer = setTimeout(() => end(undefined), patience)
      listeners.add(check)
      check()
    })
  }

  async function said(kind: Word['kind']): Promise<void> {
    if (!(await found(() => words.find((word) => word.kind === kind))))
      throw new Error(`It never said "${kind}"; it is ${now()}.`)
  }

  /** Waits for one of these states, from now on or already. */
  async function reaches(...wanted: string[]): Promise<State> {
    const state = await found(() => states().findLast((word) => wanted.includes(word.state) && word.state === now()))
    if (!state) throw new Error(`It never was ${wanted.join(' or ')}; it is ${now()}.`)
    return state
  }

  /** The first state that the record led to. */
  async function recalled(): Promise<State> {
    const state = await found(() => states().find((word) => word.state !== 'recalling'))
    if (!state) throw new Error('It never left recalling.')
    return state
  }

  function tell(command: Command): void {
    child.send(command)
  }

  async function accessToken(): Promise<string | undefined> {
    tell({ do: 'token' })
    const answer = await found(() => words.find((word) => word.kind === 'token'))
    return answer?.accessToken
  }

  /** `kill -9`, from outside; resolves once it is gone. */
  async function kill(): Promise<void> {
    alive.delete(child)
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** Lets it end by itself, which keeps the code that it has compiled. */
  async function leave(): Promise<void> {
    alive.delete(child)
    const gone = once(child, 'exit')
    child.disconnect()
    await gone
  }

  return { states, now, found, said, reaches, recalled, tell, accessToken, kill, leave }
}

/** For a test that failed half-way. */
export function endAll(): void {
  for (const child of alive) child.kill('SIGKILL')
  alive.clear()
}
