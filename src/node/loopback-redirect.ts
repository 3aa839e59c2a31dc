/// <reference lib="esnext.disposable" preserve="true" />
import { defaultEnvironment } from '../environment.ts'
import { fail, OAuthError } from '../failure.ts'
import type { Sealed } from '../sealed.ts'
import { listenOnLoopback } from './listening.ts'
import { placeOf } from './loopback-place.ts'
import { type LoopbackOptions, withDefaults } from './options.ts'
import { writePages } from './pages.ts'
import { createReception } from './reception.ts'
import { visitOf } from './visit.ts'

/** A port of this machine that a browser comes back to. */
export interface LoopbackRedirect extends AsyncDisposable {
  /** The `redirectUri` for the registration, with its port: for instance `http://127.0.0.1:49152/callback`. */
  readonly uri: string
  /**
   * Resolves with the URL that the browser came back to, with a code or with the refusal: what `authorization.responded`
   * takes. It is sealed, so that a log of it shows nothing. Ask once; an answer that comes before that waits.
   *
   * Any program and any page may call the port. So `accepts` is asked of each answer whether it is the awaited one, of
   * several at once if need be; where it says no, the browser is told so, and the listening goes on. Mostly it is
   * `async (url) => (await client.find(url)) === connection.name`.
   *
   * Rejects with {@link OAuthError}: `grant_expired` when the time is up, `cancelled` by {@link close}, `not_supported`
   * when asked twice. Rejects with the signal's reason when that aborts, and with what `accepts` throws.
   *
   * @see RFC 6749 §4.1.2, §10.12; RFC 8252 §8.10
   */
  answer(accepts: (url: Sealed) => boolean | PromiseLike<boolean>): Promise<Sealed>
  /**
   * Stops listening, and resolves once the port is free; harmless when repeated. After an answer it happens by itself. A
   * browser that is there gets its page before, which is waited for at most five seconds.
   */
  close(): Promise<void>
}

/** How long the browser may take to ask for its page, in milliseconds. */
const FAREWELL = 5_000

/**
 * Listens on a loopback port for the redirect of one login, so that a desktop app or a command line needs no server. The
 * browser is led on to a page whose URL holds no code. Listening keeps the process alive; afterwards nothing is left of it.
 *
 * Rejects with {@link OAuthError} `invalid_configuration` where an option is wrong or the port is taken; the message names
 * which. Rejects with the signal's reason when that has aborted.
 *
 * @see RFC 8252 §7.3, §8.3
 */
export async function loopbackRedirect(options: LoopbackOptions = {}): Promise<LoopbackRedirect> {
  const { signal, timeout, uri: asked, pages } = withDefaults(options)
  const place = placeOf(asked)
  const reception = createReception(writePages(pages))
  signal?.throwIfAborted()
  const listening = await listenOnLoopback(place.addresses, place.port, (port) => {
    const site = place.at(port)
    return (request, response) => reception.receive(visitOf(request, site), response)
  })

  const { uri } = place.at(listening.port)
  const giveUp = (code: 'grant_expired' | 'cancelled') =>
    reception.giveUp(new OAuthError(fail(code, { about: `Loopback redirect ${uri}` })))
  const { after } = defaultEnvironment()
  const cancelTimeout = after(timeout, () => giveUp('grant_expired'), { watched: true })
  const unfollow = follow(signal, reception.giveUp)
  const closed = reception.settled.then(async () => {
    cancelTimeout()
    unfollow()
    const cancelFarewell = after(FAREWELL, reception.dismiss)
    await reception.over
    cancelFarewell()
    await listening.close()
  })
  const close = () => {
    giveUp('cancelled')
    return closed
  }
  return { uri, answer: reception.answer, close, [Symbol.asyncDispose]: close }
}

/** Calls back with the reason when a signal aborts, or has done so. Returns what ends that. */
function follow(signal: AbortSignal | undefined, aborted: (reason: unknown) => void): () => void {
  const abort = () => aborted(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  return () => signal?.removeEventListener('abort', abort)
}
