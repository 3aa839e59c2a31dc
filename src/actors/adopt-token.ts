import { fail, misconfigured, OAuthError } from '../failure.ts'
import { judgeRefresh, refreshRequest } from '../protocol/refresh.ts'
import type { Settings } from '../registration.ts'
import type { Adopted, ConnectionRecord, Tokens } from '../vault/record.ts'
import { awaits, blankRecord, connected, ended, retrying } from '../vault/steps.ts'
import { orFailure } from '../vault/trouble.ts'
import { asking } from './budget.ts'
import { conclude, depart, leased, type Means, nextTryAt, send, standingOf } from './errand.ts'
import { isAtRest } from './starting.ts'

/**
 * Stores a refresh token from elsewhere, where the connection has nothing better.
 *
 * @throws OAuthError `not_supported` where it is connected, or being connected, or the grant knows no refresh;
 *   `invalid_configuration` for a session that is none; a failure of the vault
 */
export async function adopt(name: string, session: Unchecked, means: Means): Promise<void> {
  const { custody, settings } = means
  const { provider, fingerprint } = settings
  const about = `${provider.name}, ${name}, adopt`
  if (provider.grant === 'client_credentials')
    throw notSupported(about, 'this grant has no refresh token', 'Nobody is needed: send authorization.start.')
  const adopted = check(session, settings)
  const blank = (current: ConnectionRecord | undefined) => blankRecord(current, provider.id, fingerprint)
  const record = await orFailure(
    custody.update(name, (current) => (isAtRest(current, means) ? { ...blank(current), adopted } : current)),
  )
  if (record?.adopted?.refreshToken !== adopted.refreshToken)
    throw notSupported(about, 'it has a session, or awaits one', 'Nothing has changed; revoke or forget it first.')
}

/** What a caller without types may pass. */
type Unchecked = Partial<Record<keyof Adopted, string | undefined>>

function check(session: Unchecked | undefined, { provider, scope: wanted }: Settings): Adopted {
  const { refreshToken, scope } = session ?? {}
  const wrong = (member: string) => misconfigured(`${provider.name}, adopt, ${member}`, 'a string, not empty')
  if (typeof refreshToken !== 'string' || refreshToken === '') throw wrong('refreshToken')
  if (scope !== undefined && typeof scope !== 'string') throw wrong('scope')
  return { refreshToken, scope: scope ?? wanted }
}

function notSupported(about: string, why: string, remedy: string): OAuthError {
  return new OAuthError(fail('not_supported', { about: `${about} (${why})`, remedy }))
}

/** Proves an adopted refresh token by using it: only then is the connection one. @see RFC 6749 §6 */
export const adoptToken = leased(async (duty, means) => {
  const { settings, environment } = means
  const at = environment.now()
  const departure = await depart(
    duty,
    means,
    (current) =>
      current && standingOf(current, means) === 'adopting' ? asking(current, 'refreshToken', at, means) : current,
    (record) => awaits(record, 'refreshToken', at),
  )
  const { before, record: intent } = departure
  const adopted = intent?.adopted
  if (!adopted || !departure.departed) return departure

  const sent = unproved(adopted)
  const answer = await send(refreshRequest(settings, sent), means)
  const verdict = judgeRefresh(answer, settings, environment, sent, before?.inFlight !== undefined)
  const tokens = verdict.kind === 'tokens' ? verdict.tokens : undefined
  return conclude(duty, means, answer, tokens, (current) => {
    if (current.adopted?.refreshToken !== adopted.refreshToken) return undefined
    if (verdict.kind === 'tokens') return connected(current, verdict.tokens)
    const { kind, failure } = verdict
    if (kind === 'over') return ended(current, 'expired', failure.code, answer.receivedAt, failure)
    const unknown = verdict.ambiguous ? current.inFlight : before?.inFlight
    return retrying(current, answer.receivedAt, nextTryAt(current, failure, means), failure, unknown)
  })
})

/** As if its access token had been lost. */
function unproved({ refreshToken, scope }: Adopted): Tokens {
  return { accessToken: '', refreshToken, scope, type: 'Bearer', since: 0, renewable: true, extra: {} }
}
