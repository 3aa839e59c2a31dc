import { createDrain } from '../actors/drain.ts'
import type { VerbName } from '../actors/verbs.ts'
import { type Client, meansOf } from '../client.ts'
import { fail, isOfVault, misconfigured, OAuthError } from '../failure.ts'
import type { Grant } from '../providers/provider.ts'
import { patiently } from '../waiting.ts'
import { answer, closed, comeBackSoon, Refused, refused } from './answers.ts'
import { createCallback } from './callback.ts'
import { createDesk } from './desk.ts'
import { createGate } from './gate.ts'
import { type BackendOptions, withDefaults } from './options.ts'
import { openSummary } from './wire.ts'

/** A handler of web-standard requests, for all paths below one. */
export interface Backend {
  /**
   * Answers a request: 401 without a session; 403 for another origin, a connection that is not allowed, or tokens that are not
   * lent; 409 where there is no token; 404, 405, 413, 415 and 400 for what no device of this package sends; 503 once it is
   * stopped, or where the vault is in trouble; each with a `Failure` as JSON. Rejects only with what the host's own functions
   * `session`, `allows` and `page` throw.
   */
  (request: Request): Promise<Response>
  /**
   * Stops: what is in flight at the provider is finished and stored, all else is answered 503. What the vault holds stays.
   * Rejects with {@link OAuthError} `vault_unavailable` where an answer could not be stored, and `timeout`.
   *
   * @param options `timeout` in milliseconds. Default: ten seconds more than a request to the provider may take.
   */
  stop(options?: { readonly timeout?: number }): Promise<void>
}

/** What only this grant's machine asks for. */
const own: { readonly [G in Grant]: readonly VerbName[] } = {
  device_code: ['requestCode', 'pollToken', 'adoptToken'],
  authorization_code: ['prepareAuthorization', 'exchangeCode', 'adoptToken'],
  client_credentials: ['requestToken'],
}
const shared: readonly VerbName[] = ['recall', 'refreshToken', 'revokeToken', 'forget']

/**
 * Lets machines run in pages and tills while all secrets stay here: serves what the clients of `oauth-machines/backend/client`
 * ask. Route to it, for instance, all of `/oauth/*`, with the registered redirect URI among them, whose callback it serves too.
 *
 * @param client of `createClient`; its own connections may be used beside
 * @throws OAuthError `invalid_configuration`; the message names the option
 */
export function backend(client: Client<Grant>, options: BackendOptions): Backend {
  const means = meansOf(client)
  if (!means) throw misconfigured('backend, client', 'of createClient')
  const { settings, environment, requestTimeout } = means
  const { provider, redirectUri } = settings
  const about = `${provider.name}, backend`
  const { pageAfter, tokens, onProblem, ...rules } = withDefaults(about, options)
  const drain = createDrain()
  const gate = createGate(rules, about)
  const desk = createDesk(client, means, drain, onProblem, about)
  const callback = createCallback({ client, gate, desk, redirectUri, pageAfter, environment, about })
  const verbOf = (word: string): VerbName | undefined =>
    [...shared, ...own[provider.grant]].find((verb) => verb === word)

  async function serve(request: Request, at: number): Promise<Response> {
    const isOver = drain.closing.signal.aborted
    if (callback.isCallback(request)) return isOver ? comeBackSoon() : callback.handle(request)
    if (isOver) throw closed(about)
    const word = lastSegment(request.url)
    const verb = verbOf(word)
    if (!verb && word !== 'recordRevoke' && word !== 'accessToken')
      throw refused(404, `${about} (path)`, 'Use the client of the same version, and of the same provider.')
    gate.checkPost(request)
    const session = await gate.sessionOf(request)
    const errand = await gate.errandOf(request)
    await gate.checkConnection(request, errand.connection)
    if (verb) return answer({ at, summary: openSummary(await desk.run(verb, errand, session, request.signal)) })
    if (word === 'accessToken') return lend(errand.connection, at, request.signal)
    await desk.note(errand.connection)
    return answer({ at })
  }

  async function lend(name: string, at: number, asking: AbortSignal): Promise<Response> {
    const remedy = "The server keeps the tokens: call the API there, or give its handler the option 'tokens'."
    if (!tokens) throw new Refused(403, fail('not_supported', { about: `${about}, accessToken`, remedy }))
    const { extra: _, ...token } = await desk.token(name, asking)
    return answer({ at, token })
  }

  async function handle(request: Request): Promise<Response> {
    const at = environment.now()
    try {
      return await serve(request, at)
    } catch (error) {
      if (error instanceof Refused) return error.answer(at)
      if (error instanceof OAuthError)
        return new Refused(isOfVault(error.failure) ? 503 : 409, error.failure).answer(at)
      throw error
    }
  }

  let stopped: Promise<void> | undefined
  const stop = ({ timeout = requestTimeout + 10_000 }: { readonly timeout?: number } = {}) => {
    stopped ??= end(timeout)
    return stopped
  }

  async function end(timeout: number): Promise<void> {
    drain.closing.abort()
    const late = () => fail('timeout', { about: `${about}, stop` })
    const lost = await patiently(drain.settled(), { timeout }, environment, late)
    if (lost) throw new OAuthError(lost)
  }

  return Object.assign(handle, { stop })
}

/** A router may have put anything before it, or taken it away. */
function lastSegment(url: string): string {
  return new URL(url).pathname.split('/').at(-1) ?? ''
}
