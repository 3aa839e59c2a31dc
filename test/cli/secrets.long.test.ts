import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated, secret } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const folder = () => join(world.folder, 'data', 'oauth-machines')

/** All that a server has issued, and all that was told to it in confidence. */
function secrets(): string[] {
  const bodies = world.emulator.journal.map(({ body }) => body ?? '').join('\n')
  const issued = [...bodies.matchAll(/"(?:access_token|refresh_token|device_code)":"([^"]+)"/g)].map(
    ([, token = '']) => token,
  )
  return [secret, ...issued]
}

describe('secrets', { timeout: 60_000 }, () => {
  it('stand in no output, no file and no name of one; what is kept is for its owner only', async () => {
    await world.connect('--verbose')
    const words = ['login', world.sumup, '--client-id', 'till', '--client-secret-file', world.secretFile, '--verbose']
    const login = world.start(words)
    const callback = await world.emulator.login(await login.says(/Link: (\S+)\n/))
    await fetch(callback)
    expect((await login.ended()).code).toBe(0)
    // The secret is remembered: this needs it.
    expect((await world.run(['refresh', 'our-sumup-pos-pro', '--verbose', '--json'])).code).toBe(0)
    expect((await world.run(['status', '--json', '--verbose'])).code).toBe(0)

    const all = [...secrets(), new URL(callback).searchParams.get('code') ?? '']
    expect(all.length).toBeGreaterThan(6)
    expect(all.filter((one) => world.printed().includes(one))).toEqual([])
    const files = (await readdir(folder(), { recursive: true, withFileTypes: true })).map((entry) => ({
      path: join(entry.parentPath, entry.name),
      isFile: entry.isFile(),
    }))
    expect(files.filter(({ isFile }) => isFile).length).toBeGreaterThan(4)
    for (const { path, isFile } of files) {
      expect({ path, mode: (await stat(path)).mode & 0o777 }).toEqual({ path, mode: isFile ? 0o600 : 0o700 })
      const text = isFile ? await readFile(path, 'utf8') : ''
      expect(all.filter((one) => text.includes(one) || path.includes(one))).toEqual([])
    }
  })

  it.each([
    [['token', 'mypos', '--client-secret', secret], '--client-secret is refused'],
    [['token', 'mypos', `--client-secret=${secret}`], '--client-secret is refused'],
    [['token', 'mypos', `--client-secrt=${secret}`], 'There is no option --client-secrt.'],
    [['token', 'mypos', '--client-id', 'x', '--client-secret-file', secret], 'cannot be read (ENOENT)'],
    [['import', 'tyro', secret], 'Too many arguments for import.'],
  ])('in the wrong place are refused, and not repeated: %j', async (words, reason) => {
    const { code, out, err } = await world.run(words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(reason)
    expect(err).not.toContain(secret)
  })

  it('in a file that others may read are warned of', async () => {
    const open = join(world.folder, 'open.txt')
    await writeFile(open, secret, { mode: 0o644 })
    const { code, err } = await world.run(['token', world.mypos, '--client-id', 'x', '--client-secret-file', open])
    expect(code).toBe(0)
    expect(err).toMatch(/chmod 600/)
  })

  it('are not kept where that is not wanted', async () => {
    const words = ['login', world.mypos, '--client-id', 'y', '--connection', 'unsaved', '--no-save-secret']
    expect((await world.run([...words, '--client-secret-file', world.secretFile])).code).toBe(0)
    const { code, err } = await world.run(['refresh', 'our-mypos', '--connection', 'unsaved'])
    expect(code).toBe(2)
    expect(err).toContain('wants a client secret')
  })

  it('that were kept need their key: a lost one is not replaced', async () => {
    const { code, err } = await world.run(['token', 'our-tyro'], { env: { OAUTH_MACHINES_KEY: 'A'.repeat(43) } })
    // The file's key is a former one, and reads on.
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const other = await world.run([
      'login',
      world.mypos,
      '--client-id',
      'z',
      '--vault',
      'other',
      '--client-secret-file',
      world.secretFile,
    ])
    expect(other.code).toBe(0)
    const key = join(world.folder, 'other', 'key')
    const text = await readFile(key, 'utf8')
    await (await import('node:fs/promises')).rm(key)
    const lost = await world.run(['token', 'our-mypos', '--vault', 'other'])
    expect(lost.code).toBe(1)
    expect(lost.err).toContain('its key cannot be had (key)')
    await writeFile(key, text, { mode: 0o600 })
    expect((await world.run(['token', 'our-mypos', '--vault', 'other'])).code).toBe(0)
  })
})
