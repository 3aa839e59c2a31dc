import { blank, flow } from './flow.ts'
import { adopting, givingUp, recalling, tokenLifecycle } from './token-lifecycle.ts'
import { asking, broken, elsewhere, honours, leadsTo, lookAgain, patience, which } from './words.ts'

/** The authorization code grant with PKCE: the merchant logs in, and the browser comes back. @see RFC 6749 §4.1, RFC 7636 */
export const authorizationCode = flow.createMachine({
  id: 'authorizationCode',
  description: 'Authorization code grant with PKCE, RFC 6749 §4.1 and RFC 7636',
  context: blank,
  initial: 'recalling',
  states: {
    recalling: recalling(
      'preparing',
      ['awaitingUser', 'adopting'],
      honours('authorization.responded', 'exchangingCode', 'awaitingUser'),
    ),

    idle: {
      description: 'Not connected.',
      tags: ['needsUser'],
      on: {
        'authorization.start': asking('preparing'),
        'authorization.responded': lookAgain,
        'token.forget': asking('forgetting'),
        ...elsewhere,
      },
    },

    preparing: {
      description: 'State, verifier and authorization URL are made and stored.',
      tags: ['pending'],
      invoke: {
        id: 'prepareAuthorization',
        src: 'prepareAuthorization',
        input: which,
        onDone: leadsTo('awaitingUser', 'backingOff', 'failed'),
        onError: broken('prepareAuthorization'),
      },
      on: givingUp,
    },

    awaitingUser: {
      description: 'The merchant logs in at the provider; the browser is expected back.',
      tags: ['needsUser'],
      invoke: {
        id: 'patience',
        src: 'deadline',
        input: patience,
        onDone: 'recalling',
        onError: broken('deadline'),
      },
      on: { ...givingUp, ...elsewhere, 'authorization.responded': asking('exchangingCode') },
    },

    exchangingCode: {
      description: 'The redirect is checked, and its code exchanged for a token, once.',
      tags: ['pending'],
      invoke: {
        id: 'exchangeCode',
        src: 'exchangeCode',
        input: which,
        onDone: leadsTo('authorized', 'awaitingUser', 'failed', 'expired', 'backingOff'),
        onError: broken('exchangeCode'),
      },
      on: givingUp,
    },

    adopting,

    // The callback may reach another process than the one that sent the browser away.
    ...tokenLifecycle('preparing', { 'authorization.responded': lookAgain }),
  },
})
