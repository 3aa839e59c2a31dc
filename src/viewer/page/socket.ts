import { closing, type FromPage, PROTOCOL } from '../../inspect/messages.ts'
import { parseToPage } from '../../inspect/parse-message.ts'
import type { Told } from './state/collected.ts'
import type { Link } from './state/store.ts'

export interface SocketOptions {
  readonly url: string
  /** From the link that opened the page; good once. */
  readonly token: string | undefined
  /** Where the session is kept, for as long as the tab is open. */
  readonly storage: Storage
  /** Is told how the link to the server stands. */
  readonly onLink: (link: Link) => void
  readonly onWelcome: () => void
  readonly onTold: (told: Told) => void
}

export interface Socket {
  /** Sends a message; where nobody can take it, the page is told that it was refused. */
  send(message: FromPage): void
  /** Tries again at once. */
  retry(): void
  /** Takes another link's token, where the page is not connected. */
  use(token: string): void
}

/** The pauses before another try, in milliseconds; the last one again and again. */
const pauses = [500, 1_000, 2_000, 4_000, 8_000, 15_000]
const SESSION = 'oauth-machines.session'

/** Connects to the viewer's server, and again whenever the connection is lost. */
export function openSocket({ url, token, storage, onLink, onWelcome, onTold }: SocketOptions): Socket {
  let unused = token
  let failures = 0
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function connect(): void {
    clearTimeout(timer)
    const greeting = greet()
    if (greeting) call(greeting)
    else onLink({ is: 'refused', because: 'none' })
  }

  function greet(): FromPage | undefined {
    const hello = { type: 'hello', as: 'page', version: PROTOCOL } as const
    if (unused !== undefined) return { ...hello, token: unused }
    const session = storage.getItem(SESSION)
    return session === null ? undefined : { ...hello, session }
  }

  function call(greeting: FromPage): void {
    const called = new WebSocket(url)
    socket = called
    called.addEventListener('open', () => called.send(JSON.stringify(greeting)))
    called.addEventListener('message', ({ data }) => hear(String(data)))
    called.addEventListener('close', ({ code }) => close(code))
  }

  function hear(text: string): void {
    const message = parseToPage(text)
    if (message?.type === 'welcome') enter(message.session)
    // What is no message is from a newer server: what this page does not understand, it cannot show.
    else if (message) onTold({ message, at: Date.now() })
  }

  function enter(session: string): void {
    failures = 0
    unused = undefined
    storage.setItem(SESSION, session)
    onWelcome()
  }

  function close(code: number): void {
    socket = undefined
    if (code === closing.misunderstood) onLink({ is: 'misunderstood' })
    else if (code === closing.unknown) refused()
    else tryLater()
  }

  function tryLater(): void {
    const pause = pauses[Math.min(failures++, pauses.length - 1)] ?? 0
    onLink({ is: 'lost', retryAt: Date.now() + pause })
    timer = setTimeout(connect, pause)
  }

  function refused(): void {
    const because = unused === undefined ? 'session' : 'token'
    if (because === 'session') storage.removeItem(SESSION)
    unused = undefined
    // A link that is opened twice in one tab is no trouble: the session is still there.
    if (because === 'token' && storage.getItem(SESSION) !== null) connect()
    else onLink({ is: 'refused', because })
  }

  connect()
  return {
    send(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
      else if (message.type !== 'hello') onTold(unsent(message.host))
    },
    retry() {
      if (!socket) connect()
    },
    use(another) {
      if (socket) return
      unused = another
      connect()
    },
  }
}

function unsent(host: string): Told {
  const reason = 'The viewer cannot be reached: nothing was sent.'
  return { message: { type: 'refused', host, reason }, at: Date.now() }
}

/** Takes the token out of the page's address, so that it is in no history, no bookmark and no screenshot. */
export function takeToken(location: Location, history: History): string | undefined {
  const token = location.hash.slice(1)
  if (token === '') return undefined
  history.replaceState(null, '', location.pathname + location.search)
  return token
}
