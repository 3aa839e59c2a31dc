import { createActor, createMachine } from 'xstate'
import { createInspector } from '../../../src/inspect/index.ts'
import { statelyWebSocket } from '../../../src/inspect/stately/index.ts'

/**
 * A program that shows a machine in Stately's inspector, and, after some milliseconds, has nothing else to do. It prints how
 * many milliseconds it lived after that.
 */
const [url = '', work = '0', end = ''] = process.argv.slice(2)
const stately = statelyWebSocket({ url })
const machine = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { s: 'on' } }, on: {} } })
const lamp = createActor(machine, { inspect: createInspector(stately.sink) }).start()
if (end === 'close at once') stately.close()
setTimeout(() => {
  const idle = performance.now()
  process.once('exit', () => console.log(Math.round(performance.now() - idle)))
  lamp.send({ type: 's' })
  if (end === 'close') stately.close()
}, Number(work))
