import type { FlowContext } from '../machines/flow.ts'
import type { FlowEvent } from './dialogue.ts'
import { type Failure, fail } from './failure.ts'
import type { Held } from './vault/holdings.ts'

/** What to do about a caller who wants a token that is not at hand. */
export type Ruling =
  | { readonly kind: 'give'; readonly accessToken: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'ask'; readonly event: FlowEvent }
  | { readonly kind: 'refuse'; readonly failure: Failure }

export interface Situation {
  readonly state: unknown
  readonly context: FlowContext
  readonly held: Held
  readonly now: number
  /** The provider's name. */
  readonly about: string
  /** Nobody is needed for a new token: client credentials. */
  readonly selfService: boolean
  /** An event was sent for this caller already; it is not sent twice. */
  readonly asked: boolean
  /** The credentials were refused since this connection began. */
  readonly refused: boolean
}

/** The table behind `accessToken()`. */
export function rule({ state, context, held, now, about, selfService, asked, refused }: Situation): Ruling {
  const { accessToken, expiresAt, refreshAt, revokeWished, record } = held
  if (accessToken !== undefined && now < expiresAt) return { kind: 'give', accessToken }
  if (revokeWished || record?.wantsRevoke) return refuse(leaving(about))
  switch (state) {
    case 'recalling':
    case 'refreshing':
    case 'adopting':
    case 'exchangingCode':
    case 'requestingToken':
      return { kind: 'wait' }
    case 'authorized':
      if (isStillborn(held, now)) return refuse({ ...stillborn(about), retryAt: refreshAt })
      return asked ? refuse(stillborn(about)) : { kind: 'ask', event: { type: 'token.refresh' } }
    case 'backingOff':
      return context.failure ? refuse(context.failure) : { kind: 'wait' }
    case 'idle':
    case 'expired':
    case 'revoked':
    case 'failed':
      return selfServed()
    default:
      return personNeeded()
  }

  function refuse(failure: Failure): Ruling {
    return { kind: 'refuse', failure }
  }

  /** With wrong credentials it is tried once, and then only said: a host may ask a thousand times. */
  function selfServed(): Ruling {
    if (!selfService) return personNeeded()
    if (state === 'failed' && context.failure && (asked || refused)) return refuse(context.failure)
    return asked ? personNeeded() : { kind: 'ask', event: { type: 'authorization.start' } }
  }

  function personNeeded(): Ruling {
    const why = context.failure?.error
    return refuse(fail('authorization_required', { about, ...(why !== undefined && { error: why }) }))
  }
}

/** What is dead for longer, in milliseconds, met no slow server, but a clock that jumped, or a sleep. */
const SLOW = 60_000

/** The pause before the next token outlasts this one: asked for sooner, the next would be no better. */
function isStillborn({ record, expiresAt, refreshAt }: Held, now: number): boolean {
  const dead = refreshAt - expiresAt
  return dead > 0 && dead < SLOW && now < refreshAt && !record?.inFlight
}

/** A token that ends before it can be used: a lifetime shorter than a request, or a clock that jumps. */
function stillborn(about: string): Failure {
  const remedy = 'It had ended before it could be used: check the clock of this machine.'
  return fail('invalid_response', { about: `${about}, token`, remedy })
}

/** The session is given up, and no other can begin before that is done. */
export function leaving(about: string): Failure {
  const remedy = 'A disconnect was asked for: authorization.start is accepted once it is done, or after token.forget.'
  return fail('authorization_required', { about, remedy })
}
