import { defaultEnvironment } from '../environment.ts'
import { callingAgain } from './calling-again.ts'
import { LONGEST_MESSAGE } from './limits.ts'
import { closing, type FromHost, type ToHost } from './messages.ts'
import { parseToHost } from './parse-message.ts'
import { OPEN, openSocket, STUCK, type Wire } from './viewer-socket.ts'

/** The way to the viewer: taken again whenever it is lost, and never in anybody's way. */
export interface Line {
  /** Whether the viewer listens now. */
  readonly isOpen: boolean
  /** Begins to call, once and for all. */
  call(): void
  /** Says something to a viewer that listens; else nothing. */
  send(message: FromHost): void
  /**
   * Ends it for good: what has been said arrives first, and a viewer that is being called is still told. Resolves when that
   * is done, after a second at most; until then a process goes on.
   */
  close(): Promise<void>
}

export interface LineEvents {
  /** The viewer listens, and knows nothing yet. */
  readonly opened: () => void
  readonly heard: (message: Exclude<ToHost, { type: 'welcome' }>) => void
  /** The viewer does not want this host, and is not called again. */
  readonly refused: (code: number) => void
}

/** How long the end may take, in milliseconds. */
const FAREWELL = 1_000

/** @param greeting makes what is said first, at each call */
export function createLine(url: string, greeting: () => FromHost, events: LineEvents): Line {
  let state: 'quiet' | 'calling' | 'waiting' | 'open' | 'leaving' | 'over' = 'quiet'
  let wire: Wire | undefined
  const again = callingAgain(call)
  let gone = () => {}

  function call(): void {
    state = 'calling'
    openSocket(url, { opened: () => say(greeting()), heard, closed }).then(take, () => closed())
  }

  function take(opened: Wire): void {
    wire = opened
    if (state === 'over') end()
  }

  function heard(text: string): void {
    const message = parseToHost(text)
    // Both sides speak the same version; whatever else is on this port is not listened to.
    // After a farewell, nothing counts any more.
    if (!message || wire?.readyState !== OPEN) return
    if (message.type === 'welcome') welcomed()
    else events.heard(message)
  }

  function welcomed(): void {
    const isLeaving = state === 'leaving'
    state = 'open'
    again.answered()
    events.opened()
    if (isLeaving) bow()
  }

  function closed(code?: number): void {
    wire = undefined
    const isLeaving = state === 'leaving' || state === 'over'
    const isUnwanted = code === closing.unknown || code === closing.misunderstood
    state = isUnwanted || isLeaving ? 'over' : 'waiting'
    gone()
    if (isUnwanted) events.refused(code)
    else if (!isLeaving) again.later()
  }

  /** What was said before is read before it. */
  function bow(): void {
    state = 'leaving'
    wire?.close()
  }

  /** Whatever was not said by now is not said. */
  function end(): void {
    state = 'over'
    if (wire?.terminate) wire.terminate()
    else wire?.close()
    gone()
  }

  /** Resolves at the end. Somebody may wait for it: it keeps a process alive. */
  function ended(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = defaultEnvironment().after(FAREWELL, end, { watched: true })
      gone = () => {
        cancel()
        resolve()
      }
    })
  }

  function say(message: FromHost): void {
    const text = JSON.stringify(message)
    // A viewer refuses longer ones, and the host with them.
    if (wire?.readyState !== OPEN || text.length > LONGEST_MESSAGE) return
    if (wire.bufferedAmount > STUCK) wire.close()
    else wire.send(text)
  }

  return {
    get isOpen() {
      return state === 'open'
    },
    call() {
      if (state === 'quiet') call()
    },
    send(message) {
      if (state === 'open') say(message)
    },
    async close() {
      again.cancel()
      const isThere = state === 'open' || state === 'calling'
      if (state === 'open') bow()
      else state = isThere ? 'leaving' : 'over'
      if (isThere) await ended()
    },
  }
}
