import { expectEqual, expectRevision, expectSame } from '../broken.ts'
import type { Bench, Cases } from '../case.ts'
import type { Span } from '../errand.ts'
import { big, blank, freshName, freshState, generationOf, waiting } from '../samples.ts'
import { eventually, now, SLACK } from '../time.ts'
import { type Worker, withWorkers } from '../workers.ts'
import { hears, listen } from './watching.ts'

const MANY = 8
const ROUNDS = 20

/** Several processes share the storage, and some of them die. */
export const processes: Cases = {
  'no change is lost among 8 processes that count one record up 25 times each': async (bench) => {
    const [vault, name] = [await bench.open(), freshName()]
    await vault.write(name, blank(0), undefined)
    await among(MANY, bench, async (...workers) => {
      await Promise.all(workers.map((worker) => worker.ask({ job: 'increment', name, times: 25 })))
    })
    const counted = generationOf((await vault.read(name))?.record)
    expectSame('what 200 increments of 8 processes have counted', counted, 200)
  },

  'of 8 processes that take one pending authorization one gets it': async (bench) => {
    const vault = await bench.open()
    await among(MANY, bench, async (...workers) => {
      for (let round = 0; round < 10; round++) {
        const [name, state] = [freshName(), freshState()]
        await vault.write(name, waiting(state), undefined)
        // All of them read before the first of them writes.
        const read = await Promise.all(workers.map((worker) => worker.ask({ job: 'read', name })))
        const revisions = read.map((revision) => expectRevision('read in another process', revision))
        const takes = workers.map((worker, index) =>
          worker.ask({ job: 'take', name, revision: revisions[index] ?? '' }),
        )
        const won = (await Promise.all(takes)).filter((answer) => answer === true)
        expectSame('how many of 8 processes take one pending authorization', won.length, 1)
        expectSame('find of a state whose authorization was taken', await vault.find(state), undefined)
      }
    })
  },

  'no two of 8 processes hold one lease at once, over 20 rounds each': async (bench) => {
    const name = freshName()
    await among(MANY, bench, async (...workers) => {
      const contend = (worker: Worker) => worker.ask({ job: 'contend', name, rounds: ROUNDS })
      const spans = (await Promise.all(workers.map(contend))).flatMap(spansOf)
      expectSame('how often 8 processes had one lease, 20 times each', spans.length, MANY * ROUNDS)
      expectSame('how often one process had a lease that another held', overlapsOf(spans), 0)
    })
  },

  'the lease of a process that was killed is free again in time': async (bench) => {
    const [vault, name, duration] = [await bench.open(), freshName(), 3_000]
    return among(1, bench, async (worker) => {
      const asked = now()
      expectSame('a lease that nobody holds is had', await worker.ask({ job: 'hold', name, duration }), true)
      const held = await vault.isLeased(name)
      if (now() - asked < duration) expectSame('isLeased of a lease that another process holds', held, true)
      await worker.kill()
      const killed = now()
      const promise = 'the lease of a process that was killed is free'
      const lease = await eventually(promise, duration + SLACK, () => vault.lease(name, duration))
      const took = now() - killed
      await lease.release()
      return `free ${took} ms after its holder was killed, of a duration of ${duration} ms`
    })
  },

  'what a process has written is there, though it was killed at that moment': async (bench) => {
    const [vault, record] = [await bench.open(), big(20_000)]
    for (const before of [undefined, blank(1)]) {
      const name = freshName()
      if (before) await vault.write(name, before, undefined)
      await among(1, bench, async (worker) => {
        await worker.askLast({ job: 'write and die', name, record })
      })
      const promise = 'what was written before its process was killed is there'
      expectEqual(promise, (await (await bench.open()).read(name))?.record, record)
      expectEqual(promise, (await vault.read(name))?.record, record)
    }
  },
}

/** For a vault that says that it can tell of changes. */
export const processesThatWatch: Cases = {
  'watch hears what another process writes': async (bench) => {
    const [vault, name] = [await bench.open(), freshName()]
    const ear = listen(vault, name)
    try {
      await among(1, bench, async (worker) => {
        await hears('a write of another process', ear, async () => {
          expectSame('write in another process', await worker.ask({ job: 'replace', name, record: blank() }), true)
        })
      })
    } finally {
      ear.stop()
    }
  },
}

async function among<T>(
  count: number,
  { processes }: Bench,
  work: (...workers: [Worker, ...Worker[]]) => Promise<T>,
): Promise<T | undefined> {
  return processes && withWorkers(count, processes, work)
}

/** What a child process answers. */
function spansOf(answer: unknown): Span[] {
  const isSpan = (each: unknown): each is Span => typeof each === 'object' && each !== null && 'until' in each
  return Array.isArray(answer) ? answer.filter(isSpan) : []
}

/** A span was measured inside of what the lease covers, so two that overlap were two leases at once. */
function overlapsOf(spans: readonly Span[]): number {
  const inOrder = spans.toSorted((one, other) => one.from - other.from)
  return inOrder.filter(({ from }, index) => from < (inOrder[index - 1]?.until ?? 0)).length
}
