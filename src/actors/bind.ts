import { fromPromise, type PromiseActorLogic } from 'xstate'
import type { Deadline, Errand } from '../dialogue.ts'
import type { Environment } from '../environment.ts'
import type { Summary } from '../recall.ts'
import { deadline } from './deadline.ts'
import type { VerbName } from './verbs.ts'

/** The actors that the charts name, whoever runs the errands: this process, or a server that it asks. */
export function bindActors(errand: (verb: VerbName) => PromiseActorLogic<Summary, Errand>, environment: Environment) {
  return {
    recall: errand('recall'),
    requestCode: errand('requestCode'),
    pollToken: errand('pollToken'),
    prepareAuthorization: errand('prepareAuthorization'),
    exchangeCode: errand('exchangeCode'),
    requestToken: errand('requestToken'),
    adoptToken: errand('adoptToken'),
    refreshToken: errand('refreshToken'),
    revokeToken: errand('revokeToken'),
    forget: errand('forget'),
    deadline: fromPromise<'due' | 'over', Deadline>(({ input, signal }) => deadline(input, signal, environment)),
  }
}
