import { clientCredentialsRequest, judgeClientCredentials } from '../protocol/client-credentials.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { awaits, connected, ended, retrying } from '../vault/steps.ts'
import { conclude, depart, leased, nextTryAt, send } from './errand.ts'
import { starting } from './starting.ts'

/** Requests a token in the application's own name. @see RFC 6749 §4.4 */
export const requestToken = leased(async (duty, means) => {
  const { settings, environment } = means
  const at = environment.now()
  const isMine = (record: ConnectionRecord | undefined) => awaits(record, 'requestToken', at)
  const departure = await depart(duty, means, (current) => starting(current, 'requestToken', at, means), isMine)
  if (!departure.departed) return departure

  const answer = await send(clientCredentialsRequest(settings), means)
  const verdict = judgeClientCredentials(answer, settings, environment)
  const tokens = verdict.kind === 'tokens' ? verdict.tokens : undefined
  return conclude(duty, means, answer, tokens, (current) => {
    if (!isMine(current)) return undefined
    if (verdict.kind === 'tokens') return connected(current, verdict.tokens)
    const { kind, failure } = verdict
    if (kind === 'refused') return ended(current, 'failed', failure.code, answer.receivedAt, failure)
    return retrying(current, answer.receivedAt, nextTryAt(current, failure, means), failure, current.inFlight)
  })
})
