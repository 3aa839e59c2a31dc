import { expectSame } from '../broken.ts'
import type { Cases } from '../case.ts'
import { freshName } from '../samples.ts'
import { eventually, SLACK } from '../time.ts'
import { had, isFree, isHeld } from './leases.ts'

const HOUR = 3_600_000

/** The clock of a host is set by people, and by other hosts; no lease ends sooner or later for it. */
export const clocks: Cases = {
  'a lease does not end because the clock is set ahead': async ({ open }) => {
    const [one, other, name] = [await open(), await open(), freshName()]
    const lease = await had(one, name)
    await withClockMoved(HOUR, async () => {
      await isHeld('a lease, while Date.now is an hour ahead', [one, other], name)
      expectSame('renew of a lease, while Date.now is an hour ahead', await lease.renew(), true)
    })
    await isHeld('a lease, after Date.now was an hour ahead', [one, other], name)
    await lease.release()
    await isFree('a lease that was released', [one, other], name)
  },

  'a lease ends in time though the clock is set back': async ({ open }) => {
    const [one, other, name, duration] = [await open(), await open(), freshName(), 400]
    await had(one, name, duration)
    const promise = `a lease of ${duration} ms that is not renewed has ended, while Date.now is an hour behind`
    await withClockMoved(-HOUR, () =>
      eventually(promise, duration + SLACK, async () => !(await other.isLeased(name)) || undefined),
    )
  },
}

/** Moves the clock of this process by some milliseconds, as if somebody had set it, until the work is done. */
async function withClockMoved(span: number, work: () => Promise<unknown>): Promise<void> {
  const { now } = Date
  Date.now = () => now() + span
  try {
    await work()
  } finally {
    Date.now = now
  }
}
