import { sleep } from '../environment.ts'
import { wasSetBack } from '../recall.ts'
import { LOOK_AGAIN } from '../vault/leasing.ts'
import { standingOf, type Verb } from './errand.ts'

/**
 * Reads where a connection stands; changes nothing. An intent under a held lease means that somebody else is at work, so
 * it waits and reads again. A token that this machine meets for the first time under a clock that was set back is renewed.
 */
export const recall: Verb = async ({ name, signal, generation }, means) => {
  const { custody, environment } = means
  for (;;) {
    const record = await custody.read(name)
    if (!record?.inFlight || !(await custody.isLeased(name))) {
      const isUndated = generation === undefined && wasSetBack(record, environment.now())
      const isDue = isUndated && standingOf(record, means) === 'authorized'
      return { record, looked: true, ...(isDue && { standing: 'refreshing' }) }
    }
    await sleep(environment, LOOK_AGAIN, signal)
  }
}
