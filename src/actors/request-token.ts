import { clientCredentialsRequest, judgeClientCredentials } from '../protocol/client-credentials.ts'
import { prepareHttp } from '../protocol/http.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { awaits, connected, ended, holds, retrying } from '../vault/steps.ts'
import { depart, disown, nextTryAt, send, statusOf, type Verb } from './errand.ts'
import { starting } from './starting.ts'

/** Requests a token in the application's own name. @see RFC 6749 §4.4 */
export const requestToken: Verb = (duty, means) => {
  const { custody, settings, environment } = means
  const { name, signal, closing } = duty
  return custody.withLease(name, signal, async () => {
    await prepareHttp()
    const at = environment.now()
    const isMine = (record: ConnectionRecord | undefined) => awaits(record, 'requestToken', at)
    const departure = await depart(duty, means, (current) => starting(current, 'requestToken', at, means), isMine)
    if (!departure.departed) return departure

    const answer = await send(clientCredentialsRequest(settings), means)
    const verdict = judgeClientCredentials(answer, settings, environment)
    let orphaned = false
    const record = await custody.store(name, store, closing)
    if (orphaned && verdict.kind === 'tokens') disown(verdict.tokens, duty, means)
    return { record, status: statusOf(answer) }

    function store(current: ConnectionRecord | undefined): ConnectionRecord | undefined {
      if (!awaits(current, 'requestToken', at)) {
        orphaned = verdict.kind === 'tokens' && !holds(current, verdict.tokens)
        return current
      }
      if (verdict.kind === 'tokens') return connected(current, verdict.tokens)
      const { kind, failure } = verdict
      if (kind === 'refused') return ended(current, 'failed', failure.code, answer.receivedAt, failure)
      return retrying(current, answer.receivedAt, nextTryAt(current, failure, means), failure, current.inFlight)
    }
  })
}
