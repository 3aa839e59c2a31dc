import { defaultEnvironment } from '../environment.ts'

/** Before the first call again, and at most, in milliseconds. */
const PAUSE = { first: 1_000, longest: 30_000 }

/** Calls again whoever did not answer or has gone, each time after twice the pause. A process with nothing else to do ends. */
export function callingAgain(call: () => void) {
  let pause = PAUSE.first
  let cancel = () => {}
  return {
    later() {
      // Not watched: it keeps no process alive.
      cancel = defaultEnvironment().after(pause, call)
      pause = Math.min(pause * 2, PAUSE.longest)
    },
    /** Somebody answered: the next pause is the first one again. */
    answered() {
      pause = PAUSE.first
    },
    cancel: () => cancel(),
  }
}
