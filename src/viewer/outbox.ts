import type { WebSocket } from 'ws'

/** What is on its way to a socket, in order. */
export interface Outbox<Message> {
  send(message: Message): void
}

/** How much of it the socket itself may hold, in bytes; the rest waits as what it is. */
const HELD = 1024 * 1024
/** How many messages may wait beside those of the beginning; who is slower than that is dropped. */
const WAITING = 10_000
/** How many messages that were sent are in the list before it is tidied up. */
const SENT = 1_000

/** @param first what there is to say at the beginning, however long it takes */
export function createOutbox<Message>(socket: WebSocket, first: readonly Message[] = []): Outbox<Message> {
  const limit = first.length + WAITING
  let list = [...first]
  let sent = 0

  function pump(): void {
    while (sent < list.length && socket.bufferedAmount < HELD) socket.send(JSON.stringify(list[sent++]), onSent)
    if (sent < list.length && sent < SENT) return
    list = list.slice(sent)
    sent = 0
  }

  /** A socket that is gone takes nothing any more, and tells so by itself. */
  function onSent(error?: Error): void {
    if (!error) pump()
  }

  pump()
  return {
    send(message) {
      list.push(message)
      if (list.length - sent > limit) socket.terminate()
      else pump()
    },
  }
}
