import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Emulator } from '../../src/emulator/index.ts'
import { type Grant, mypos, type Provider, sumupPosPro, tyro } from '../../src/index.ts'
import { deviceOf, myposClient, serverOf, sumupClient, tyroClient } from './support/pair.ts'
import {
  type Anyone,
  comeBack,
  contextOf,
  fakeTime,
  pass,
  renewed,
  stateOf,
  until,
  userCode,
  visited,
} from './support/story.ts'

interface Cast {
  readonly connection: Anyone
  readonly emulator: Emulator
}

/** What happens, and the states that a machine goes through. */
interface Story {
  readonly title: string
  readonly live: (cast: Cast) => Promise<void>
  readonly states: readonly string[]
  /** What is told in the end, by codes. */
  readonly failure?: string
  readonly ended?: string
}

const start = { type: 'authorization.start', binding: 'browser-1' } as const

async function logIn({ connection, emulator }: Cast): Promise<void> {
  connection.send(start)
  await until(connection, 'awaitingUser')
  await connection.respond(await comeBack(emulator, connection), { binding: 'browser-1' })
}

async function ask(connection: Anyone, event: Parameters<Anyone['send']>[0], state: string): Promise<void> {
  expect(connection.send(event)).toBeUndefined()
  await until(connection, state)
}

const refreshes = { provider: 'sumup-pos-pro', endpoint: 'token', grantType: 'refresh_token' } as const
const connecting = ['idle', 'preparing', 'awaitingUser', 'exchangingCode', 'authorized']

const office: readonly Story[] = [
  {
    title: 'a merchant logs in, the token is renewed, and the merchant disconnects',
    async live(cast) {
      await logIn(cast)
      const { connection } = cast
      await ask(connection, { type: 'token.refresh' }, 'authorized')
      await renewed(connection)
      await ask(connection, { type: 'token.revoke' }, 'revoked')
    },
    states: [...connecting, 'refreshing', 'authorized', 'refreshing', 'authorized', 'revoking', 'revoked'],
    failure: 'not_supported',
    ended: 'revoked',
  },
  {
    title: 'a merchant refuses, and agrees the next time',
    async live(cast) {
      const { connection, emulator } = cast
      connection.send(start)
      await until(connection, 'awaitingUser')
      const refusal = await comeBack(emulator, connection, true)
      await expect(connection.respond(refusal, { binding: 'browser-1' })).rejects.toMatchObject({
        code: 'authorization_denied',
      })
      await logIn(cast)
    },
    states: ['idle', 'preparing', 'awaitingUser', 'exchangingCode', 'failed', ...connecting.slice(1)],
  },
  {
    title: 'a redirect that does not belong changes nothing, and the own one comes',
    async live(cast) {
      const { connection, emulator } = cast
      connection.send(start)
      await until(connection, 'awaitingUser')
      const own = await comeBack(emulator, connection)
      const foreign = own.replace(/state=[^&]+/, 'state=forged')
      await expect(connection.respond(foreign, { binding: 'browser-1' })).rejects.toMatchObject({
        code: 'state_mismatch',
      })
      await connection.respond(own, { binding: 'browser-1' })
    },
    states: ['idle', 'preparing', 'awaitingUser', 'exchangingCode', 'awaitingUser', 'exchangingCode', 'authorized'],
  },
  {
    title: 'nobody comes back',
    async live({ connection }) {
      connection.send(start)
      await until(connection, 'expired')
    },
    states: ['idle', 'preparing', 'awaitingUser', 'recalling', 'expired'],
    failure: 'grant_expired',
    ended: 'grant_expired',
  },
  {
    title: 'a login is given up',
    async live({ connection }) {
      connection.send(start)
      await until(connection, 'awaitingUser')
      await ask(connection, { type: 'authorization.cancel' }, 'idle')
    },
    states: ['idle', 'preparing', 'awaitingUser', 'forgetting', 'idle'],
    ended: 'cancelled',
  },
  {
    title: 'the provider is in trouble when the token is to be renewed',
    async live(cast) {
      await logIn(cast)
      cast.emulator.fault(refreshes, { kind: 'status', status: 503 })
      await ask(cast.connection, { type: 'token.refresh' }, 'backingOff')
      await until(cast.connection, 'authorized')
    },
    states: [...connecting, 'refreshing', 'backingOff', 'recalling', 'refreshing', 'authorized'],
  },
  {
    title: 'the session ends at the provider',
    async live(cast) {
      await logIn(cast)
      cast.emulator.revokeAll('sumup-pos-pro')
      await ask(cast.connection, { type: 'token.rejected', generation: 1 }, 'expired')
    },
    states: [...connecting, 'refreshing', 'expired'],
    failure: 'session_expired',
    ended: 'session_expired',
  },
  {
    title: 'the answer to a code exchange is lost on its way to the server',
    async live(cast) {
      cast.emulator.fault({ ...refreshes, grantType: 'authorization_code' }, { kind: 'reset', when: 'after' })
      await expect(logIn(cast)).rejects.toMatchObject({ code: 'outcome_unknown' })
    },
    states: ['idle', 'preparing', 'awaitingUser', 'exchangingCode', 'failed'],
    failure: 'outcome_unknown',
    ended: 'outcome_unknown',
  },
  {
    title: 'a connection is forgotten, and what is asked too early is kept',
    async live(cast) {
      await logIn(cast)
      await cast.connection.forget()
      await logIn(cast)
    },
    states: [...connecting, 'forgetting', 'idle', ...connecting.slice(1)],
  },
]

const polls = {
  provider: 'tyro',
  endpoint: 'token',
  grantType: 'urn:ietf:params:oauth:grant-type:device_code',
} as const

async function pair({ connection, emulator }: Cast): Promise<void> {
  connection.send({ type: 'authorization.start' })
  await until(connection, 'awaitingUser')
  emulator.approve(userCode(connection))
  await until(connection, 'authorized')
}

const till: readonly Story[] = [
  {
    title: 'a merchant types the code, the server asks to slow down, the token is renewed and revoked',
    async live({ connection, emulator }) {
      connection.send({ type: 'authorization.start' })
      await until(connection, 'awaitingUser')
      emulator.fault(polls, { kind: 'status', status: 400, body: { error: 'slow_down' } })
      await until(connection, 'slowDown')
      emulator.approve(userCode(connection))
      await until(connection, 'authorized')
      await ask(connection, { type: 'token.refresh' }, 'authorized')
      await ask(connection, { type: 'token.revoke' }, 'revoked')
    },
    states: [
      ...['idle', 'requestingCode', 'awaitingUser', 'polling', 'slowDown', 'polling', 'authorized'],
      ...['refreshing', 'authorized', 'revoking', 'revoked'],
    ],
    ended: 'revoked',
  },
  {
    title: 'a merchant refuses',
    async live({ connection, emulator }) {
      connection.send({ type: 'authorization.start' })
      await until(connection, 'awaitingUser')
      emulator.deny(userCode(connection))
      await until(connection, 'failed')
    },
    states: ['idle', 'requestingCode', 'awaitingUser', 'polling', 'failed'],
    failure: 'authorization_denied',
    ended: 'authorization_denied',
  },
  {
    title: 'a login is given up while the token endpoint is asked',
    async live({ connection, emulator }) {
      emulator.fault(polls, { kind: 'hang' })
      connection.send({ type: 'authorization.start' })
      await until(connection, 'polling')
      await ask(connection, { type: 'authorization.cancel' }, 'idle')
      await emulator.close()
    },
    states: ['idle', 'requestingCode', 'awaitingUser', 'polling', 'forgetting', 'idle'],
    ended: 'cancelled',
  },
  {
    title: 'the first request meets an outage',
    async live(cast) {
      cast.emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'reset' })
      cast.connection.send({ type: 'authorization.start' })
      await until(cast.connection, 'backingOff')
      await until(cast.connection, 'awaitingUser')
      cast.emulator.approve(userCode(cast.connection))
      await until(cast.connection, 'authorized')
    },
    states: [
      ...['idle', 'requestingCode', 'backingOff', 'recalling', 'requestingCode'],
      ...['awaitingUser', 'polling', 'authorized'],
    ],
  },
  {
    title: 'a disconnect is asked for while the token is renewed',
    async live(cast) {
      await pair(cast)
      cast.connection.send({ type: 'token.refresh' })
      cast.connection.send({ type: 'token.revoke' })
      await until(cast.connection, 'revoked')
    },
    states: [
      ...['idle', 'requestingCode', 'awaitingUser', 'polling', 'authorized'],
      ...['refreshing', 'revoking', 'revoked'],
    ],
    ended: 'revoked',
  },
]

const service: readonly Story[] = [
  {
    title: 'a service connects, renews and disconnects',
    async live({ connection }) {
      await ask(connection, start, 'authorized')
      await ask(connection, { type: 'token.refresh' }, 'authorized')
      await ask(connection, { type: 'token.revoke' }, 'revoked')
    },
    states: ['idle', 'requestingToken', 'authorized', 'refreshing', 'authorized', 'revoking', 'revoked'],
    ended: 'revoked',
  },
  {
    title: 'a service whose credentials are refused',
    async live({ connection, emulator }) {
      emulator.fault(
        { provider: 'mypos', endpoint: 'token' },
        {
          kind: 'status',
          status: 401,
          body: { error: 'invalid_client' },
        },
      )
      await ask(connection, start, 'failed')
    },
    states: ['idle', 'requestingToken', 'failed'],
    failure: 'server_rejected',
    ended: 'server_rejected',
  },
]

/** A machine that holds its own secrets, or one whose secrets are on a server: the name of each and what makes it. */
async function castOf(where: string, provider: Provider): Promise<Cast> {
  const make = provider.id === 'tyro' ? tyroClient : provider.id === 'mypos' ? myposClient : sumupClient
  const server = await serverOf<Grant>(make)
  const { emulator } = server
  const connection =
    where === 'here' ? server.client.connect('store-17') : deviceOf(server, provider).connect('store-17')
  return { emulator, connection }
}

async function outcomeOf(where: string, provider: Provider, { live }: Story) {
  const cast = await castOf(where, provider)
  const states = visited(cast.connection)
  await pass(0)
  await live(cast)
  const { failure, endedBecause, prompt, token } = contextOf(cast.connection)
  const known = { failure: failure?.code, message: failure?.message, endedBecause, prompt: prompt?.kind }
  const outcome = {
    states,
    state: stateOf(cast.connection),
    ...known,
    generation: token?.generation,
    scope: token?.scope,
  }
  await cast.connection.stop()
  return outcome
}

beforeEach(fakeTime)
afterEach(() => vi.useRealTimers())

describe.each([
  ['SumUp POS Pro', sumupPosPro, office],
  ['Tyro Connect', tyro, till],
  ['myPOS', mypos, service],
] as const)(
  'a device at %s goes through the states of a machine that holds its own secrets, where',
  (_, provider, all) => {
    it.each(all)('$title', async (story) => {
      const here = await outcomeOf('here', provider, story)
      const there = await outcomeOf('there', provider, story)
      expect(there).toEqual(here)
      expect(there.states).toEqual(story.states)
      expect([there.failure, there.endedBecause]).toEqual([story.failure, story.ended])
    })
  },
)
