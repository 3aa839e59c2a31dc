import { fromPromise } from 'xstate'
import { bindActors } from '../../actors/bind.ts'
import { createDrains } from '../../actors/drain.ts'
import { backOff } from '../../actors/errand.ts'
import type { VerbName } from '../../actors/verbs.ts'
import type { Errand, FlowEvent } from '../../dialogue.ts'
import type { Environment } from '../../environment.ts'
import { type Failure, isOfVault } from '../../failure.ts'
import type { Summary } from '../../recall.ts'
import type { Asked, PlainWish } from '../wire.ts'
import type { Call, Reading } from './call.ts'
import { shifted } from './clocks.ts'
import { createKnowledge, type Known } from './known.ts'
import { parseHeard, parseTold } from './parse-answer.ts'

/** What only a person can mend, such as a session of the host's that ended, is asked again after an hour, in milliseconds. */
const STUBBORN = 3_600_000

/** Verbs that a person leaves behind: the page may go before they arrive. */
const lasting: readonly VerbName[] = ['revokeToken', 'forget']

/** How a summary is read from an answer. */
export const summaries: Reading<NonNullable<ReturnType<typeof parseTold>>, Summary> = {
  parse: parseTold,
  shift: ({ summary }, shift) => shifted(summary, shift),
}

/** The answer to what asks for no more than to be heard. */
const heard: Reading<{ readonly at: number }, undefined> = { parse: parseHeard, shift: () => undefined }

/** A machine, as its actions see it. */
interface Acting {
  readonly context: { readonly connection: string }
  readonly system: object
}

/** All actors of a machine whose secrets are on a server: what `machine.provide` takes. */
export function implementRemotely(call: Call, environment: Environment) {
  const drainOf = createDrains()
  const knownOf = createKnowledge()

  const errand = (verb: VerbName) =>
    fromPromise<Summary, Errand>(({ input, signal, system }) =>
      drainOf(system).track(ask(verb, input, signal, knownOf(system, input.connection))),
    )

  async function ask(verb: VerbName, errand: Errand, signal: AbortSignal, known: Known): Promise<Summary> {
    if (verb === 'revokeToken' || verb === 'forget') known.drop()
    const asked = again(errand, known.lost)
    const reply = await call(verb, askedOf(asked), summaries, { signal, outlives: lasting.includes(verb) })
    if (reply.kind === 'untold') return trouble(reply.failure, asked, known)
    const { told } = reply
    if (told.standing === 'backingOff' && isOfVault(told.failure)) return trouble(told.failure, asked, known)
    known.take(told)
    return told
  }

  /** Nothing is lost: the truth is on the server, and it is asked again. Meanwhile what it said last is kept. */
  function trouble(failure: Failure, errand: Errand, known: Known): Summary {
    if (errand.wish) known.lost = errand
    const pause = failure.retryable || isOfVault(failure) ? backOff(++known.troubles, environment) : STUBBORN
    const retryAt = Math.max(environment.now() + Math.round(pause), failure.retryAt ?? 0)
    // Whatever is asked after that: only the server can say that there is a token still.
    if (errand.wish?.type === 'token.revoke')
      known.last = { ...(known.last ?? nothing), token: undefined, wantsRevoke: true }
    return {
      ...(known.last ?? nothing),
      standing: 'backingOff',
      failure: { ...failure, retryAt },
      retryAt,
      endedBecause: undefined,
      request: undefined,
      unread: true,
    }
  }

  return {
    drainOf,
    knownOf,
    actions: {
      /** Where it is not heard, the wish is with the machine, and the next question says so. */
      recordRevoke({ context: { connection }, system }: Acting) {
        knownOf(system, connection).drop()
        drainOf(system).track(call('recordRevoke', { connection }, heard, { outlives: true }))
      },
      /** On the server, the intent to refresh says that the token has ended. */
      withhold: ({ context: { connection }, system }: Acting) => knownOf(system, connection).drop(),
    },
    actors: bindActors(errand, environment),
  }
}

/** Of a server that was never reached. */
const nothing: Summary = {
  standing: 'backingOff',
  prompt: undefined,
  pollIntervalSeconds: undefined,
  nextPollAt: undefined,
  retryAt: undefined,
  token: undefined,
  failure: undefined,
  endedBecause: undefined,
  request: undefined,
}

/** The same wish once more: it is for the token that was known then. If that is renewed by now, nothing is left to do. */
function again(errand: Errand, lost: Errand | undefined): Errand {
  const isSame = lost?.wish !== undefined && lost.wish === errand.wish
  return isSame ? { ...errand, generation: lost.generation } : errand
}

function askedOf({ connection, wish, generation }: Errand): Asked {
  return { connection, ...(wish && { wish: plain(wish) }), ...(generation !== undefined && { generation }) }
}

/** The session is the binding, and the server knows it: what a host gave does not leave the device. */
function plain(wish: FlowEvent): PlainWish {
  if (wish.type === 'authorization.start') return { type: wish.type }
  if (wish.type === 'authorization.responded') return { type: wish.type, url: wish.url.open() }
  return wish
}
