import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'

/** In seconds. The refresh of the one must not be due again before the other has begun. */
const LIFETIME = 10
const tokenEnds = () => new Promise((resolve) => setTimeout(resolve, LIFETIME * 1_000))

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated({ tyro: { accessTokenLifetime: LIFETIME } })
  await world.connect()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

describe('token', { timeout: 60_000 }, () => {
  it('is one refresh for two who ask at once, and one line each', async () => {
    await tokenEnds()
    const before = world.asked('refresh_token')
    const both = await Promise.all([world.run(['token', 'our-tyro']), world.run(['token', 'our-tyro'])])
    expect(both.map(({ code, err }) => ({ code, err }))).toEqual([
      { code: 0, err: '' },
      { code: 0, err: '' },
    ])
    expect(world.asked('refresh_token') - before).toBe(1)
    expect(both[0]?.out).toMatch(/^ey[\w.-]+\n$/)
    expect(both[1]?.out).toBe(both[0]?.out)
  })

  it('of a session that has ended needs a person: exit code 3, and how', async () => {
    await world.connect('--connection', 'ended')
    world.emulator.revokeAll('tyro')
    await tokenEnds()
    const { code, out, err } = await world.run(['token', 'our-tyro', '--connection', 'ended'])
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(/oauth-machines login our-tyro --connection ended\n$/)
  })

  it('of a server in trouble is a failure', async () => {
    const fault = { kind: 'status', status: 503 } as const
    world.emulator.fault({ provider: 'mypos', endpoint: 'token' }, fault)
    const words = ['token', world.mypos, '--client-id', 'office', '--client-secret-file', world.secretFile]
    const { code, out, err } = await world.run(words)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/the server is in trouble\. Run it again in \d+ s\.\n$/)
    expect((await world.run(['token', world.mypos])).code).toBe(2)
  })
})

describe('output that nobody reads', { timeout: 60_000 }, () => {
  it('is no crash', async () => {
    const watching = world.start(['watch', 'our-tyro'], {
      within: (words) => ['sh', ['-c', '"$@" | head -n 1', 'sh', ...words]],
    })
    const { out, err } = await watching.ended()
    expect(out).toContain('begins in recalling')
    expect(err).toBe('')
  })
})
