import { blank, flow } from './flow.ts'
import { givingUp, recalling, tokenLifecycle } from './token-lifecycle.ts'
import { asking, broken, elsewhere, leadsTo, which } from './words.ts'

/** The client credentials grant: the application speaks for itself, and nobody is needed. @see RFC 6749 §4.4 */
export const clientCredentials = flow.createMachine({
  id: 'clientCredentials',
  description: 'Client credentials grant, RFC 6749 §4.4',
  context: blank,
  initial: 'recalling',
  states: {
    recalling: recalling('requestingToken', []),

    idle: {
      description: 'Not connected; the first request for a token connects.',
      tags: ['needsUser'],
      on: { 'authorization.start': asking('requestingToken'), 'token.forget': asking('forgetting'), ...elsewhere },
    },

    requestingToken: flow.createStateConfig({
      description: 'A token is requested with the credentials of the application.',
      tags: ['pending'],
      invoke: {
        id: 'requestToken',
        src: 'requestToken',
        input: which,
        onDone: leadsTo('authorized', 'backingOff', 'failed'),
        onError: broken('requestToken'),
      },
      on: givingUp,
    }),

    ...tokenLifecycle('requestingToken'),
  },
})
