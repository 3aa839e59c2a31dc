import type { Verb } from './errand.ts'

/** Erases the record. It waits for no lease: whoever has a request in flight finds the record gone. */
export const forget: Verb = async ({ name, wish }, { custody }) => {
  const record = await custody.update(name, () => undefined)
  return { record, because: wish?.type === 'authorization.cancel' ? 'cancelled' : 'forgotten' }
}
