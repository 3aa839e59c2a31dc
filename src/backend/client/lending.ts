import { fail, OAuthError } from '../../failure.ts'
import type { FlowActor } from '../../flow-actor.ts'
import { leaving } from '../../outcome.ts'
import type { Watch } from '../../waiter.ts'
import type { LentToken } from '../wire.ts'
import type { Call, Reading } from './call.ts'
import { shiftedToken } from './clocks.ts'
import type { Known } from './known.ts'
import { parseToken } from './parse-answer.ts'

/** How a token is read from an answer. */
const tokens: Reading<NonNullable<ReturnType<typeof parseToken>>, LentToken> = {
  parse: parseToken,
  shift: ({ token }, shift) => shiftedToken(token, shift),
}

interface Lending {
  readonly name: string
  readonly actor: FlowActor
  readonly known: Known
  readonly call: Call
  readonly watch: Watch
  /** Ends all waiting, with its reason. */
  readonly stopping: AbortSignal
  readonly now: () => number
  /** The provider's name. */
  readonly about: string
}

/** How often a token is asked for again because it was dropped while it was on its way. */
const ROUNDS = 3

const busy: readonly unknown[] = ['recalling', 'refreshing', 'adopting', 'exchangingCode', 'requestingToken']

/** Borrows the access token from the server, once for all who ask, and keeps it in memory until it ends. */
export function createLending({ name, actor, known, call, watch, stopping, now, about }: Lending) {
  let asking: Promise<LentToken> | undefined

  /** Rejects with {@link OAuthError} as the server's own `accessToken()` would, or where the server is not reached. */
  async function token(): Promise<LentToken> {
    refuseLeaving()
    const { lent } = known
    if (lent && (lent.expiresAt === undefined || now() < lent.expiresAt)) return lent
    asking ??= borrow().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function borrow(): Promise<LentToken> {
    for (let round = 0; round < ROUNDS; round++) {
      // What is under way may bring another token.
      await watch<void>(() => (busy.includes(actor.getSnapshot().value) ? undefined : { give: undefined }))
      const { drops } = known
      const reply = await call('accessToken', { connection: name }, tokens, { signal: stopping })
      refuseLeaving()
      if (reply.kind === 'untold') throw new OAuthError(reply.failure)
      if (drops === known.drops) return keep(reply.told)
    }
    throw new OAuthError(fail('authorization_required', { about }))
  }

  /** The server may not have heard of it yet. */
  function refuseLeaving(): void {
    const { wantsRevoke, wish } = actor.getSnapshot().context
    if (wantsRevoke || wish?.type === 'token.revoke' || wish?.type === 'token.forget')
      throw new OAuthError(leaving(about))
  }

  function keep(lent: LentToken): LentToken {
    known.lent = lent
    const snapshot = actor.getSnapshot()
    const isNews = snapshot.context.token?.generation !== lent.generation
    if (isNews && snapshot.can({ type: 'record.changed' })) actor.send({ type: 'record.changed' })
    return lent
  }

  return { token }
}
