import { deviceAuthorizationRequest, judgeDeviceAuthorization } from '../protocol/device-authorization.ts'
import { prepareHttp } from '../protocol/http.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { awaits, blankRecord, ended, retrying } from '../vault/steps.ts'
import { nextTryAt, send, statusOf, type Verb } from './errand.ts'
import { starting } from './starting.ts'

/** Requests a device code and stores it. @see RFC 8628 §3.1 */
export const requestCode: Verb = ({ name, signal, closing }, means) => {
  const { custody, settings, environment } = means
  return custody.withLease(name, signal, async () => {
    await prepareHttp()
    const at = environment.now()
    const intent = await custody.update(name, (current) => starting(current, 'requestCode', at, means))
    if (!awaits(intent, 'requestCode', at)) return { record: intent }

    const answer = await send(deviceAuthorizationRequest(settings), means)
    const verdict = judgeDeviceAuthorization(answer, settings)
    const record = await custody.store(
      name,
      (current) => (awaits(current, 'requestCode', at) ? next(current) : current),
      closing,
    )
    return { record, status: statusOf(answer) }

    function next(current: ConnectionRecord): ConnectionRecord {
      if (verdict.kind === 'code')
        return { ...blankRecord(current, current.provider, current.client), pending: verdict.pending }
      const { kind, failure } = verdict
      if (kind === 'refused') return ended(current, 'failed', failure.code, answer.receivedAt, failure)
      return retrying(current, nextTryAt(current, failure, means), failure, current.inFlight)
    }
  })
}
