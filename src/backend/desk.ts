import type { Drain } from '../actors/drain.ts'
import type { Means } from '../actors/errand.ts'
import { recordRevoke, runErrand, type VerbName } from '../actors/verbs.ts'
import type { Client } from '../client.ts'
import type { TokenDetails } from '../connection.ts'
import type { Errand } from '../dialogue.ts'
import { OAuthError } from '../failure.ts'
import { sha256 } from '../protocol/pkce.ts'
import type { Grant } from '../providers/provider.ts'
import { quietly } from '../quietly.ts'
import type { Summary } from '../recall.ts'
import { seal } from '../sealed.ts'
import { orFailure } from '../vault/trouble.ts'
import { closed, defect } from './answers.ts'

/** Does on the server what a machine elsewhere asks for, with the same verbs as a machine that runs here. */
export function createDesk(
  client: Client<Grant>,
  means: Means,
  drain: Drain,
  onProblem: (error: unknown) => void,
  about: string,
) {
  const { custody, settings, requestTimeout } = means
  const closing = drain.closing.signal

  /** What a device asks, in the session that it asks in; the prompt of another session is not shown. */
  async function run(verb: VerbName, errand: Errand, session: string, asking: AbortSignal): Promise<Summary> {
    const { connection: name } = errand
    // Known of as long as somebody asks: what is in memory of it ends with the last question.
    custody.open(name)
    // People press that button and leave: a disconnect goes on.
    const patience = patienceOf(verb === 'revokeToken' ? [closing] : [asking, closing])
    try {
      const summary = await runErrand(verb, bound(verb, errand, session), patience.signal, drain, means)
      return await seenFrom(session, summary, name)
    } catch (error) {
      if (patience.signal.aborted) throw closed(about)
      quietly(() => onProblem(error))
      throw defect(`${about}, ${verb}`)
    } finally {
      patience.end()
      custody.close(name)
    }
  }

  /** Whoever is not in the session that a login is bound to could do nothing with its link, which holds `state`. */
  async function seenFrom(session: string, summary: Summary, name: string): Promise<Summary> {
    const { prompt } = summary
    if (prompt?.kind !== 'redirect') return summary
    const { pending } = custody.held(name).record ?? {}
    const isTheirs =
      pending?.kind === 'redirect' && pending.url === prompt.url.open() && pending.binding === (await sha256(session))
    return isTheirs ? summary : { ...summary, prompt: undefined }
  }

  /**
   * Writes a disconnect down, while the answer to a refresh is awaited. Rejects where the vault does not take it: then the
   * device alone knows of it.
   */
  async function note(name: string): Promise<void> {
    if (closing.aborted) throw closed(about)
    custody.open(name)
    await drain.track(orFailure(recordRevoke(name, means))).finally(() => custody.close(name))
  }

  /** A token as this server's own routes get it: from the record, or after the refresh that is under way or due. */
  async function token(name: string, asking: AbortSignal): Promise<TokenDetails> {
    if (closing.aborted) throw closed(about)
    return drain.track(lent(name, asking))
  }

  /** The connection is known of before it has stopped, so that whoever ends the handler waits for that. */
  async function lent(name: string, asking: AbortSignal): Promise<TokenDetails> {
    const patience = patienceOf([asking, closing])
    const connection = client.connect(name)
    try {
      return await connection.token({ signal: patience.signal, timeout: requestTimeout })
    } catch (error) {
      // Its only other rejection is the signal's reason.
      throw error instanceof OAuthError ? error : closed(about)
    } finally {
      patience.end()
      const stopped = connection.stop().catch((error: unknown) => {
        if (error instanceof OAuthError) drain.lose(error.failure)
      })
      drain.track(stopped)
    }
  }

  /**
   * The connection whose login was begun in a session, where an answer may come without `state`: the binding alone tells
   * whose it is. `undefined` where none waits, or more than one.
   */
  async function begunIn(session: string): Promise<string | undefined> {
    if (!settings.deviations.includes('unsafe_missing_state')) return undefined
    const binding = await sha256(session)
    const begun: string[] = []
    for (const name of await orFailure(custody.list())) {
      // A record that cannot be read waits for nothing.
      const record = await custody.read(name).catch(() => undefined)
      if (record?.pending?.kind === 'redirect' && record.pending.binding === binding) begun.push(name)
    }
    return begun.length === 1 ? begun[0] : undefined
  }

  return { run, note, token, begunIn }
}

/** A login is begun in the session that asks for it, and can be finished in no other. @see RFC 9700 §2.1 */
function bound(verb: VerbName, errand: Errand, session: string): Errand {
  const binding = seal(session)
  if (verb === 'prepareAuthorization') return { ...errand, wish: { type: 'authorization.start', binding } }
  if (errand.wish?.type === 'authorization.responded') return { ...errand, wish: { ...errand.wish, binding } }
  return errand
}

/** A verb obeys its signal until something is sent: whoever has gone away is not connected any more. */
function patienceOf(reasons: readonly AbortSignal[]) {
  const patience = new AbortController()
  const abandon = () => patience.abort()
  for (const reason of reasons) reason.addEventListener('abort', abandon, { once: true })
  if (reasons.some(({ aborted }) => aborted)) abandon()
  const end = () => {
    for (const reason of reasons) reason.removeEventListener('abort', abandon)
  }
  return { signal: patience.signal, end }
}
