import { vi } from 'vitest'
import { createClient, createEnvironment, tyro } from '../../src/index.ts'
import { json, type Reply, refusal, scriptedFetch } from './scripted-fetch.ts'

export const START = Date.UTC(2030, 0, 1)
export const body = {
  device_code: 'device-1',
  user_code: 'ab cd',
  verification_uri: 'https://a.example/activate',
  expires_in: 900,
  interval: 5,
}
export const tokens = { access_token: 'access-1', refresh_token: 'refresh-1', token_type: 'Bearer', expires_in: 86_400 }
export const pending = () => refusal('authorization_pending', 403)
export const approved = () => json(tokens)

/** Fakes the clock and its timers, and nothing else. */
export function startClock(): void {
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
}

export const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

/** Starts a login whose device code comes at once, at second 0. */
export async function login(replies: Reply[], device: object = body, requestTimeout = 30_000) {
  const server = scriptedFetch(json(device), ...replies)
  const environment = createEnvironment({ fetch: server.fetch, random: () => 0 })
  const connection = createClient(tyro, { clientId: 'c' }, { environment, requestTimeout }).connect('till-3')
  connection.send({ type: 'authorization.start' })
  await pass(0)
  return {
    server,
    connection,
    state: () => connection.actor.getSnapshot().value,
    context: () => connection.actor.getSnapshot().context,
    /** When each poll came, in seconds after the device code. */
    polls: () => server.seen.slice(1).map(({ at }) => (at - START) / 1000),
  }
}
