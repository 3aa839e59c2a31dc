import { clientCredentialsRequest, judgeClientCredentials } from '../protocol/client-credentials.ts'
import { prepareHttp } from '../protocol/http.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { awaits, connected, ended, retrying } from '../vault/steps.ts'
import { conclude, depart, nextTryAt, send, type Verb } from './errand.ts'
import { starting } from './starting.ts'

/** Requests a token in the application's own name. @see RFC 6749 §4.4 */
export const requestToken: Verb = (duty, means) => {
  const { custody, settings, environment } = means
  const { name, signal } = duty
  return custody.withLease(name, signal, async (isHeld) => {
    await prepareHttp()
    const at = environment.now()
    const isMine = (record: ConnectionRecord | undefined) => awaits(record, 'requestToken', at)
    const departure = await depart(
      duty,
      means,
      (current) => starting(current, 'requestToken', at, means),
      isMine,
      isHeld,
    )
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
}
