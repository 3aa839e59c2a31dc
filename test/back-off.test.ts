import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, createEnvironment, type Environment, mypos } from '../src/index.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
})

afterEach(() => {
  vi.clearAllTimers()
  vi.useRealTimers()
})

/** A connection with a token of 1,000 seconds, whose server has just begun to answer 503. */
async function connected() {
  const requests: number[] = []
  let answer = () => Response.json({ access_token: 'a-token', token_type: 'Bearer', expires_in: 1_000 })
  const environment = createEnvironment({
    random: () => 0.5,
    fetch: async () => {
      requests.push(Date.now())
      return answer()
    },
  })
  const client = createClient(mypos, { clientId: 'an-id', clientSecret: 'a-secret' }, { environment })
  const connection = client.connect('store-17/till-3')
  const token = connection.accessToken()
  await vi.advanceTimersByTimeAsync(10)
  await token
  answer = () => Response.json({}, { status: 503 })
  return { connection, requests }
}

describe('a server in trouble', () => {
  it('is asked no more often because a host asks for the token often', async () => {
    const { connection, requests } = await connected()
    await vi.advanceTimersByTimeAsync(900_000)
    expect(connection.actor.getSnapshot().value).toBe('backingOff')
    const before = requests.length
    for (let call = 0; call < 100; call++) {
      expect(await connection.accessToken()).toBe('a-token')
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(requests.length - before).toBeLessThanOrEqual(2)
    await connection.stop()
  })

  it('is asked again with growing pauses, and the token at hand is served meanwhile', async () => {
    const { connection, requests } = await connected()
    await vi.advanceTimersByTimeAsync(920_000)
    expect(await connection.token()).toMatchObject({ accessToken: 'a-token', generation: 1 })
    const [, ...tries] = requests
    const pauses = tries.slice(1).map((instant, index) => instant - (tries[index] ?? 0))
    expect(pauses.length).toBeGreaterThan(3)
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other))
    await connection.stop()
  })
})

describe('a token that is dead on arrival', () => {
  it('is not renewed in a circle without a pause', async () => {
    let requests = 0
    const environment: Environment = createEnvironment({
      fetch: async () => {
        requests++
        await new Promise<void>((answer) => environment.alarm(environment.now() + 3_000, answer, { watched: true }))
        return Response.json({ access_token: `token-${requests}`, token_type: 'Bearer', expires_in: 2 })
      },
    })
    const client = createClient(mypos, { clientId: 'an-id', clientSecret: 'a-secret' }, { environment })
    const connection = client.connect('store-17/till-3')
    connection.send({ type: 'authorization.start' })
    await vi.advanceTimersByTimeAsync(600_000)
    const stopped = connection.stop()
    await vi.advanceTimersByTimeAsync(3_000)
    await stopped
    expect(requests).toBeLessThan(50)
  })
})
