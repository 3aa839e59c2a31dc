import { fromPromise } from 'xstate'
import type { Deadline, Errand } from '../dialogue.ts'
import type { Summary } from '../recall.ts'
import { adoptToken } from './adopt-token.ts'
import { deadline } from './deadline.ts'
import { createDrain, type Drain } from './drain.ts'
import { carryOut, type Duty, type Means, type Verb } from './errand.ts'
import { exchangeCode } from './exchange-code.ts'
import { forget } from './forget.ts'
import { pollToken } from './poll-token.ts'
import { prepareAuthorization } from './prepare-authorization.ts'
import { recall } from './recall.ts'
import { refreshToken } from './refresh-token.ts'
import { requestCode } from './request-code.ts'
import { requestToken } from './request-token.ts'
import { revokeToken } from './revoke-token.ts'

/** Binds all actors to one application's means: what `machine.provide` takes. */
export function implement(means: Means) {
  const drains = new WeakMap<object, Drain>()
  /** One per running machine. */
  const drainOf = (system: object): Drain => {
    const drain = drains.get(system) ?? createDrain()
    drains.set(system, drain)
    return drain
  }

  const errand = (verb: Verb) =>
    fromPromise<Summary, Errand>(({ input, signal, system }) => {
      const { closing, track, lose } = drainOf(system)
      const { connection: name, wish, generation } = input
      const duty: Duty = {
        name,
        wish,
        generation,
        isHeld: async () => true,
        signal,
        closing: closing.signal,
        also: track,
        lose,
      }
      return track(carryOut(verb, duty, means))
    })

  /** In memory at once, in the vault as soon as it takes it: if it does not, the next change carries the wish along. */
  const recordRevoke = ({ context, system }: { context: { connection: string }; system: object }) => {
    const { custody } = means
    custody.wishRevoke(context.connection)
    drainOf(system).track(custody.update(context.connection, (current) => current).catch(() => {}))
  }

  const withhold = ({ context }: { context: { connection: string } }) => means.custody.withhold(context.connection)

  return {
    drainOf,
    actions: { recordRevoke, withhold },
    actors: {
      recall: errand(recall),
      requestCode: errand(requestCode),
      pollToken: errand(pollToken),
      prepareAuthorization: errand(prepareAuthorization),
      exchangeCode: errand(exchangeCode),
      requestToken: errand(requestToken),
      adoptToken: errand(adoptToken),
      refreshToken: errand(refreshToken),
      revokeToken: errand(revokeToken),
      forget: errand(forget),
      deadline: fromPromise<'due' | 'over', Deadline>(({ input, signal }) =>
        deadline(input, signal, means.environment),
      ),
    },
  }
}
