import { authorizationRequest } from '../protocol/authorization-request.ts'
import { blankRecord } from '../vault/steps.ts'
import type { Verb } from './errand.ts'
import { starting } from './starting.ts'

/** Makes the authorization request and stores it before anybody sees its URL; nothing is sent. @see RFC 6749 §4.1.1 */
export const prepareAuthorization: Verb = async ({ name, wish }, means) => {
  const { custody, settings, environment } = means
  const at = environment.now()
  const binding = wish?.type === 'authorization.start' ? wish.binding?.open() : undefined
  const pending = await authorizationRequest(settings, at, binding)
  const record = await custody.update(name, (current) => {
    const begun = starting(current, 'requestCode', at, means)
    return begun === current
      ? current
      : { ...blankRecord(current, settings.provider.id, settings.fingerprint), pending }
  })
  return { record }
}
