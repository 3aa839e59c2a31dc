import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const device = (name: string, ...words: readonly string[]) =>
  ['login', world.tyro, '--client-id', 'till', '--connection', name, ...words] as const

const objects = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('login', { timeout: 60_000 }, () => {
  it('that was killed goes on with the same code, and needs no client id again', async () => {
    const first = world.start(device('killed'))
    const code = await first.says(/Code: (\S+)/)
    await first.kill('SIGKILL')

    const second = world.start(['login', 'our-tyro', '--connection', 'killed'])
    expect(await world.approve(second)).toBe(code)
    expect(await second.ended()).toMatchObject({ code: 0, err: '' })
    expect((await world.run(['token', 'our-tyro', '--connection', 'killed'])).out).toMatch(/^ey[\w.-]+\n$/)
  })

  it('is given up by Ctrl-C: it ends with 130, and the next one has another code', async () => {
    const first = world.start(device('given-up'))
    const code = await first.says(/Code: (\S+)/)
    expect(await first.kill('SIGINT')).toMatchObject({ code: 130, err: 'Cancelled.\n' })

    const second = world.start(device('given-up'))
    expect(await second.says(/Code: (\S+)/)).not.toBe(code)
    await second.kill('SIGINT')
  })

  it('is kept by SIGTERM, and by a timeout, which ends with 1', async () => {
    const first = world.start(device('kept'))
    const code = await first.says(/Code: (\S+)/)
    await first.says(/(Nobody has allowed)/)
    expect(await first.kill('SIGTERM')).toMatchObject({ code: 143 })

    const second = await world.run(device('kept', '--timeout', '0.3'))
    expect(second).toMatchObject({ code: 1 })
    expect(second.err).toContain('Run it again to go on with it.')
    expect(second.out).toContain(code)
    const third = world.start(device('kept'))
    expect(await world.approve(third)).toBe(code)
    expect((await third.ended()).code).toBe(0)
  })

  it('says which connection it is, and at which provider', async () => {
    const login = world.start(device('shop 17'))
    await login.says(/(?:^|\n)(Connect Our Tyro Connect, shop 17\n)/)
    await login.kill('SIGINT')
  })

  it('that is refused ends with 1, and says so in one line', async () => {
    const login = world.start(device('refused'))
    world.emulator.deny(await login.says(/Code: (\S+)/))
    const { code, err } = await login.ended()
    expect(code).toBe(1)
    expect(err).toMatch(/^Our Tyro Connect, [^\n]*refused[^\n]*access_denied[^\n]*\n$/)
  })

  it('drives a program by JSON, one object a line', async () => {
    const login = world.start(device('program', '--json'))
    const userCode = await login.says(/"userCode":"([^"]+)"/)
    world.emulator.approve(userCode)
    const { code, out, err } = await login.ended()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const told = objects(out)
    expect(told.every(({ version }) => version === 1)).toBe(true)
    expect(told.map(({ type }) => type)).toEqual(['waiting', 'prompt', 'waiting', 'connected'])
    expect(told[1]).toEqual({
      ...{ version: 1, type: 'prompt', provider: 'our-tyro', connection: 'program', kind: 'device', userCode },
      verificationUri: expect.stringMatching(/^http.*\/activate$/),
      verificationUriComplete: expect.stringContaining(userCode),
      expiresAt: expect.any(Number),
    })
    expect(told[3]).toMatchObject({ already: false, scope: 'offline_access', renewable: true })

    const again = await world.run(device('program', '--json'))
    expect(objects(again.out)).toMatchObject([{ type: 'connected', already: true }])
    const failed = await world.run(['token', world.tyro, '--connection', 'nobody', '--json'])
    expect(failed.code).toBe(3)
    expect(objects(failed.out)).toMatchObject([{ type: 'failure', code: 'authorization_required', exitCode: 3 }])
  })

  it('in a browser that was killed listens on the same port again', async () => {
    const words = ['login', world.sumup, '--client-id', 'till', '--client-secret-file', world.secretFile]
    const first = world.start(words)
    const link = await first.says(/Link: (\S+)\n/)
    await first.kill('SIGKILL')

    const second = world.start(['login', 'our-sumup-pos-pro'])
    expect(await second.says(/Link: (\S+)\n/)).toBe(link)
    const stray = await fetch(new URL('/callback?code=wrong&state=wrong', redirectUri(link)), { redirect: 'follow' })
    expect(await stray.text()).not.toContain('wrong')
    const callback = await world.emulator.login(link)
    await fetch(callback)
    expect(await second.ended()).toMatchObject({ code: 0, err: '' })
  })

  it('takes the URL that the browser came to, where nobody listens there', async () => {
    const words = ['login', world.sumup, '--client-id', 'till', '--connection', 'elsewhere', '--client-secret-file']
    const login = world.start([...words, world.secretFile, '--redirect-uri', 'https://pos.example/callback', '--json'])
    const link = await login.says(/"url":"([^"]+)"/)
    login.child.stdin.write('https://pos.example/callback?code=wrong&state=wrong\n')
    await login.says(/(does not belong)/)
    login.child.stdin.write(`${await world.emulator.login(link)}\n`)
    const { code, out } = await login.ended()
    expect(code).toBe(0)
    expect(objects(out).at(-1)).toMatchObject({ type: 'connected', already: false })
  })

  it('tells of trouble, and goes on by itself', async () => {
    world.emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 503 })
    const login = world.start(device('trouble'))
    await login.says(/(The provider is in trouble. Trying again)/)
    await world.approve(login)
    expect((await login.ended()).code).toBe(0)
  })
})

function redirectUri(link: string): string {
  return new URL(link).searchParams.get('redirect_uri') ?? ''
}
