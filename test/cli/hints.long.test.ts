import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

/** What is named as the remedy, as a shell takes it apart. */
async function pasted(text: string): Promise<string[]> {
  const command = /(oauth-machines login .*)/.exec(text)?.[1] ?? ''
  const { out } = await world.run([command], { within: ([, , one = '']) => ['sh', ['-c', `printf '%s\\n' ${one}`]] })
  return out.trimEnd().split('\n').slice(1)
}

describe('the command that is named as the remedy', { timeout: 60_000 }, () => {
  it.each([
    [['--client-id', 'till']],
    [['--client-id', 'till', '--vault', 'a b']],
    [['--client-id', 'till', '--connection', "shop 'n 7", '--scope', 'a', 'b']],
  ])('works when it is pasted: %j', async (words) => {
    const { code, err } = await world.run(['token', './tyro.json', ...words])
    expect(code).toBe(3)
    const login = world.start(await pasted(err))
    await world.approve(login)
    expect(await login.ended()).toMatchObject({ code: 0 })
    const token = /oauth-machines (token .*)/.exec(login.out())?.[1]
    const vault = words.includes('--vault') ? " --vault 'a b'" : ''
    const name = words.includes('--connection') ? " --connection 'shop '\\''n 7'" : ''
    expect(token).toBe(`token our-tyro${name}${vault}`)
  })

  it('names the vault, and no more where the connection is known', async () => {
    const login = world.start(['login', './tyro.json', '--client-id', 'till', '--vault', 'elsewhere'])
    await login.says(/(Code: \S+)/)
    await login.kill()
    const { err } = await world.run(['token', './tyro.json', '--vault', 'elsewhere'])
    expect(err).toMatch(/: oauth-machines login our-tyro --vault elsewhere\n$/)
  })

  it('begins as the program was called', async () => {
    const env = { npm_command: 'exec' }
    expect((await world.run(['token', './tyro.json', '--client-id', 'x', '--vault', 'none'], { env })).err).toMatch(
      /: npx oauth-machines login \.\/tyro\.json --vault none --client-id x\n$/,
    )
    expect((await world.run(['status', '--vault', 'none'], { env })).out).toContain('npx oauth-machines login PROVIDER')
    expect((await world.run(['token', '--help'], { env })).out).toContain('$(npx oauth-machines token tyro)')
    expect((await world.run(['token', '--help'])).out).toContain('$(oauth-machines token tyro)')
    expect((await world.run(['--help'], { env })).out).toContain('npx oauth-machines <command> --help says more.')
  })
})

describe('what is typed', { timeout: 60_000 }, () => {
  it.each([
    [['token', 'tyro', '--connection', 'a\u202eb'], '--connection holds characters that nobody can see.'],
    [['token', 'tyro', '--connection', 'a\nb'], '--connection holds characters that nobody can see.'],
    [['status', '--vault', ''], '--vault is empty.'],
    [['login', 'tyro', '--vault', ''], '--vault is empty.'],
  ])('must be a name that can be shown, or a place: case %#', async (words, reason) => {
    const { code, err } = await world.run(words)
    expect(code).toBe(2)
    expect(err).toContain(reason)
  })

  it('is no refresh token where it is JSON', async () => {
    for (const input of ['{\n "refresh_token": "r"\n}', '"r"']) {
      const { code, err } = await world.run(['import', world.tyro, '--client-id', 'till', '--connection', 'json'], {
        input,
      })
      expect(code).toBe(2)
      expect(err).toContain('give the bare refresh token')
    }
    expect(world.asked('refresh_token')).toBe(0)
  })
})

describe('a secret', { timeout: 60_000 }, () => {
  it('of a token is not kept where that is not wanted', async () => {
    const words = ['token', world.mypos, '--client-id', 'y', '--no-save-secret']
    expect(await world.run([...words, '--client-secret-file', world.secretFile])).toMatchObject({ code: 0 })
    expect((await world.run(['token', 'our-mypos'])).err).toContain('wants a client secret')
    const env = { OAUTH_MACHINES_CLIENT_SECRET: secret }
    expect(await world.run(['token', 'our-mypos'], { env })).toMatchObject({ code: 0 })
  })
})

describe('a key that cannot be had', { timeout: 60_000 }, () => {
  it.each([
    // No desktop is here, or none that this test may ask.
    ['keyring', 'The keyring of this system, which OAUTH_MACHINES_KEY names'],
    ['short', 'its key is not 32 bytes (environment variable OAUTH_MACHINES_KEY)'],
  ])('is told before the provider is asked: %s', async (key, reason) => {
    const env = { OAUTH_MACHINES_KEY: key, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const { length } = world.emulator.journal
    const { code, out, err } = await world.run(['login', world.tyro, '--client-id', 'till', '--vault', 'k'], { env })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(reason)
    expect(world.emulator.journal.length).toBe(length)
  })
})

describe('the place of the system', { timeout: 60_000 }, () => {
  it('is no relative one', async () => {
    const env = { XDG_DATA_HOME: 'relative', XDG_CACHE_HOME: 'relative' }
    const { out } = await world.run(['status'], { env })
    expect(out).toContain(join(world.folder, '.local', 'share', 'oauth-machines'))
    expect(await readdir(world.folder)).not.toContain('relative')
  })
})

describe('login --open', { timeout: 60_000 }, () => {
  it('opens the link in the browser of this machine', async () => {
    const bin = join(world.folder, 'bin')
    const note = join(world.folder, 'opened.txt')
    const browser = join(bin, 'xdg-open')
    await mkdir(bin)
    await writeFile(browser, `#!/bin/sh\nprintf '%s' "$1" > '${note}.part' && mv '${note}.part' '${note}'\n`, {
      mode: 0o755,
    })
    const env = { PATH: `${bin}:${process.env.PATH}`, BROWSER: browser }
    const words = ['login', world.sumup, '--client-id', 'till', '--client-secret-file', world.secretFile, '--open']
    const login = world.start(words, { env })
    const link = await login.says(/Link: (\S+)\n/)
    const opened = await world.run([note], {
      within: ([, , file = '']) => [
        'sh',
        ['-c', `for i in $(seq 300); do [ -e '${file}' ] && break; sleep 0.05; done; cat '${file}'`],
      ],
    })
    expect(opened.out).toBe(link)
    await fetch(await world.emulator.login(opened.out))
    expect(await login.ended()).toMatchObject({ code: 0, err: '' })
  })
})
