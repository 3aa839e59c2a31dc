import { authorizationRequest } from '../protocol/authorization-request.ts'
import type { ConnectionRecord } from '../vault/record.ts'
import { blankRecord } from '../vault/steps.ts'
import { depart, type Verb } from './errand.ts'
import { starting } from './starting.ts'

/** Makes the authorization request and stores it before anybody sees its URL; nothing is sent. @see RFC 6749 §4.1.1 */
export const prepareAuthorization: Verb = async (duty, means) => {
  const { settings, environment } = means
  const { wish } = duty
  const at = environment.now()
  const binding = wish?.type === 'authorization.start' ? wish.binding?.open() : undefined
  const pending = await authorizationRequest(settings, at, binding)
  const change = (current: ConnectionRecord | undefined) => {
    const begun = starting(current, 'requestCode', at, means)
    return begun === current
      ? current
      : { ...blankRecord(current, settings.provider.id, settings.fingerprint), pending }
  }
  const isMine = (record: ConnectionRecord | undefined) =>
    record?.pending?.kind === 'redirect' && record.pending.state === pending.state
  return depart(duty, means, change, isMine)
}
