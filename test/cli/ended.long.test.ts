import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
  await world.connect()
  world.emulator.revokeAll('tyro')
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

/** What remains, and the way to a new session. */
const how =
  /^Our Tyro Connect, refresh: the session has ended \(invalid_grant\)\. The merchant must connect again\. The token at hand ends in (?:24 h|23 h 59 min); to connect again before that: oauth-machines logout our-tyro && oauth-machines login our-tyro\n$/

describe('a session that has ended while its token lives', { timeout: 60_000 }, () => {
  it.each([['refresh'], ['refresh', '--timeout', '20'], ['login'], ['login', '--open']])(
    'needs a person: %s',
    async (command, ...words) => {
      expect(await world.run([command, 'our-tyro', ...words])).toEqual({
        code: 3,
        out: '',
        err: expect.stringMatching(how),
      })
      expect(world.asked('refresh_token')).toBe(1)
    },
  )

  it.each(['refresh', 'login'])('is told to a program: %s', async (command) => {
    const { code, out } = await world.run([command, 'our-tyro', '--json'])
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({ type: 'failure', code: 'session_expired', exitCode: 3 })
  })

  it('is no session to import into', async () => {
    const { code, err } = await world.run(['import', 'our-tyro'], { input: 'another\n' })
    expect({ code, err }).toEqual({ code: 3, err: expect.stringMatching(how) })
  })

  it('leaves the token to whoever asks for one', async () => {
    expect(await world.run(['token', 'our-tyro'])).toMatchObject({ code: 0, err: '' })
  })

  it('is replaced in the way that was named', async () => {
    expect((await world.run(['logout', 'our-tyro'])).code).toBe(0)
    await world.connect()
    expect((await world.run(['refresh', 'our-tyro'])).code).toBe(0)
  })
})

describe('a refresh that was killed when the server had rotated', { timeout: 60_000 }, () => {
  it('needs a person', async () => {
    const words = ['our-tyro', '--connection', 'killed'] as const
    await world.connect('--connection', 'killed')
    const before = world.asked('refresh_token')
    world.emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'hang', when: 'after' })
    const killed = world.start(['refresh', ...words])
    await expect.poll(() => world.asked('refresh_token'), { timeout: 30_000 }).toBe(before + 1)
    await killed.kill('SIGKILL')
    for (const command of ['refresh', 'login']) {
      const { code, err } = await world.run([command, ...words, '--timeout', '20'])
      expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('an answer was lost') })
      expect(err).toContain('killed && oauth-machines login our-tyro --connection killed\n')
    }
  })
})

describe('a command that waits for what cannot come', { timeout: 60_000 }, () => {
  it('does not end without a word', async () => {
    const never = `
      import fs from 'node:fs/promises'
      import { syncBuiltinESMExports } from 'node:module'
      fs.readdir = () => new Promise(() => {})
      syncBuiltinESMExports()`
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(never)}` }
    const { code, out, err } = await world.run(['status', '--json'], { env })
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^Unexpected error in oauth-machines[^\n]*\n$/),
    })
    expect(JSON.parse(out)).toMatchObject({ type: 'failure', code: 'defect', exitCode: 1 })
  })
})
