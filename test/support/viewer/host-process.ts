import { createActor, createMachine } from 'xstate'
import { createClient, createEnvironment, tyro } from '../../../src/index.ts'
import { connectViewer } from '../../../src/inspect/connect-viewer.ts'

/** A program with a link to a viewer and, after some milliseconds of work, nothing else to do. */
const [hostLink = '', work = '0', end = ''] = process.argv.slice(2)
const link = connectViewer(hostLink, { name: 'program', accepts: true })
const environment = createEnvironment({ fetch: () => Promise.reject(new TypeError('no network')) })
createClient(tyro, { clientId: 'till-app' }, { environment, inspect: link.inspect }).connect('till-3')
const machine = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { s: 'on' } }, on: {} } })
const lamp = createActor(machine, { inspect: link.inspect }).start()
setTimeout(() => {
  lamp.send({ type: 's' })
  if (end === 'close') link.close()
}, Number(work))
