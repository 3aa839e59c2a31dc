import { assign, enqueueActions, fromPromise, type SetupTypes, setup } from 'xstate'
import type { Deadline, Errand, FlowEvent } from '../src/dialogue.ts'
import type { Failure } from '../src/failure.ts'
import type { Prompt, Standing, Summary, TokenSummary } from '../src/recall.ts'
import type { EndedBecause } from '../src/vault/record.ts'

/** What a machine tells without being asked; free of secrets. */
export type FlowEmitted =
  | { readonly type: 'prompt.changed'; readonly prompt: Prompt | undefined }
  | { readonly type: 'token.changed'; readonly token: TokenSummary | undefined }
  | { readonly type: 'ended'; readonly because: EndedBecause; readonly failure: Failure | undefined }

export type FlowTag =
  /** A token is at hand or being renewed; where `failure` is `session_expired` or `outcome_unknown`, no longer than it lives. */
  | 'connected'
  /** A request is in flight or due by itself; nobody needs to do anything. */
  | 'pending'
  /** Only a person can move this on. */
  | 'needsUser'

/** All that a machine knows; the secrets are in the vault. */
export interface FlowContext extends Omit<Summary, 'standing' | 'request'> {
  readonly connection: string
  /** What was asked while the vault was being read or was in trouble; honoured after the next read. */
  readonly wish: FlowEvent | undefined
}

/** What the place of an actor says that nobody has brought. */
export const notBrought = new Error('createClient provides this actor')

/** A place for an actor that `createClient` provides. */
const brought = <Output, Input>() => fromPromise<Output, Input>(() => Promise.reject(notBrought))

const types: SetupTypes<
  FlowContext,
  FlowEvent,
  Record<never, string>,
  FlowTag,
  { connection: string },
  unknown,
  FlowEmitted,
  Record<string, never>
> = {}

const base = setup({
  types,
  actors: {
    recall: brought<Summary, Errand>(),
    requestCode: brought<Summary, Errand>(),
    pollToken: brought<Summary, Errand>(),
    prepareAuthorization: brought<Summary, Errand>(),
    exchangeCode: brought<Summary, Errand>(),
    requestToken: brought<Summary, Errand>(),
    adoptToken: brought<Summary, Errand>(),
    refreshToken: brought<Summary, Errand>(),
    revokeToken: brought<Summary, Errand>(),
    forget: brought<Summary, Errand>(),
    deadline: brought<'due' | 'over', Deadline>(),
  },
  actions: {
    /** Takes what was asked along, and leaves the past behind, so that the same ending is announced again. */
    takeWish: assign({ wish: ({ event }) => event, failure: undefined, endedBecause: undefined }),
    /** Keeps what was asked until the vault has been read. A disconnect or a forget is not replaced by a lesser wish. */
    keepWish: assign({ wish: ({ context, event }) => weightier(context.wish, event) }),
    /** Writes the disconnect into the record while an answer is awaited. `createClient` provides it. */
    recordRevoke: () => {},
    /** Hands a rejected token out no more, from this moment on. `createClient` provides it. */
    withhold: () => {},
  },
  guards: {
    standingIs: (_, { summary, standing }: { summary: Summary; standing: Standing }) => summary.standing === standing,
    isWished: (
      { context },
      { summary, wish, standings }: { summary: Summary; wish: FlowEvent['type']; standings: readonly Standing[] },
    ) => context.wish?.type === wish && standings.includes(stands(summary)) && allows(summary, context.wish),
    answersWith: (_, { answer, expected }: { answer: string; expected: string }) => answer === expected,
    mayConnect: ({ context }) => context.token === undefined && !context.wantsRevoke,
    mayHoldToken: ({ context }) => context.token !== undefined || isBlind(context),
    mayDisconnect: ({ context }) => context.token !== undefined || context.wantsRevoke === true || isBlind(context),
    isCurrent: ({ context, event }) =>
      event.type === 'token.rejected' && event.generation === context.token?.generation,
  },
})

/**
 * The one setup that all charts share: the words they are written in. These two are added to the others, since an
 * `enqueueActions` beside them erases the types of its neighbours' parameters.
 */
export const flow = base.extend({
  actions: {
    /** Takes over a summary and announces what changed. The vault has stored it before. */
    remember: enqueueActions(({ context, enqueue }, { summary, honours }: { summary: Summary; honours?: true }) => {
      const { standing, request: _, ...known } = summary
      const { unread, wantsRevoke } = known
      enqueue.assign({ ...known, unread, wantsRevoke, wish: honours || isBlind(summary) ? context.wish : undefined })
      if (!samePrompt(context.prompt, known.prompt)) enqueue.emit({ type: 'prompt.changed', prompt: known.prompt })
      if (context.token?.generation !== known.token?.generation)
        enqueue.emit({ type: 'token.changed', token: known.token })
      if (known.endedBecause !== undefined && known.endedBecause !== context.endedBecause)
        enqueue.emit({ type: 'ended', because: known.endedBecause, failure: known.failure })
    }),
    /** An actor threw, which none should: a defect of this package. What it threw may hold secrets and stays out. */
    admitDefect: enqueueActions(({ context, enqueue }, { actor, isMissing }: { actor: string; isMissing?: true }) => {
      const failure = isMissing ? missing(actor) : defect(actor)
      const because = failure.code
      enqueue.assign({ ...blank({ input: context }), failure, endedBecause: because })
      enqueue.emit({ type: 'ended', because, failure })
      if (context.prompt) enqueue.emit({ type: 'prompt.changed', prompt: undefined })
      if (context.token) enqueue.emit({ type: 'token.changed', token: undefined })
    }),
  },
})

function defect(actor: string): Failure {
  const message = `${actor}: unexpected error in oauth-machines. Please report it; nothing stored is lost.`
  return { code: 'authorization_failed', message, retryable: false }
}

/** Somebody runs a chart by itself, as it is exported. */
function missing(actor: string): Failure {
  const message = `${actor}: a chart alone has no actors. Use createClient(…).connect(…).actor, or the machine of a client.`
  return { code: 'invalid_configuration', message, retryable: false }
}

/** What every chart knows when it begins: its name. */
export const blank = ({ input }: { input: { connection: string } }): FlowContext => ({
  connection: input.connection,
  prompt: undefined,
  pollIntervalSeconds: undefined,
  nextPollAt: undefined,
  retryAt: undefined,
  token: undefined,
  wantsRevoke: undefined,
  failure: undefined,
  endedBecause: undefined,
  unread: undefined,
  wish: undefined,
})

function samePrompt(one: Prompt | undefined, other: Prompt | undefined): boolean {
  const code = (prompt: Prompt | undefined) => (prompt?.kind === 'device' ? prompt.userCode : undefined)
  return one?.expiresAt === other?.expiresAt && code(one) === code(other)
}

/** The vault could not be read: what it holds is not known, and nothing that was asked has been considered. */
function isBlind({ failure, unread }: Pick<Summary, 'failure' | 'unread'>): boolean {
  return unread === true || failure?.code === 'vault_unavailable' || failure?.code === 'vault_mismatch'
}

/** For what was asked, a first request that backs off is one that is starting. */
function stands({ standing, token, wantsRevoke }: Summary): Standing {
  return standing === 'backingOff' && token === undefined && !wantsRevoke ? 'starting' : standing
}

/** A rejection concerns one token, and in the dark nothing is done but to forget. */
function allows(summary: Summary, wish: FlowEvent): boolean {
  if (isBlind(summary)) return wish.type === 'token.forget'
  return wish.type !== 'token.rejected' || wish.generation === summary.token?.generation
}

/** Of two wishes that wait, the later is honoured, unless the earlier would be missed more. A forget is the end. */
function weightier(earlier: FlowEvent | undefined, later: FlowEvent): FlowEvent {
  return earlier && weight(earlier) > weight(later) ? earlier : later
}

function weight({ type }: FlowEvent): number {
  if (type === 'token.forget') return 4
  if (type === 'token.revoke') return 3
  return type === 'authorization.responded' || type === 'authorization.cancel' ? 2 : 1
}
