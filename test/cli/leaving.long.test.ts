import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulated } from './support/emulated.ts'

let world: Awaited<ReturnType<typeof createEmulated>>
beforeAll(async () => {
  world = await createEmulated()
}, 30_000)
afterAll(() => world[Symbol.asyncDispose]())

const till = (name: string) => ['our-tyro', '--connection', name] as const
const told = (out: string) => JSON.parse(out.trim().split('\n').at(-1) ?? '')
const vaultFolder = (vault: string, place: string) =>
  join(world.folder, vault, 'vault', createHash('sha256').update(place, 'utf16le').digest('hex').slice(0, 32))

describe('a logout that the provider did not take', { timeout: 60_000 }, () => {
  it('is pending for whoever asks, until another one is taken', async () => {
    await world.connect('--connection', 'leaving')
    const fault = { kind: 'status', status: 503 } as const
    world.emulator.fault({ provider: 'tyro', endpoint: 'revocation' }, fault)
    const failed = await world.run(['logout', ...till('leaving')])
    expect(failed.code).toBe(1)
    expect(failed.err).toMatch(/ in trouble\. Run it again in \d+ s: oauth-machines logout our-tyro .*; with --local/)

    const status = await world.run(['status', ...till('leaving'), '--json'])
    expect(status.code).toBe(3)
    expect(told(status.out)).toMatchObject({ connected: false, logoutPending: true, needsPerson: true })
    expect((await world.run(['status'])).out).toMatch(/○ our-tyro \/ leaving {2}.* · log out again to finish it\n/)
    for (const command of ['token', 'login', 'refresh', 'import']) {
      const { code, out, err } = await world.run([command, ...till('leaving')])
      expect({ command, code, out }).toEqual({ command, code: 3, out: '' })
      expect(err).toContain('A logout has not reached the provider. Run it again: oauth-machines logout our-tyro')
    }
    const out = '✔ Disconnected: Our Tyro Connect, leaving\n'
    expect(await world.run(['logout', ...till('leaving')])).toEqual({ code: 0, out, err: '' })
    const again = await world.run(['token', world.tyro, '--connection', 'leaving', '--client-id', 'till'])
    expect(again.err).toContain('A person must connect it: oauth-machines login')
  })
})

describe('a vault whose key is another', { timeout: 60_000 }, () => {
  it('is not left without a word: the session lives on, until it is forgotten here', async () => {
    await world.connect('--vault', 'other')
    const file = join(world.folder, 'other', 'key')
    const key = await readFile(file, 'utf8')
    await writeFile(file, `${randomBytes(32).toString('base64')}\n`)
    const refused = await world.run(['logout', 'our-tyro', '--vault', 'other'])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('another key')
    expect(refused.err).toContain('oauth-machines logout our-tyro --vault other; with --local')

    await writeFile(file, key)
    expect(await world.run(['status', 'our-tyro', '--vault', 'other'])).toMatchObject({ code: 0 })
    await writeFile(file, `${randomBytes(32).toString('base64')}\n`)
    const local = await world.run(['logout', 'our-tyro', '--local', '--vault', 'other', '--json'])
    expect(local.code).toBe(0)
    expect(told(local.out)).toMatchObject({ type: 'disconnected', revoked: false, failure: { code: 'vault_mismatch' } })
    expect(local.err).toContain('its session, if there was one, goes on there')
    expect((await world.run(['status', '--vault', 'other'])).out).toContain('Nothing is connected')
  })

  it('that was lost can be left, and begun anew', async () => {
    await world.connect('--vault', 'lost')
    const office = ['--client-id', 'office', '--client-secret-file', world.secretFile]
    expect(await world.run(['token', world.mypos, ...office, '--vault', 'lost'])).toMatchObject({ code: 0 })
    await rm(join(world.folder, 'lost', 'key'))
    for (const id of ['our-tyro', 'our-mypos']) {
      expect(await world.run(['logout', id, '--vault', 'lost'])).toMatchObject({ code: 1 })
      const { code, out } = await world.run(['logout', id, '--local', '--vault', 'lost'])
      expect(code).toBe(0)
      expect(out).toMatch(/^✔ Could not be read, and is forgotten: /)
    }
    await world.connect('--vault', 'lost')
  })
})

describe('a logout --local', { timeout: 60_000 }, () => {
  it('erases, and tells the provider nothing', async () => {
    await world.connect('--connection', 'local')
    const { length } = world.emulator.journal
    const { code, out, err } = await world.run(['logout', ...till('local'), '--local'])
    expect({ code, out }).toEqual({ code: 0, out: '✔ Forgotten here: Our Tyro Connect, local\n' })
    expect(err).toContain('was not told: its session goes on there')
    expect(world.emulator.journal.length).toBe(length)
    const folder = vaultFolder(join('data', 'oauth-machines'), 'our-tyro/local')
    expect(
      await readFile(join(folder, (await readdir(folder)).find((name) => /^record/.test(name)) ?? ''), 'utf8'),
    ).toBe('{"format":1,"erased":true}\n')
  })
})

describe('status', { timeout: 60_000 }, () => {
  it('tells of damage as often as it is asked, and changes nothing', async () => {
    await world.connect('--vault', 'hurt')
    const folder = vaultFolder('hurt', 'our-tyro/default')
    const [record = ''] = (await readdir(folder)).filter((name) => name.startsWith('record-'))
    const text = await readFile(join(folder, record), 'utf8')
    await writeFile(join(folder, record), text.replace(/"data":"..../, '"data":"AAAA'))
    const files = await readdir(folder)
    for (const _ of [1, 2]) {
      const { code, out } = await world.run(['status', 'our-tyro', '--vault', 'hurt'])
      expect(code).toBe(3)
      expect(out).toContain('its record was damaged')
      expect(await readdir(folder)).toEqual(files)
    }
    // This one sets it aside.
    expect((await world.run(['token', 'our-tyro', '--vault', 'hurt'])).err).toContain('its record was damaged')
    expect(await readdir(folder)).toContain(record.replace('record', 'corrupt'))
    expect((await world.run(['status', '--vault', 'hurt'])).out).toContain('its record was damaged')
    await world.connect('--vault', 'hurt')
    expect((await world.run(['status', '--vault', 'hurt'])).out).toContain('● our-tyro')
  })
})
