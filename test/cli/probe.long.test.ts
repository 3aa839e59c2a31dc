import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated({ sumupPosPro: { echoState: false } })
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const ours = () => ['--client-id', 'marker-client-id', '--client-secret-file', world.secretFile]

describe('a server that does not echo state', { timeout: 60_000 }, () => {
  it('is found out by a probe, which says what that means, and keeps nothing', async () => {
    const probing = world.start(['probe', world.sumup, ...ours(), '--yes', '--pause', '0'])
    await fetch(await world.emulator.login(await probing.says(/Link: (\S+)\n/)))
    const { code, out } = await probing.ended()
    expect(code).toBe(0)
    expect(out).toMatch(/Is `state` echoed\?[^#]*It is missing\.[^#]*`unsafe_missing_state`/)
    expect(out).toContain('Revocation: the data names no endpoint for it.')
    expect(out).toContain('Sessions begun: 1; known to have ended at the provider: 0.')
    expect((await world.run(['status'])).out).toContain('Nothing is connected')
  })

  it('refuses a login, unless the deviation is named', async () => {
    const login = world.start(['login', world.sumup, ...ours(), '--deviation', 'unsafe_missing_state'])
    await fetch(await world.emulator.login(await login.says(/Link: (\S+)\n/)))
    const lenient = await login.ended()
    expect(lenient.code).toBe(0)
    expect(lenient.err).toMatch(/^unsafe_missing_state: .* the right account is connected\.\n$/)

    const strict = world.start(['login', world.sumup, ...ours(), '--vault', 'strict'])
    const callback = await world.emulator.login(await strict.says(/Link: (\S+)\n/))
    expect(await (await fetch(callback)).text()).toContain('Not the awaited answer')
    expect(await strict.kill('SIGINT')).toMatchObject({ code: 130, err: 'Cancelled.\n' })
  })
})

describe('a probe', { timeout: 60_000 }, () => {
  it('tells no secret that a server echoes', async () => {
    const basic = Buffer.from(`marker-client-id:${secret}`).toString('base64')
    const body = { error: `e ${secret}`, error_description: `${basic} marker-client-id ${encodeURIComponent(secret)}` }
    const fault = { kind: 'status', status: 400, body } as const
    const words = ['probe', world.mypos, ...ours(), '--yes', '--pause', '0']
    // The first answer is good; the other ones are not.
    world.emulator.fault({ provider: 'mypos', endpoint: 'revocation', times: 2 }, fault)
    const { code, out, err } = await world.run(words)
    expect(code).toBe(0)
    expect(out).toContain('`error`: `e [redacted]`')
    expect(out).toContain('`error_description`: `[redacted] [redacted] [redacted]`')
    for (const one of [secret, basic, 'marker-client-id']) expect(out + err).not.toContain(one)
  })

  it('that a person refuses has failed, and says what is left', async () => {
    const probing = world.start(['probe', world.tyro, '--client-id', 'till', '--yes', '--pause', '0'])
    world.emulator.deny(await probing.says(/Code: (\S+)/))
    const { code, out, err } = await probing.ended()
    expect(code).toBe(1)
    expect(out).toContain('No session was begun.')
    expect(err).toContain('access_denied')
  })

  it('asks nothing without consent, and touches no session that is stored', async () => {
    await world.connect()
    const before = world.emulator.journal.length
    expect((await world.run(['probe', 'our-tyro'])).code).toBe(2)
    expect(world.emulator.journal.length).toBe(before)

    const probing = world.start(['probe', 'our-tyro', '--yes', '--pause', '0', '--reuse', '--json'])
    world.emulator.approve(await probing.says(/"userCode":"([^"]+)"/))
    const { out } = await probing.ended()
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ type }) => type).filter((type) => type !== 'answer')).toEqual(['plan', 'prompt', 'report'])
    expect(lines.at(-1).requests).toBeLessThanOrEqual(lines[0].requests)
    expect(lines.find(({ id }) => id === 'reuse').means).toContain('ends the session')
    expect((await world.run(['refresh', 'our-tyro'])).code).toBe(0)
  })
})
