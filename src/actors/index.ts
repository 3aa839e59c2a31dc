import { fromPromise } from 'xstate'
import type { Errand } from '../dialogue.ts'
import type { Summary } from '../recall.ts'
import { bindActors } from './bind.ts'
import { createDrains } from './drain.ts'
import type { Means } from './errand.ts'
import { recordRevoke, runErrand, type VerbName } from './verbs.ts'

/** Binds all actors to one application's means: what `machine.provide` takes. */
export function implement(means: Means) {
  const drainOf = createDrains()

  const errand = (verb: VerbName) =>
    fromPromise<Summary, Errand>(({ input, signal, system }) => runErrand(verb, input, signal, drainOf(system), means))

  return {
    drainOf,
    actions: {
      recordRevoke: ({ context, system }: { context: { connection: string }; system: object }) => {
        // It is in memory all the same, and the next change carries it along.
        drainOf(system).track(recordRevoke(context.connection, means).catch(() => {}))
      },
      withhold: ({ context }: { context: { connection: string } }) => means.custody.withhold(context.connection),
    },
    actors: bindActors(errand, means.environment),
  }
}
