import { callingAgain } from '../calling-again.ts'
import { OPEN, openSocket, STUCK, type Wire } from '../viewer-socket.ts'
import type { Receiver } from './messages.ts'

/**
 * Stately's messages over a WebSocket. The package's own adapter calls every five seconds for as long as the process
 * lives, closed or not, and keeps it alive; this one does neither.
 *
 * @param opened is called each time somebody listens, who knows nothing yet
 */
export function receiverAt(url: string, opened: () => void): Receiver & { close(): void } {
  let wire: Wire | undefined
  let isOver = false
  const again = callingAgain(call)

  function call(): void {
    openSocket(url, { opened: welcome, heard() {}, closed: callLater }).then(take, callLater)
  }

  function take(opened: Wire): void {
    wire = opened
    if (isOver) wire.close()
  }

  function welcome(): void {
    again.answered()
    if (!isOver) opened()
  }

  function callLater(): void {
    wire = undefined
    if (!isOver) again.later()
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
      again.cancel()
      wire?.close()
    },
  }
}
