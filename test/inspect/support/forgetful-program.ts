import { createActor, createMachine, fromPromise, setup } from 'xstate'
import { deviceCode } from '../../../machines/device-code.ts'
import { consoleReporter, createInspector, recorder } from '../../../src/inspect/index.ts'
import { sayTo } from '../../../src/inspect/stately/messages.ts'
import { answering } from './answering.ts'

/** Runs many actors before one inspector, and says how many of them are still in memory, and how many were told of. */
let [begun, ended] = [0, 0]
const inspect = createInspector([
  ({ type }) => {
    if (type === 'actor') begun++
    if (type === 'stopped') ended++
  },
  consoleReporter(() => {}),
  recorder(() => {}),
  sayTo({ send() {} }).sink,
])
const child = createMachine({ id: 'child', initial: 'a', states: { a: {} } })
const host = setup({ actors: { child, work: fromPromise(async () => 1) } }).createMachine({
  id: 'host',
  // Takes an arrow while it is being made, when nobody can say where it is.
  initial: 'first',
  states: {
    first: { always: 'second' },
    second: { invoke: [{ src: 'child' }, { src: 'work', onDone: 'third' }] },
    third: {},
  },
})
const flow = answering(deviceCode)
const refs: WeakRef<object>[] = []
const pause = () => new Promise((resolve) => setTimeout(resolve, 5))

/** @param stops whether they are stopped, or only forgotten */
async function run(stops: boolean): Promise<void> {
  const actors = [createActor(flow, { inspect, input: { connection: 'till' } }), createActor(host, { inspect })]
  for (const actor of actors) {
    actor.start()
    refs.push(new WeakRef(actor))
  }
  await pause()
  for (const actor of actors) if (stops) actor.stop()
}

for (let round = 0; round < 30; round++) await Promise.all([run(true), run(true), run(false)])
for (let turn = 0; turn < 20; turn++) {
  globalThis.gc?.()
  await pause()
}
const left = refs.filter((ref) => ref.deref()).length
// It is still in use.
createActor(child, { inspect }).start()
console.log(JSON.stringify({ ran: refs.length, left, begun, ended }))
