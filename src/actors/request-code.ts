import { deviceAuthorizationRequest, judgeDeviceAuthorization } from '../protocol/device-authorization.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { awaits, bare, ended, retrying } from '../vault/steps.ts'
import { conclude, depart, leased, nextTryAt, send } from './errand.ts'
import { starting } from './starting.ts'

/** Requests a device code and stores it. @see RFC 8628 §3.1 */
export const requestCode = leased(async (duty, means) => {
  const { settings, environment } = means
  const at = environment.now()
  const isMine = (record: ConnectionRecord | undefined) => awaits(record, 'requestCode', at)
  const departure = await depart(duty, means, (current) => starting(current, 'requestCode', at, means), isMine)
  if (!departure.departed) return departure

  const answer = await send(deviceAuthorizationRequest(settings), means)
  const verdict = judgeDeviceAuthorization(answer, settings)
  return conclude(duty, means, answer, undefined, (current) => {
    if (!isMine(current)) return undefined
    if (verdict.kind === 'code') return { ...bare(current), pending: verdict.pending }
    const { kind, failure } = verdict
    if (kind === 'refused') return ended(current, 'failed', failure.code, answer.receivedAt, failure)
    return retrying(current, answer.receivedAt, nextTryAt(current, failure, means), failure, current.inFlight)
  })
})
