import { checkOptions, type Expectations, isFunction } from '../../check-options.ts'
import { type Failure, fail, misconfigured } from '../../failure.ts'
import { quietly } from '../../quietly.ts'
import type { Sink } from '../inspector.ts'
import { isHere } from '../this-machine.ts'
import { sayTo } from './messages.ts'
import { receiverAt } from './socket.ts'
import { receiverIn } from './window.ts'

/** A way to Stately's inspector; its page is on the internet, unless you have one of your own. */
export interface Stately {
  /** For `createInspector`. Who listens from later on is told where each running machine is, and what follows. */
  readonly sink: Sink
  /** Ends it for good. */
  close(): void
}

export interface StatelyWebSocketOptions {
  /** Where `createInspectorServer` of `@statelyai/inspect` listens: on this machine. Default `ws://127.0.0.1:8080`. */
  readonly url?: string
}

/** Each option, and what it must be. */
const ofWebSocket: Expectations<StatelyWebSocketOptions> = {
  url: ['ws on 127.0.0.1, localhost or [::1]', (value) => isUrl(value, (url) => isHere(url, 'ws:', 'wss:'))],
}

/**
 * Shows machines in Stately's inspector, over a WebSocket on this machine, from Node or a page. Stately's page gets
 * observations, and the charts of this package as names: no secret, no prompt, and of a host's own machines no chart.
 *
 * Nobody needs to listen: it is called again after pauses of 1 to 30 seconds, and in Node no process is kept alive by
 * it.
 *
 * @throws OAuthError `invalid_configuration` for a `url` that leads off this machine, and for a wrong option
 */
export function statelyWebSocket(options: StatelyWebSocketOptions = {}): Stately {
  checkOptions('statelyWebSocket', options, ofWebSocket)
  const { url = 'ws://127.0.0.1:8080' } = options
  const receiver = receiverAt(new URL(url).href, () => present())
  const { sink, present } = sayTo(receiver)
  return { sink, close: receiver.close }
}

export interface StatelyBrowserOptions {
  /** The page that shows it: https, or http on this machine. Default `https://stately.ai/inspect`. */
  readonly url?: string
  /** Where to show it. Default: a window of its own, which a browser opens in a click only. */
  readonly iframe?: HTMLIFrameElement
  /** Is told where no window could be opened. Default: `console.warn`. */
  readonly onProblem?: (problem: Failure) => void
}

/** Each option, and what it must be. */
const ofBrowser: Expectations<StatelyBrowserOptions> = {
  url: [
    'https, or http on this machine',
    (value) => isUrl(value, (url) => url.protocol === 'https:' || isHere(url, 'http:')),
  ],
  iframe: ['an iframe', (value) => typeof value === 'object' && value !== null && 'contentWindow' in value],
  onProblem: ['a function', isFunction],
}

/**
 * Shows a page's machines in Stately's inspector, in a window or an iframe. It gets what {@link statelyWebSocket}
 * tells, and nobody but the page at `url` does.
 *
 * @throws OAuthError `invalid_configuration` for a wrong option, and outside of a page
 */
export function statelyBrowser(options: StatelyBrowserOptions = {}): Stately {
  checkOptions('statelyBrowser', options, ofBrowser)
  const { url = 'https://stately.ai/inspect', iframe, onProblem = warn } = options
  if (typeof window === 'undefined') throw misconfigured('statelyBrowser', 'in Node there is statelyWebSocket')
  const receiver = receiverIn({ url: new URL(url), iframe, host: window }, () => present())
  if (!receiver) quietly(() => onProblem(noWindow))
  const { sink, present } = sayTo(receiver ?? { send() {} })
  return { sink, close: () => receiver?.close() }
}

const noWindow = fail('invalid_configuration', {
  about: 'statelyBrowser (the browser opened no window)',
  remedy: 'Call it in a click, or give it an iframe.',
})

/** Somebody looks for a window that is not there: this must not need an option to be heard. */
function warn({ message }: Failure): void {
  console.warn(message)
}

function isUrl(value: unknown, holds: (url: URL) => boolean): boolean {
  return typeof value === 'string' && URL.canParse(value) && holds(new URL(value))
}
