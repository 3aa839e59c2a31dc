import { blank, flow } from './flow.ts'
import { adopting, givingUp, recalling, tokenLifecycle } from './token-lifecycle.ts'
import { asking, broken, comes, elsewhere, leadsTo, nextPoll, which } from './words.ts'

/** The device authorization grant: the merchant approves in any browser while this machine polls. @see RFC 8628 */
export const deviceCode = flow.createMachine({
  id: 'deviceCode',
  description: 'Device authorization grant, RFC 8628',
  context: blank,
  initial: 'recalling',
  states: {
    recalling: recalling('requestingCode', ['awaitingUser', 'polling', 'slowDown', 'adopting']),

    idle: {
      description: 'Not connected.',
      tags: ['needsUser'],
      on: { 'authorization.start': asking('requestingCode'), 'token.forget': asking('forgetting'), ...elsewhere },
    },

    requestingCode: {
      description: 'A device code is requested.',
      tags: ['pending'],
      invoke: {
        id: 'requestCode',
        src: 'requestCode',
        input: which,
        onDone: leadsTo('awaitingUser', 'backingOff', 'failed'),
        onError: broken('requestCode'),
      },
      on: givingUp,
    },

    awaitingUser: {
      description: 'The merchant types the user code; the next poll is due in an interval.',
      tags: ['needsUser'],
      invoke: {
        id: 'nextPoll',
        src: 'deadline',
        input: nextPoll,
        onDone: comes('polling'),
        onError: broken('deadline'),
      },
      on: { ...givingUp, ...elsewhere },
    },

    polling: {
      description: 'The token endpoint is asked whether the merchant has approved.',
      tags: ['needsUser', 'pending'],
      invoke: {
        id: 'pollToken',
        src: 'pollToken',
        input: which,
        onDone: leadsTo('awaitingUser', 'slowDown', 'authorized', 'backingOff', 'expired', 'failed'),
        onError: broken('pollToken'),
      },
      on: givingUp,
    },

    slowDown: {
      description: 'The server asked for fewer polls: five seconds more between polls, from now on.',
      tags: ['needsUser'],
      invoke: {
        id: 'slowPoll',
        src: 'deadline',
        input: nextPoll,
        onDone: comes('polling'),
        onError: broken('deadline'),
      },
      on: { ...givingUp, ...elsewhere },
    },

    adopting,

    ...tokenLifecycle('requestingCode'),
  },
})
