import { type Failure, fail, isOfVault, OAuthError } from '../failure.ts'
import type { FlowSnapshot } from '../flow-actor.ts'
import { openLink } from './browser.ts'
import type { Display } from './displays.ts'
import { Interruption } from './exit-codes.ts'
import { isAtRest, type Session, stateOf, until } from './session.ts'
import type { Terminal } from './terminal.ts'

export interface Patience {
  /** In seconds. Default: as long as the provider waits. */
  readonly timeout?: number
}

export interface Engagement extends Patience {
  readonly display: Display
  /** The provider's name. */
  readonly about: string
  /** Whether to open the link in a browser. Default false. */
  readonly open?: boolean
  /** The browser session that the answer must come from. Default: none. */
  readonly binding?: string | undefined
  /** Called once the provider has shown that it knows the client. */
  readonly begun: () => Promise<void>
}

export interface Engaged {
  /** Whether there was a session before anything was asked. */
  readonly already: boolean
  readonly snapshot: FlowSnapshot
}

/**
 * Leads a connection to a session: begins a login, or goes on with one, and shows what becomes of it.
 *
 * Rejects with {@link OAuthError} as the login ends, and `timeout`, after which it can be gone on with; with an
 * {@link Interruption}, at Ctrl-C after the login was given up.
 */
export async function engage(session: Session, engagement: Engagement, terminal: Terminal): Promise<Engaged> {
  const { begun } = engagement
  const { connection } = session
  const patience = patienceOf(engagement, terminal.signal)
  const stage = createStage(connection, engagement, terminal)
  const look = lookingAt(session, engagement, stage.show)
  const tick = setInterval(stage.show, 1_000)
  try {
    const engaged = await until(connection, look, patience.signal)
    await begun()
    return engaged
  } catch (error) {
    if (error instanceof Interruption && error.by === 'SIGINT') await giveUp(session)
    throw error
  } finally {
    clearInterval(tick)
    patience.end()
    stage.end()
  }
}

function lookingAt({ connection }: Session, { about, binding }: Engagement, show: () => void) {
  let started = false
  let prompted = false

  return (snapshot: FlowSnapshot): Engaged | undefined => {
    show()
    const { token, prompt, failure } = snapshot.context
    const state = stateOf(snapshot)
    if (state === 'authorized' || (state === 'backingOff' && token)) return { already: !started && !prompted, snapshot }
    if (state === 'backingOff' && isOfVault(failure)) throw new OAuthError(failure)
    prompted ||= prompt !== undefined
    if (!isAtRest(snapshot)) return undefined
    if (started || prompted) throw new OAuthError(failure ?? fail('authorization_failed', { about }))
    started = true
    connection.send({ type: 'authorization.start', ...(binding !== undefined && { binding }) })
    return undefined
  }
}

/**
 * Shows what there is to see; a prompt, once it is certain that whoever sees it can go on with it without saying all again,
 * even if this process is killed at that moment.
 */
function createStage({ actor }: Session['connection'], { display, begun, open }: Engagement, terminal: Terminal) {
  let kept: 'not yet' | 'being kept' | 'kept' = 'not yet'
  let isOver = false

  function show(): void {
    const snapshot = actor.getSnapshot()
    const isPrompted = snapshot.context.prompt !== undefined
    if (isPrompted && kept === 'not yet') keep()
    if (!isOver && (!isPrompted || kept === 'kept')) display.show(snapshot)
  }

  function keep(): void {
    kept = 'being kept'
    const next = () => {
      kept = 'kept'
      show()
      if (open && !isOver) openLink(actor.getSnapshot(), terminal)
    }
    // Where it failed, it is tried once more at the end, and then told.
    begun().then(next, next)
  }

  function end(): void {
    isOver = true
    display.end()
  }

  return { show, end }
}

/** How long a command waits. */
export interface Waiting {
  readonly signal: AbortSignal
  /** Whether somebody said how long to wait, and the next try comes before that. */
  isInTime(failure: Failure): boolean
  /** To be called when it is over. */
  end(): void
}

/** The time that somebody is ready to wait, and the interruptions. */
export function patienceOf({ timeout, about }: Patience & { about: string }, interruptions: AbortSignal): Waiting {
  const late = new AbortController()
  const remedy = 'Run it again to go on with it.'
  const expire = () => late.abort(new OAuthError(fail('timeout', { about: `${about}, --timeout`, remedy })))
  const timer = timeout === undefined ? undefined : setTimeout(expire, timeout * 1_000)
  const latest = timeout === undefined ? 0 : Date.now() + timeout * 1_000
  return {
    signal: AbortSignal.any([interruptions, late.signal]),
    isInTime: ({ retryable, retryAt = Infinity }) => retryable && retryAt < latest,
    end: () => clearTimeout(timer),
  }
}

/** Milliseconds. */
const FAREWELL = 5_000

async function giveUp({ connection }: Session): Promise<void> {
  if (connection.send({ type: 'authorization.cancel' })) return
  const over = AbortSignal.timeout(FAREWELL)
  // A vault that does not answer keeps nobody here.
  await until(connection, (snapshot) => stateOf(snapshot) === 'idle' || undefined, over).catch(() => {})
}
