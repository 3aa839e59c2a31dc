import process, { hrtime } from 'node:process'
import type { Vault } from '../vault.ts'
import { VaultError } from '../vault-error.ts'
import { answering, askingFor } from './answers.ts'
import { BrokenPromise } from './broken.ts'
import type { Errand, Problem, Reply, Span } from './errand.ts'
import { contend, increment, LONG, take } from './jobs.ts'
import { pause } from './time.ts'

/** The program of a child process: does one errand after another, and ends when its parent does. */

let vault: Vault | undefined
let last: Promise<void> = Promise.resolve()

process.on('disconnect', () => process.exit())
process.on('message', (message) => {
  if (isErrand(message)) last = last.then(() => answer(message))
})

async function answer(errand: Errand): Promise<void> {
  reply(
    await run(errand).then(
      // What is sent is JSON, which has no undefined.
      (answer) => ({ answer: answer ?? null }),
      (error) => ({ problem: problemOf(error) }),
    ),
  )
}

async function run(errand: Errand): Promise<unknown> {
  if (errand.job !== 'open') return work(errand, vault)
  const module = await import(errand.module)
  const ask = askingFor('')
  vault = answering(await ask('open', () => module[errand.named](...errand.given)), ask)
  return true
}

async function work(errand: Exclude<Errand, { job: 'open' }>, vault: Vault | undefined): Promise<unknown> {
  if (!vault) throw new Error('no vault was opened')
  const { job, name } = errand
  if (job === 'increment') return increment(vault, name, errand.times)
  if (job === 'read') return (await vault.read(name))?.revision
  if (job === 'take') return take(vault, name, errand.revision)
  if (job === 'contend') return spansOf(vault, name, errand.rounds)
  if (job === 'hold') return (await vault.lease(name, errand.duration)) !== undefined
  const revision = await vault.write(name, errand.record, (await vault.read(name))?.revision)
  if (job === 'write and die' && revision !== undefined) process.kill(process.pid, 'SIGKILL')
  return revision !== undefined
}

async function spansOf(vault: Vault, name: string, rounds: number): Promise<Span[]> {
  const spans: Span[] = []
  await contend(vault, name, rounds, async () => {
    const from = sharedClock()
    await pause(2)
    // A process that stood still for so long has lost its lease, and nobody is to blame.
    spans.push({ from, until: Math.min(sharedClock(), from + LONG / 2) })
  })
  return spans
}

/** Milliseconds since the host was started. */
const sharedClock = () => Number(hrtime.bigint()) / 1e6

function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { kind: typeof error, details: String(error) }
  const kind = error instanceof VaultError ? `VaultError ${error.problem}` : error.name
  const details = error.stack ?? error.message
  return error instanceof BrokenPromise ? { kind, details, broken: error.message } : { kind, details }
}

function reply(message: Reply): void {
  process.send?.(message)
}

/** The parent is the same package. */
const isErrand = (message: unknown): message is Errand =>
  typeof message === 'object' && message !== null && 'job' in message
