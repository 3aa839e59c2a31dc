import type { FlowEvent } from '../dialogue.ts'
import type { Environment } from '../environment.ts'
import type { Failure } from '../failure.ts'
import { type Answer, post, prepareHttp, type WireRequest } from '../protocol/http.ts'
import { revocationRequest } from '../protocol/revocation.ts'
import type { Provider } from '../providers/provider.ts'
import { type Requested, type Standing, type Summary, standing, summarize } from '../recall.ts'
import type { Settings } from '../registration.ts'
import type { Change, Custody } from '../vault/custody.ts'
import type { IsHeld } from '../vault/leasing.ts'
import type { ConnectionRecord, EndedBecause, Tokens } from '../vault/record.ts'
import { holds } from '../vault/steps.ts'
import { VaultTrouble } from '../vault/trouble.ts'

/** What all actors of a client close over: the secrets are here, and in the vault, and nowhere else. */
export interface Means {
  readonly settings: Settings
  readonly custody: Custody
  readonly environment: Environment
  /** How long a request may take, body included, in milliseconds. */
  readonly requestTimeout: number
}

/** One actor's task. */
export interface Duty {
  /** The connection. */
  readonly name: string
  readonly wish: FlowEvent | undefined
  /** The generation of the token that the machine knows. */
  readonly generation: number | undefined
  /** Whether the lease is still one's own; yes where none is needed. */
  readonly isHeld: IsHeld
  /** Ends the first phase, in which nothing has been sent; the second runs to its end. */
  readonly signal: AbortSignal
  /** The host is stopping: what is in flight is finished, and tried once more at the most. */
  readonly closing: AbortSignal
  /** Something that must be finished before `stop()` resolves, although no state waits for it. */
  readonly also: (work: Promise<unknown>) => void
  /** Says that an answer could not be stored before the end. */
  readonly lose: (failure: Failure) => void
}

/** What an actor found or did: the record as it is now, and the request behind it. */
export interface Outcome {
  readonly record: ConnectionRecord | undefined
  readonly request?: Requested
  /** Why there is no record any more. */
  readonly because?: EndedBecause
  /** What went wrong without changing the record. */
  readonly failure?: Failure
  /** Where the connection stands, where that is more than the record tells. */
  readonly standing?: Standing
  /** Nothing was to be written. */
  readonly looked?: true
}

export type Verb = (duty: Duty, means: Means) => Promise<Outcome>

/** Carries a verb out and answers with a summary. Trouble with the vault is an answer as well: back off and look again. */
export async function carryOut(verb: Verb, duty: Duty, means: Means): Promise<Summary> {
  const { settings, custody, environment } = means
  const cell = custody.held(duty.name)
  const about = settings.provider.name
  try {
    const { record, request, because, failure, standing: stands, looked } = await verb(duty, means)
    if (!looked || !cell.stuck) cell.troubles = 0
    const summary = summarize(record, environment.now(), about)
    const standing = stands ?? summary.standing
    return {
      ...summary,
      standing,
      request,
      endedBecause: because ?? summary.endedBecause,
      failure: failure ?? summary.failure,
    }
  } catch (error) {
    if (!(error instanceof VaultTrouble)) throw error
    if (error.circumstances.losesAnswer) duty.lose(error.failure)
    cell.stuck = error.circumstances.writing ?? false
    const retryAt = environment.now() + Math.round(backOff(++cell.troubles, environment))
    const failure = { ...error.failure, retryAt }
    // A wish that the vault has not taken counts as well; without tokens known, it waits for them.
    const known = cell.record?.tokens ? custody.withWish(duty.name, cell.record) : cell.record
    return { ...summarize(known, environment.now(), about), standing: 'backingOff', failure, retryAt }
  }
}

/** Sends a request. */
export function send(request: WireRequest, { environment, requestTimeout }: Means): Promise<Answer> {
  return post(request, environment, requestTimeout)
}

/** A verb that sends something: it works under the lease, with the HTTP client loaded before an intent is stored. */
export function leased(verb: Verb): Verb {
  return (duty, means) =>
    means.custody.withLease(duty.name, duty.signal, async (isHeld) => {
      await prepareHttp()
      return verb({ ...duty, isHeld }, means)
    })
}

/** The end of the first phase: whether a request may go out now, and the record before and after its intent. */
export interface Departure {
  readonly departed: boolean
  readonly before: ConnectionRecord | undefined
  readonly record: ConnectionRecord | undefined
}

/**
 * Stores an intent. Until then the signal is obeyed; an intent that was stored while somebody gave up, or while the lease
 * was lost, is taken back.
 *
 * @param change writes the intent, or leaves the record as it is where there is nothing to do
 * @param isMine knows the intent again
 */
export async function depart(
  { name, signal, isHeld }: Duty,
  { custody }: Means,
  change: Change,
  isMine: (record: ConnectionRecord | undefined) => boolean,
): Promise<Departure> {
  let before: ConnectionRecord | undefined
  const record = await custody.update(name, (current) => {
    before = current
    return signal.aborted ? current : change(current)
  })
  if (!isMine(record)) return { departed: false, before, record }
  if ((await isHeld()) && !signal.aborted) {
    Object.assign(custody.held(name), { departed: record, damaged: false })
    return { departed: true, before, record }
  }
  const restored = await custody.update(name, (current) => (isMine(current) ? before : current))
  return { departed: false, before, record: restored }
}

/**
 * The second phase: stores what an answer makes of the record, unless the record has moved on. Tokens that nobody waits for
 * any more are revoked.
 *
 * @param next the record that follows, or `undefined` where this one waits for another answer, or for none
 * @param isOrphan whether the tokens that came belong to nobody, where the record has moved on
 */
export async function conclude(
  duty: Duty,
  means: Means,
  answer: Answer,
  tokens: Tokens | undefined,
  next: (current: ConnectionRecord) => ConnectionRecord | undefined,
  isOrphan = (current: ConnectionRecord | undefined, came: Tokens) => !holds(current, came),
): Promise<Outcome> {
  let orphan: Tokens | undefined
  const change: Change = (current) => {
    const follows = current && next(current)
    orphan = tokens && !follows && isOrphan(current, tokens) ? tokens : undefined
    return follows ?? current
  }
  const record = await means.custody.store(duty.name, change, duty.closing).catch((error: unknown) => {
    // What cannot be kept, since another's record is in its place, belongs to nobody.
    if (tokens && !duty.closing.aborted) disown(tokens, duty, means)
    throw error
  })
  if (orphan) disown(orphan, duty, means)
  const status = answer.kind === 'answered' ? answer.status : undefined
  return { record, request: { endpoint: answer.endpoint, status } }
}

export function standingOf(record: ConnectionRecord | undefined, { environment }: Means): Standing {
  return standing(record, environment.now())
}

/** Nothing more than a second chance at once, then twice as long each time, five minutes at the most; in milliseconds. */
export function backOff(attempts: number, { random }: Pick<Environment, 'random'>): number {
  return Math.min(1_000 * 2 ** (attempts - 1), 300_000) * (0.75 + random() / 4)
}

/** Whether a refresh whose answer was lost is not sent again. With client credentials nothing is spent by a request. */
export function neverAgain({ grant, refreshAfterLostAnswer }: Provider): boolean {
  return grant !== 'client_credentials' && refreshAfterLostAnswer === 'never'
}

/** A refusal that no waiting cures is asked again after an hour, since a vendor may repair it; in milliseconds. */
const STUBBORN = 3_600_000
/** What a server may ask for at the most, in milliseconds. */
const LONGEST_WAIT = 86_400_000

/** When to try again: what the server asks for, and no sooner than the back-off. Unix milliseconds. */
export function nextTryAt(record: ConnectionRecord, failure: Failure, { environment }: Means): number {
  const now = environment.now()
  const pause = failure.retryable ? Math.round(backOff((record.retry?.attempts ?? 0) + 1, environment)) : STUBBORN
  return Math.max(now + pause, Math.min(failure.retryAt ?? 0, now + LONGEST_WAIT))
}

/** A token that nobody waits for any more is revoked, best effort: one request, and its answer decides nothing. */
export function disown(tokens: Tokens, duty: Duty, means: Means): void {
  const request = revocationRequest(means.settings, tokens)
  if (request) duty.also(send(request, means))
}
