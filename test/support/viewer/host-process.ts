import { createActor, createMachine, waitFor } from 'xstate'
import { createClient, createEnvironment, tyro } from '../../../src/index.ts'
import { connectViewer } from '../../../src/inspect/connect-viewer.ts'

/** A program with a link to a viewer and, after some milliseconds of work, nothing else to do. */
const [hostLink = '', work = '0', end = ''] = process.argv.slice(2)
const link = connectViewer(hostLink, { name: 'program', accepts: true })
const environment = createEnvironment({ fetch: () => Promise.reject(new TypeError('no network')) })
const till = createClient(tyro, { clientId: 'till-app' }, { environment, inspect: link.inspect }).connect('till-3')
const machine = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { s: 'on' } }, on: {} } })
const lamp = createActor(machine, { inspect: link.inspect }).start()
if (end === 'story') {
  // All of it is over before a call can be answered.
  lamp.send({ type: 's' })
  lamp.stop()
  await waitFor(till.actor, ({ value }) => value === 'idle')
  await till.stop()
  // Not waited for: whoever forgets to has told all the same.
  void link.close()
} else
  setTimeout(() => {
    lamp.send({ type: 's' })
    if (end === 'close') void link.close()
    if (end === 'timed') void timed()
  }, Number(work))

async function timed(): Promise<void> {
  const begun = performance.now()
  await link.close()
  console.log(`closed after ${Math.round(performance.now() - begun)} ms`)
}
