import { disown, type Verb } from './errand.ts'

/**
 * Erases the record. It waits for no lease: whoever has a request in flight finds the record gone. Tokens that arrived a
 * moment before a cancel are revoked, not kept.
 */
export const forget: Verb = async (duty, means) => {
  const cancelled = duty.wish?.type === 'authorization.cancel'
  const tokens = await means.custody.erase(duty.name)
  if (cancelled && tokens) disown(tokens, duty, means)
  return { record: undefined, because: cancelled ? 'cancelled' : 'forgotten' }
}
