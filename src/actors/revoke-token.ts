import { type Failure, fail } from '../failure.ts'
import { judgeRevocation, revocationNotSupported, revocationRequest } from '../protocol/revocation.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { ended, holds, retrying } from '../vault/steps.ts'
import { conclude, leased, nextTryAt, send, type Verb } from './errand.ts'

/**
 * Revokes at the provider. The wish is in the record before anything is sent, so a crash does not forget it, and from then
 * on no token is handed out.
 *
 * @see RFC 7009 §2
 */
export const revokeToken: Verb = async (duty, means) => {
  const { custody } = means
  custody.wishRevoke(duty.name)
  await custody.update(duty.name, (current) => current)
  return revoke(duty, means)
}

const revoke = leased(async (duty, means) => {
  const { custody, settings, environment } = means
  const { name } = duty
  const before = await custody.read(name)
  const tokens = before?.tokens
  if (!before?.wantsRevoke) return { record: before }
  const request = tokens && revocationRequest(settings, tokens)
  if (!tokens || !request) {
    // Without a refresh token there may be nothing left to revoke, which is no failure.
    const failure = tokens && !settings.endpoints.revocation ? revocationNotSupported(settings) : undefined
    return { record: await custody.update(name, (current) => current && over(current, environment.now(), failure)) }
  }

  const answer = await send(request, means)
  const verdict = judgeRevocation(answer, settings, tokens)
  return conclude(duty, means, answer, undefined, (current) => {
    if (!current.wantsRevoke || !holds(current, tokens)) return undefined
    if (verdict.kind === 'revoked') return over(current, answer.receivedAt)
    const { kind, failure } = verdict
    if (kind === 'refused') return over(current, answer.receivedAt, notEndedThere(failure, settings.provider.name))
    return retrying(current, answer.receivedAt, nextTryAt(current, failure, means), failure, current.inFlight)
  })
})

function over(current: ConnectionRecord, at: number, failure?: Failure): ConnectionRecord {
  return ended(current, 'revoked', 'revoked', at, failure)
}

/** The merchant wants to be disconnected, and here they are; what the provider keeps must be ended by hand. */
function notEndedThere({ code, message: _, ...details }: Failure, provider: string): Failure {
  const remedy = `The tokens are erased here; end the session in the merchant's account at ${provider}.`
  return fail(code, { about: `${provider}, revocation`, ...details, remedy })
}
