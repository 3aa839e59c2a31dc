import { sleep } from '../environment.ts'
import { LOOK_AGAIN } from '../vault/leasing.ts'
import type { Verb } from './errand.ts'

/**
 * Reads where a connection stands; changes nothing. An intent under a held lease means that somebody else is at work, so
 * it waits and reads again.
 */
export const recall: Verb = async ({ name, signal }, { custody, environment }) => {
  for (;;) {
    const record = await custody.read(name)
    if (!record?.inFlight || !(await custody.isLeased(name))) return { record }
    await sleep(environment, LOOK_AGAIN, signal)
  }
}
