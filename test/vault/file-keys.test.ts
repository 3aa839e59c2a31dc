import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  environmentKey,
  type FileVaultOptions,
  fileVault,
  keyringKey,
  passphraseKey,
  rawKey,
  type VaultKey,
} from '../../src/vault/file/index.ts'
import { keyringKeyOf, type Secret } from '../../src/vault/file/keyring.ts'
import { VaultError } from '../../src/vault/vault-error.ts'
import { contentsOf, filesOf, freshDirectory, removeDirectories } from '../support/file-vault/folders.ts'
import { compilePreload } from '../support/file-vault/preload.ts'
import { problemOf, refusal } from '../support/file-vault/problems.ts'
import { endProcesses, startProcess } from '../support/file-vault/processes.ts'
import { generationOf, recordOf } from '../support/file-vault/records.ts'

const VARIABLE = 'FILE_VAULT_TEST_KEY'
const NAMED = `environment variable ${VARIABLE}`
const PASSPHRASE = 'MARKER correct horse battery staple'
const session = compilePreload('session-keyring')
let directory: string

beforeEach(async () => {
  directory = await freshDirectory()
})
afterEach(async () => {
  delete process.env[VARIABLE]
  await endProcesses()
  await removeDirectories()
})
afterAll(() => session?.remove())

const open = (key: VaultKey, ...formerKeys: VaultKey[]) => fileVault(directory, { key, formerKeys })
const store = (key: VaultKey) => open(key).write('till', recordOf(1), undefined)
const readBack = async (key: VaultKey) => generationOf((await open(key).read('till'))?.record)

describe('options that are wrong', () => {
  const key = rawKey(randomBytes(32))
  // As they come from JavaScript, or from a file.
  const given = (options: unknown): FileVaultOptions => JSON.parse('null') ?? options
  it.each([
    ['no options', undefined, 'options (key or unsafePlaintext is missing)'],
    ['neither key nor plain text', {}, 'key (missing, and unsafePlaintext is not true)'],
    ['both', { key, unsafePlaintext: true }, 'unsafePlaintext (there is a key too)'],
    ['plain text that is not meant', { unsafePlaintext: false }, 'unsafePlaintext (not true)'],
    ['a key that is none', { key: 'MARKER' }, 'key (not a vault key)'],
    ['former keys that are none', { key, formerKeys: ['MARKER'] }, 'formerKeys (not an array of vault keys)'],
    ['former keys that are no array', { key, formerKeys: key }, 'formerKeys (not an array of vault keys)'],
    [
      'former keys for plain text',
      { unsafePlaintext: true, formerKeys: [] },
      'formerKeys (unsafePlaintext needs no keys)',
    ],
  ])('are refused at once and by name: %s', (_, options, about) => {
    const message = refusal(() => fileVault('/nowhere', given(options)))
    expect(message).toContain(about)
    expect(message).not.toContain('MARKER')
  })

  it('are refused at once and by name: no directory', () => {
    expect(refusal(() => fileVault('', { unsafePlaintext: true }))).toContain('directory (not a path)')
  })

  it('are refused by types, too', () => {
    const typed = (_: FileVaultOptions) => true
    // @ts-expect-error one of the two
    expect(typed({})).toBe(true)
    // @ts-expect-error not both
    expect(typed({ key, unsafePlaintext: true })).toBe(true)
    // @ts-expect-error named for what it is
    expect(typed({ unsafePlaintext: false })).toBe(true)
    // @ts-expect-error nothing to be former of
    expect(typed({ unsafePlaintext: true, formerKeys: [key] })).toBe(true)
    expect(typed({ key, formerKeys: [key] })).toBe(true)
  })

  it('of keys are refused at once', () => {
    expect(refusal(() => rawKey(new Uint8Array(31)))).toContain('rawKey (not 32 bytes)')
    expect(refusal(() => passphraseKey(''))).toContain('fewer than 12 characters')
    expect(refusal(() => passphraseKey('MARKER 4567'))).not.toContain('MARKER')
    expect(refusal(() => environmentKey(''))).toContain('environmentKey')
    expect(refusal(() => keyringKey({ service: '', account: 'a' }))).toContain('keyringKey.service')
    expect(refusal(() => keyringKey({ service: 'a', account: '' }))).toContain('keyringKey.account')
  })
})

describe('a key', () => {
  it('of bytes is copied, and shows nowhere', async () => {
    const bytes = randomBytes(32)
    const key = rawKey(bytes)
    const again = rawKey(Uint8Array.from(bytes))
    const shown = `${inspect([key, passphraseKey(PASSPHRASE)], { depth: 9, showHidden: true })}${JSON.stringify(key)}`
    expect(shown).not.toContain('MARKER')
    expect(shown).not.toContain(`${bytes[0]}, ${bytes[1]}`)
    bytes.fill(0)
    await store(key)
    expect(await readBack(again)).toBe(1)
    expect(await problemOf(readBack(rawKey(bytes)))).toBe('wrong_key')
  })

  it.each(['hex', 'base64', 'base64url'] as const)(
    'of the environment is read as %s when it is needed',
    async (encoding) => {
      const bytes = randomBytes(32)
      const vault = open(environmentKey(VARIABLE))
      const missing = vault.write('till', recordOf(1), undefined)
      await expect(missing).rejects.toMatchObject({ problem: 'no_key', what: expect.stringContaining(NAMED) })
      process.env[VARIABLE] = bytes.toString(encoding)
      expect(await vault.write('till', recordOf(1), undefined)).toBe('1')
      expect(await readBack(rawKey(bytes))).toBe(1)
    },
  )

  it.each(['', 'MARKER', 'ab'.repeat(31), 'ab'.repeat(33), `${'A'.repeat(42)}=`, 'x'.repeat(45), 'é'.repeat(43)])(
    'of the environment that is none is told: %j',
    async (text) => {
      process.env[VARIABLE] = text
      const error: unknown = await store(environmentKey(VARIABLE)).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ problem: 'bad_key', what: expect.stringContaining(NAMED) })
      if (text) expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain(text)
      expect(await filesOf(directory, 'till')).toEqual([])
    },
  )

  it('of a passphrase is the same however it was typed, with a salt of the vault', async () => {
    const typed = 'caf\u00e9 au lait 123'
    await store(passphraseKey(typed))
    expect(await readdir(directory)).toContain('passphrase-salt')
    expect(await readBack(passphraseKey(typed.normalize('NFD')))).toBe(1)
    expect(await problemOf(readBack(passphraseKey(`${typed}4`)))).toBe('wrong_key')
    const first = await readFile(`${directory}/passphrase-salt`, 'utf8')
    directory = await freshDirectory()
    await store(passphraseKey(typed))
    expect(await readFile(`${directory}/passphrase-salt`, 'utf8')).not.toBe(first)
    expect((await contentsOf(directory)).text).not.toContain('MARKER')
  })

  it('of a passphrase is not had without its salt', async () => {
    await store(passphraseKey(PASSPHRASE))
    await writeFile(`${directory}/passphrase-salt`, '{"format":1,"salt":""}\n')
    expect(await problemOf(readBack(passphraseKey(PASSPHRASE)))).toBe('no_key')
    expect(await readFile(`${directory}/passphrase-salt`, 'utf8')).toBe('{"format":1,"salt":""}\n')
  })

  it('of a passphrase is not made anew where its salt is missing and there are records', async () => {
    await store(passphraseKey(PASSPHRASE))
    const salt = await readFile(`${directory}/passphrase-salt`, 'utf8')
    await rm(`${directory}/passphrase-salt`)
    const missing = { problem: 'no_key', what: expect.stringContaining('(passphrase-salt)') }
    await expect(readBack(passphraseKey(PASSPHRASE))).rejects.toMatchObject(missing)
    await expect(open(passphraseKey(PASSPHRASE)).write('another', recordOf(2), undefined)).rejects.toMatchObject(
      missing,
    )
    const both = open(passphraseKey(PASSPHRASE), rawKey(randomBytes(32)), passphraseKey(`${PASSPHRASE}, former`))
    await expect(both.read('till')).rejects.toMatchObject(missing)
    expect(await readdir(directory)).not.toContain('passphrase-salt')
    await writeFile(`${directory}/passphrase-salt`, salt)
    expect(await readBack(passphraseKey(PASSPHRASE))).toBe(1)
  })

  it('of a passphrase is not made anew where it cannot be told what a record needs', async () => {
    const id = 'f'.repeat(32)
    await mkdir(`${directory}/${id}/record-1`, { recursive: true })
    expect(await problemOf(store(passphraseKey(PASSPHRASE)))).toBe('no_key')
  })

  it('of a passphrase is made where every record is under a former key, erased or in plain text', async () => {
    const former = rawKey(randomBytes(32))
    await store(former)
    await open(former).erase('gone', `${await open(former).write('gone', recordOf(9), undefined)}`)
    await fileVault(directory, { unsafePlaintext: true }).write('open', recordOf(3), undefined)
    const vault = open(passphraseKey(PASSPHRASE), former)
    expect(await vault.write('another', recordOf(2), undefined)).toBe('1')
    expect(generationOf((await vault.read('till'))?.record)).toBe(1)
    expect(await readBack(former)).toBe(1)
  })

  it('of a passphrase is had where another process makes its salt, and a record, at that moment', async () => {
    await store(passphraseKey(PASSPHRASE))
    const salt = await readFile(`${directory}/passphrase-salt`, 'utf8')
    await rm(`${directory}/passphrase-salt`)
    const isKnown = async () => {
      await writeFile(`${directory}/passphrase-salt`, salt)
      return false
    }
    const bytes = await passphraseKey(PASSPHRASE).bytes(directory, isKnown)
    expect(await readBack(rawKey(bytes))).toBe(1)
  })

  it('of a passphrase is the same for processes that begin at once', { timeout: 60_000 }, async () => {
    const start = () => startProcess(directory, `passphrase:${PASSPHRASE}`)
    const all = await Promise.all([start(), start(), start()])
    const written = await Promise.all(all.map((one, who) => one.ask('write', `till ${who}`, who, undefined)))
    expect(written).toEqual(['1', '1', '1'])
    for (const one of all) expect(await one.ask('list')).toHaveLength(3)
    expect((await readdir(directory)).filter((name) => name.includes('salt'))).toEqual(['passphrase-salt'])
  })

  it('of a passphrase is derived once for each vault object, and again after a failure', async () => {
    let asked = 0
    const bytes = randomBytes(32)
    const key: VaultKey = {
      async bytes() {
        if (asked++ === 0) throw new Error('MARKER')
        return bytes
      },
    }
    const vault = open(key)
    expect(await problemOf(vault.write('till', recordOf(1), undefined))).toBe('no_key')
    expect(await vault.write('till', recordOf(1), undefined)).toBe('1')
    for (let time = 0; time < 5; time++) await vault.read('till')
    expect(asked).toBe(2)
  })

  it('of one’s own may tell a problem, and is refused where it is none', async () => {
    const key = (answer: () => unknown): VaultKey => ({ bytes: async () => JSON.parse('null') ?? answer() })
    expect(await problemOf(store(key(() => new Uint8Array(16))))).toBe('no_key')
    expect(await problemOf(store(key(() => 'x'.repeat(32))))).toBe('no_key')
    const unreadable = async () => Promise.reject(new VaultError('unreadable'))
    expect(await problemOf(store({ bytes: unreadable }))).toBe('unreadable')
  })
})

describe('keys that change', () => {
  const [older, old, current] = [1, 2, 3].map(() => rawKey(randomBytes(32)))
  if (!older || !old || !current) throw new Error('three keys')

  it('are read while they are former ones, and rewritten by rotate', async () => {
    await open(older).write('a', recordOf(1), undefined)
    await open(old).write('b', recordOf(2), undefined)
    await open(old).erase('gone', `${await open(old).write('gone', recordOf(9), undefined)}`)
    const vault = open(current, old, older)
    await vault.write('c', recordOf(3), undefined)
    expect((await vault.list()).sort()).toEqual(['a', 'b', 'c'])
    expect(await vault.read('a')).toEqual({ record: recordOf(1), revision: '1' })
    expect(await vault.rotate()).toBe(2)
    expect(await vault.rotate()).toBe(0)
    const alone = open(current)
    expect(await alone.read('a')).toEqual({ record: recordOf(1), revision: '2' })
    expect(await alone.read('b')).toEqual({ record: recordOf(2), revision: '2' })
    expect(await filesOf(directory, 'a')).toEqual(['record-2'])
    expect(await alone.write('a', recordOf(4), '1')).toBeUndefined()
    expect(await problemOf(open(old).read('b'))).toBe('wrong_key')
  })

  it('are written anew under the current one by every change', async () => {
    await open(old).write('till', recordOf(1), undefined)
    expect(await open(current, old).write('till', recordOf(2), '1')).toBe('2')
    expect(await open(current).read('till')).toEqual({ record: recordOf(2), revision: '2' })
  })

  it('do not hold up the others where one is unknown, and that is told', async () => {
    await open(older).write('a', recordOf(1), undefined)
    for (const name of ['b', 'c', 'd']) await open(old).write(name, recordOf(2), undefined)
    expect(await problemOf(open(current, old).rotate())).toBe('wrong_key')
    expect((await open(current).list()).sort()).toEqual(['b', 'c', 'd'])
    expect(await open(older).list()).toEqual(['a'])
  })

  it('lose no change that is made meanwhile', async () => {
    const vault = open(old)
    let revision = await vault.write('till', recordOf(0), undefined)
    const changing = (async () => {
      let races = 0
      for (let generation = 1; generation <= 20; races++) {
        const both = open(old, current)
        revision = (await both.read('till'))?.revision
        if (await both.write('till', recordOf(generation), revision)) generation++
        if (races > 2_000) throw new Error('lost every race')
      }
    })()
    let rotated = 0
    for (let time = 0; time < 20; time++) rotated += await open(current, old).rotate()
    await changing
    await open(current, old).rotate()
    expect(rotated).toBeGreaterThan(0)
    expect(generationOf((await open(current).read('till'))?.record)).toBe(20)
  })
})

/** A keyring in memory, for what cannot be asked of a real one. */
function keyringOf(start: string | null = null) {
  const ring = { password: start, made: 0, locked: false }
  const secret: Secret = {
    async getPassword() {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return ring.locked ? null : ring.password
    },
    async setPassword(password) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      ring.made++
      ring.password = password
    },
  }
  return { ring, key: () => keyringKeyOf({ service: 'till', account: 'a' }, async () => secret) }
}

describe('a keyring', () => {
  it('that is not there is told: without a desktop, the real package has none that lasts', async () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    // A keyring of the kernel is there, but a restart would empty it.
    const start = { env: { ...env, ...(session && { LD_PRELOAD: session.path, SESSION_KEYRING: randomUUID() }) } }
    const child = await startProcess(directory, 'keyring:an account', start)
    const outcome = await child.ask('write', 'till', 1, undefined)
    if (process.platform === 'linux') expect(outcome).toBe('problem: no_key')
    else expect(['problem: no_key', '1']).toContain(outcome)
  })

  it('whose package is missing is told', async () => {
    const missing = keyringKeyOf({ service: 'a', account: 'b' }, async () => import(`${'@napi-rs/key'}chain`))
    expect(await problemOf(store(missing))).toBe('no_key')
  })

  it('that answers nonsense, or with an error, is told', async () => {
    expect(await problemOf(store(keyringOf('nonsense').key()))).toBe('no_key')
    const refusing = keyringKeyOf({ service: 'a', account: 'b' }, () => Promise.reject(new Error('MARKER')))
    expect(await problemOf(store(refusing))).toBe('no_key')
  })

  it('gets one key from all who find none at once, and keeps it', async () => {
    const { ring, key } = keyringOf()
    const vaults = Array.from({ length: 5 }, () => open(key()))
    await Promise.all(vaults.map((vault, who) => vault.write(`till ${who}`, recordOf(who), undefined)))
    expect(ring.made).toBe(1)
    expect(Buffer.from(ring.password ?? '', 'base64').length).toBe(32)
    expect(await open(key()).list()).toHaveLength(5)
    expect((await contentsOf(directory)).text).not.toContain(ring.password)
  })

  it('that says that it holds nothing any more gets no other key', async () => {
    const { ring, key } = keyringOf()
    await store(key())
    ring.locked = true
    expect(await problemOf(readBack(key()))).toBe('no_key')
    expect(ring.made).toBe(1)
    ring.locked = false
    expect(await readBack(key())).toBe(1)
  })

  it('that came with a key is not given another either, once the vault has used it', async () => {
    const { ring, key } = keyringOf(randomBytes(32).toString('base64'))
    await store(key())
    ring.password = null
    expect(await problemOf(readBack(key()))).toBe('no_key')
    await rm(directory, { recursive: true })
    await store(key())
    expect(ring.made).toBe(1)
  })

  const lacking = session ? '' : ' (needs Linux and a C compiler)'
  it.skipIf(!session)(
    `of the kernel, with the real package, gives processes that begin at once one key${lacking}`,
    async (test) => {
      const name = randomUUID()
      const env = { LD_PRELOAD: session?.path ?? '', SESSION_KEYRING: `file-vault-${name}` }
      const start = () => startProcess(directory, `kernel:${name}`, { env })
      const all = await Promise.all([start(), start(), start()])
      const written = await Promise.all(all.map((one, who) => one.ask('write', `till ${who}`, who, undefined)))
      if (written.includes('problem: no_key')) test.skip('this kernel lets nobody use its keyring')
      expect(written).toEqual(['1', '1', '1'])
      for (const one of all) expect(await one.ask('list')).toHaveLength(3)
      const late = await start()
      expect(await late.ask('list')).toHaveLength(3)
      expect(await late.ask('forgetKey')).toBe(true)
    },
  )
})
