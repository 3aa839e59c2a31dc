import { defaultEnvironment } from '../environment.ts'
import { LONGEST_MESSAGE } from './limits.ts'
import { closing, type FromHost, type ToHost } from './messages.ts'
import { parseToHost } from './parse-message.ts'
import { OPEN, openSocket, type Wire } from './viewer-socket.ts'

/** The way to the viewer: taken again whenever it is lost, and never in anybody's way. */
export interface Line {
  /** Whether the viewer listens now. */
  readonly isOpen: boolean
  /** Begins to call, once and for all. */
  call(): void
  /** Says something to a viewer that listens; else nothing. */
  send(message: FromHost): void
  /** Ends it for good. */
  close(): void
}

export interface LineEvents {
  /** The viewer listens, and knows nothing yet. */
  readonly opened: () => void
  readonly heard: (message: Exclude<ToHost, { type: 'welcome' }>) => void
  /** The viewer does not want this host, and is not called again. */
  readonly refused: (code: number) => void
}

/** Before the first call again, and at most, in milliseconds. */
const PAUSE = { first: 1_000, longest: 30_000 }

/** A viewer that takes so little is given up, in bytes; when it comes back, it is told the present. */
const STUCK = 8 * 1024 * 1024

/** @param greeting what is said first */
export function createLine(url: string, greeting: FromHost, events: LineEvents): Line {
  let state: 'quiet' | 'calling' | 'open' | 'over' = 'quiet'
  let wire: Wire | undefined
  let pause = PAUSE.first
  let cancelPause = () => {}

  function call(): void {
    state = 'calling'
    openSocket(url, { opened: () => say(greeting), heard, closed }).then(take, () => closed())
  }

  function take(opened: Wire): void {
    wire = opened
    if (state === 'over') wire.close()
  }

  function heard(text: string): void {
    const message = parseToHost(text)
    // Both sides speak the same version; whatever else is on this port is not listened to.
    if (!message || state === 'over') return
    if (message.type === 'welcome') welcomed()
    else events.heard(message)
  }

  function welcomed(): void {
    state = 'open'
    pause = PAUSE.first
    events.opened()
  }

  function closed(code?: number): void {
    wire = undefined
    if (state === 'over') return
    const isUnwanted = code === closing.unknown || code === closing.misunderstood
    state = isUnwanted ? 'over' : 'calling'
    if (isUnwanted) events.refused(code)
    else callLater()
  }

  function callLater(): void {
    // Not watched: a process with nothing else to do ends.
    cancelPause = defaultEnvironment().after(pause, call)
    pause = Math.min(pause * 2, PAUSE.longest)
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
    close() {
      state = 'over'
      cancelPause()
      wire?.close()
    },
  }
}
