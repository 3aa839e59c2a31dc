import { defaultEnvironment } from '../../environment.ts'
import { OPEN, openSocket, type Wire } from '../viewer-socket.ts'
import type { Receiver } from './messages.ts'

/** Before the first call again, and at most, in milliseconds. */
const PAUSE = { first: 1_000, longest: 30_000 }

/** Whoever takes so little is given up, and called again, in bytes. */
const STUCK = 8 * 1024 * 1024

/**
 * Stately's messages over a WebSocket. The package's own adapter calls every five seconds for as long as the process
 * lives, closed or not, and keeps it alive; this one does neither.
 *
 * @param opened is called each time somebody listens, who knows nothing yet
 */
export function receiverAt(url: string, opened: () => void): Receiver & { close(): void } {
  let wire: Wire | undefined
  let isOver = false
  let pause = PAUSE.first
  let cancelPause = () => {}

  function call(): void {
    openSocket(url, { opened: welcome, heard() {}, closed: callLater }).then(take, callLater)
  }

  function take(opened: Wire): void {
    wire = opened
    if (isOver) wire.close()
  }

  function welcome(): void {
    pause = PAUSE.first
    if (!isOver) opened()
  }

  function callLater(): void {
    wire = undefined
    if (isOver) return
    // Not watched: a process with nothing else to do ends.
    cancelPause = defaultEnvironment().after(pause, call)
    pause = Math.min(pause * 2, PAUSE.longest)
  }

  call()
  return {
    send(message) {
      if (wire?.readyState !== OPEN) return
      if (wire.bufferedAmount > STUCK) wire.close()
      else wire.send(JSON.stringify(message))
    },
    close() {
      isOver = true
      cancelPause()
      wire?.close()
    },
  }
}
