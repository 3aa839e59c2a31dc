import type { Standing } from '../src/recall.ts'
import { flow } from './flow.ts'
import {
  asking,
  broken,
  comes,
  each,
  elsewhere,
  freshness,
  honours,
  kept,
  leadsTo,
  lookAgain,
  nextTry,
  to,
  which,
} from './words.ts'

const atRest = ['idle', 'expired', 'revoked', 'failed'] as const
const connected = ['authorized', 'refreshing', 'backingOff'] as const

/**
 * The first state of every chart: a pure read, harmless when it runs twice. What is asked meanwhile waits for the answer.
 *
 * @param start the state of the grant's first request
 * @param awaiting the standings that only this grant has: somebody is awaited
 * @param own the wishes that only this grant honours
 */
export const recalling = (
  start: string,
  awaiting: readonly Standing[],
  ...own: readonly ReturnType<typeof honours>[]
) =>
  flow.createStateConfig({
    description: 'Reads the vault to see where the connection stands; what is asked meanwhile is kept.',
    tags: ['pending'],
    invoke: {
      id: 'recall',
      src: 'recall',
      input: which,
      onDone: [
        honours('token.forget', 'forgetting', ...atRest, ...connected, ...awaiting, 'starting', 'revoking'),
        honours('token.revoke', 'revoking', ...connected),
        honours('token.revoke', 'forgetting', ...awaiting, 'starting'),
        honours('authorization.cancel', 'forgetting', ...awaiting, 'starting'),
        honours('authorization.start', start, ...atRest),
        honours('token.refresh', 'refreshing', 'authorized', 'backingOff'),
        honours('token.rejected', 'refreshing', 'authorized', 'backingOff'),
        ...own,
        to('starting', start),
        ...each(...atRest, ...connected, ...awaiting, 'revoking'),
        broken('recall'),
      ],
      onError: broken('recall'),
    },
    on: {
      'authorization.start': kept,
      'authorization.cancel': kept,
      'authorization.responded': kept,
      'token.refresh': kept,
      'token.rejected': kept,
      'token.revoke': { actions: ['keepWish', 'recordRevoke'] },
      'token.forget': kept,
    },
  })

/**
 * What can be asked while a connection is being made: to give up. It shows at once; what arrives afterwards is revoked.
 */
export const givingUp = {
  'authorization.cancel': asking('forgetting'),
  'token.forget': asking('forgetting'),
}

/** A session that a home-made integration had: it counts once a refresh has proved it. */
export const adopting = flow.createStateConfig({
  description: 'A refresh token from elsewhere is proved by one refresh.',
  tags: ['pending'],
  invoke: {
    id: 'adoptToken',
    src: 'adoptToken',
    input: which,
    onDone: leadsTo('authorized', 'backingOff', 'expired', 'failed'),
    onError: broken('adoptToken'),
  },
  on: givingUp,
})

/**
 * The states that all charts share, from the first token on.
 *
 * @param start the state of the grant's first request
 * @param ownAtRest what only this grant can be asked at rest, beside starting and forgetting
 */
export const tokenLifecycle = (start: string, ownAtRest: { 'authorization.responded'?: typeof lookAgain } = {}) => {
  const startable = {
    ...ownAtRest,
    ...elsewhere,
    'authorization.start': asking(start),
    'token.forget': asking('forgetting'),
  }

  const authorized = flow.createStateConfig({
    description: 'A token is at hand; it is renewed before it ends.',
    tags: ['connected'],
    invoke: {
      id: 'freshness',
      src: 'deadline',
      input: freshness,
      onDone: comes('refreshing'),
      onError: broken('deadline'),
    },
    on: {
      'token.refresh': asking('refreshing'),
      'token.rejected': { guard: 'isCurrent', target: 'refreshing', actions: ['takeWish', 'withhold'] },
      'token.revoke': asking('revoking'),
      'token.forget': asking('forgetting'),
      // Not to recalling: a session that lives is shown as connected all the while.
      'record.changed': asking('refreshing'),
    },
  })

  const refreshing = flow.createStateConfig({
    description:
      'A new token is requested, or taken over from who has one; a disconnect asked meanwhile is written down and follows the answer.',
    tags: ['connected', 'pending'],
    invoke: {
      id: 'refreshToken',
      src: 'refreshToken',
      input: which,
      onDone: [
        honours('token.revoke', 'revoking', ...connected),
        ...leadsTo('authorized', 'backingOff', 'revoking', 'expired'),
      ],
      onError: broken('refreshToken'),
    },
    on: { 'token.revoke': { actions: ['keepWish', 'recordRevoke'] }, 'token.forget': asking('forgetting') },
  })

  const backingOff = flow.createStateConfig({
    description: 'The server, the network or the vault is in trouble: nothing is lost, and it is tried again.',
    tags: ['pending'],
    invoke: { id: 'nextTry', src: 'deadline', input: nextTry, onDone: 'recalling', onError: broken('deadline') },
    on: {
      'authorization.start': { guard: 'mayConnect', ...lookAgain },
      'authorization.cancel': { guard: 'mayConnect', ...lookAgain },
      'authorization.responded': { guard: 'mayConnect', ...lookAgain },
      'token.refresh': { guard: 'mayHoldToken', ...lookAgain },
      'token.rejected': { guard: 'mayHoldToken', ...lookAgain },
      'token.revoke': { guard: 'mayDisconnect', target: 'recalling', actions: ['keepWish', 'recordRevoke'] },
      'token.forget': lookAgain,
      ...elsewhere,
    },
  })

  const revoking = flow.createStateConfig({
    description: 'The provider is told to revoke; tokens are no longer handed out.',
    tags: ['pending'],
    invoke: {
      id: 'revokeToken',
      src: 'revokeToken',
      input: which,
      onDone: leadsTo('revoked', 'backingOff'),
      onError: broken('revokeToken'),
    },
    on: { 'token.forget': asking('forgetting') },
  })

  const forgetting = flow.createStateConfig({
    description: 'The record is erased; an answer that arrives afterwards is revoked, not kept.',
    tags: ['pending'],
    invoke: {
      id: 'forget',
      src: 'forget',
      input: which,
      onDone: leadsTo('idle', 'backingOff'),
      onError: broken('forget'),
    },
  })

  const revoked = flow.createStateConfig({
    description: 'Disconnected on request.',
    tags: ['needsUser'],
    on: startable,
  })

  const expired = flow.createStateConfig({
    description: 'Nobody approved in time, or the session has ended: the merchant must connect again.',
    tags: ['needsUser'],
    on: startable,
  })

  const failed = flow.createStateConfig({
    description: 'Refused, or the outcome is unknown; the failure names the remedy.',
    tags: ['needsUser'],
    on: { ...startable, 'token.refresh': asking('recalling') },
  })

  return { authorized, refreshing, backingOff, revoking, forgetting, revoked, expired, failed }
}
