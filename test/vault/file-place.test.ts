import { chmod, chown, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { disk } from '../../src/vault/file/disk-errors.ts'
import { fileVault } from '../../src/vault/file/index.ts'
import { isShared, isUncPath } from '../../src/vault/file/place.ts'
import { folderName } from '../../src/vault/file/records.ts'
import {
  contentsOf,
  fileOf,
  filesOf,
  folderOf,
  freshDirectory,
  removeDirectories,
} from '../support/file-vault/folders.ts'
import { mayMount, mount, mountFuse } from '../support/file-vault/mounts.ts'
import { compilePreload } from '../support/file-vault/preload.ts'
import { problemOf } from '../support/file-vault/problems.ts'
import { endProcesses, startProcess } from '../support/file-vault/processes.ts'
import { generationOf, recordOf, waiting } from '../support/file-vault/records.ts'

const NOBODY = 65534
const isRoot = process.getuid?.() === 0
const mounting = mayMount()
const slow = compilePreload('link')

let directory: string
const undo: (() => void)[] = []

beforeEach(async () => {
  directory = await freshDirectory()
})
afterEach(async () => {
  await endProcesses()
  for (const step of undo.splice(0)) step()
  await removeDirectories()
})
afterAll(() => slow?.remove())

const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))
const open = () => fileVault(directory, { unsafePlaintext: true })

describe('a disk that is full', () => {
  it('of a limit on file size is told, keeps the old record and leaves nothing behind', async () => {
    const through = ['sh', '-c', 'ulimit -f 8; exec "$0" "$@"']
    const limited = await startProcess(directory, 'plaintext', { through })
    expect(await limited.ask('writeLarge', 'till', 100, undefined)).toBe('1')
    expect(await limited.ask('writeLarge', 'till', 100_000, '1')).toBe('problem: full')
    expect(await filesOf(directory, 'till')).toEqual(['record-1'])
    expect(await limited.ask('writeLarge', 'till', 200, '1')).toBe('2')
  })

  const title = 'in earnest is told, and every record stays what it was'
  it.skipIf(!mounting)(`${title}${mounting ? '' : ' (needs the right to mount)'}`, async () => {
    const unmount = mount(directory, 'tmpfs', 'size=256k,mode=700')
    if (unmount) undo.push(unmount)
    const vault = open()
    const names = Array.from({ length: 200 }, (_, number) => `store ${number}`)
    const outcomes = new Map<string, string | undefined>()
    for (const name of names)
      outcomes.set(name, await problemOf(vault.write(name, recordOf(1, { provider: 'x'.repeat(9_000) }), undefined)))
    expect(new Set(outcomes.values())).toEqual(new Set([undefined, 'full']))
    for (const [name, problem] of outcomes) {
      expect(await vault.read(name)).toEqual(problem ? undefined : { record: expect.anything(), revision: '1' })
      expect(
        await problemOf(vault.write(name, recordOf(2, { provider: 'x'.repeat(99_000) }), problem ? undefined : '1')),
      ).toBe('full')
    }
    await writeFile(`${directory}/filler`, 'x'.repeat(300_000)).catch(() => {})
    expect(await problemOf(vault.lease('store 0', 1_000))).toBe('full')
    expect((await contentsOf(directory)).paths.filter((path) => path.includes('tmp-'))).toEqual([])
    // Damage is told all the same where it cannot be set aside.
    await writeFile(fileOf(directory, 'store 1', 'record-1'), '')
    expect(await problemOf(vault.read('store 1'))).toBe('corrupt')
  })
})

describe('a place that may not be written to', () => {
  const title = 'is told, and may be read'
  it.skipIf(!mounting)(`${title}${mounting ? '' : ' (needs the right to mount)'}`, async () => {
    const unmount = mount(directory, 'tmpfs', 'size=1m,mode=700')
    if (unmount) undo.push(unmount)
    await open().write('till', recordOf(1), undefined)
    await writeFile(fileOf(directory, 'till', 'record-2'), 'damage')
    await mkdir(folderOf(directory, 'good'))
    await open().write('good', recordOf(5), undefined)
    mount(directory, 'tmpfs', 'remount,ro')
    const vault = open()
    expect(generationOf((await vault.read('good'))?.record)).toBe(5)
    expect(await vault.list()).toEqual(['good'])
    expect(await problemOf(vault.read('till'))).toBe('corrupt')
    expect(await problemOf(vault.write('good', recordOf(6), '1'))).toBe('read_only')
    expect(await problemOf(vault.write('new', recordOf(6), undefined))).toBe('read_only')
    expect(await problemOf(vault.erase('good', '1'))).toBe('read_only')
    expect(await problemOf(vault.lease('good', 1_000))).toBe('read_only')
    expect(await vault.isLeased('good')).toBe(false)
    expect(generationOf((await vault.read('good'))?.record)).toBe(5)
  })

  const other = 'for its permissions is told, by a user who has none'
  it.skipIf(!isRoot)(`${other}${isRoot ? '' : ' (needs root)'}`, async () => {
    await open().write('till', waiting('a state'), undefined)
    for (const name of ['a', 'b', 'c']) await open().write(`${name} of another user`, recordOf(1), undefined)
    await chmod(dirname(directory), 0o755)
    const nobody = await startProcess(directory, 'plaintext', { uid: NOBODY })
    expect(await nobody.ask('read', 'till')).toBe('problem: unreadable')
    expect(await nobody.ask('list')).toBe('problem: unreadable')
    expect(await nobody.ask('write', 'till', 2, '1')).toBe('problem: read_only')
    await chmod(directory, 0o755)
    expect(await nobody.ask('list')).toBe('problem: unreadable')
    await chmod(folderOf(directory, 'till'), 0o755)
    expect(await nobody.ask('read', 'till')).toBe('problem: unreadable')
    await chmod(fileOf(directory, 'till', 'record-1'), 0o644)
    expect(await nobody.ask('read', 'till')).toMatchObject({ revision: '1' })
    expect(await nobody.ask('list')).toEqual(['till'])
    expect(await nobody.ask('find', 'a state')).toBe('till')
    expect(await nobody.ask('write', 'till', 2, '1')).toBe('problem: read_only')
    expect(await nobody.ask('lease', 'till', 100)).toBe('problem: read_only')
    await chown(folderOf(directory, 'till'), NOBODY, NOBODY)
    expect(await nobody.ask('write', 'till', 2, '1')).toBe('2')
    await chmod(dirname(directory), 0o700)
  })
})

describe('a place that is none', () => {
  it.each(['a file', 'in a file'])('since it is %s is told', async (what) => {
    await writeFile(directory, '')
    if (what === 'in a file') directory = `${directory}/vault`
    expect(await problemOf(open().write('till', recordOf(1), undefined))).toBe('unreadable')
    expect(await problemOf(open().read('till'))).toMatch(/unreadable/)
  })

  it('since it leads round in a circle is told', async () => {
    await symlink(directory, directory)
    expect(await problemOf(open().write('till', recordOf(1), undefined))).toBe('unreadable')
  })

  it('tells nothing of what the system said', async () => {
    const secret = Object.assign(new Error('MARKER'), { code: 'MARKER', path: 'MARKER' })
    const failed = disk('reading', async () => Promise.reject(secret))
    const error: unknown = await failed.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ problem: 'unreadable' })
    expect(`${error} ${JSON.stringify(error)} ${error instanceof Error && error.cause}`).not.toContain('MARKER')
  })

  it('is used again when it was removed meanwhile', async () => {
    const vault = open()
    await vault.write('till', recordOf(1), undefined)
    await rm(directory, { recursive: true })
    expect(await vault.read('till')).toBeUndefined()
    expect(await vault.list()).toEqual([])
    expect(await vault.write('till', recordOf(2), undefined)).toBe('1')
  })
})

describe('a network share', () => {
  it('is told by its type on Linux, whatever sign that has', () => {
    for (const type of [0x6969, 0xff534d42, 0xff534d42 - 2 ** 32, 0xfe534d42, 0x01021997, 0x65735546])
      expect(isShared(type, 'linux'), type.toString(16)).toBe(true)
    for (const type of [0xef53, 0x01021994, 0x9123683e, 0x58465342, 0x794c7630, 0x2fc12fc1])
      expect(isShared(type, 'linux'), type.toString(16)).toBe(false)
    expect(isShared(0x6969, 'darwin')).toBe(false)
  })

  it('is told by its name on Windows', () => {
    for (const path of [
      '\\\\server\\share\\vault',
      '//server/share',
      '\\\\?\\UNC\\server\\share',
      '\\\\.\\unc\\server',
    ])
      expect(isUncPath(path, 'win32'), path).toBe(true)
    for (const path of ['C:\\vault', '\\vault', '\\\\?\\C:\\vault', 'vault'])
      expect(isUncPath(path, 'win32'), path).toBe(false)
    expect(isUncPath('//server/share', 'linux')).toBe(false)
  })

  const title = 'is refused before anything is read or written'
  it.skipIf(!mounting)(`${title}${mounting ? '' : ' (needs the right to mount)'}`, async () => {
    const unmount = mountFuse(directory)
    if (unmount) undo.push(unmount)
    expect(unmount, 'a FUSE mount').toBeDefined()
    const vault = open()
    expect(await problemOf(vault.read('till'))).toBe('network_share')
    expect(await problemOf(vault.write('till', recordOf(1), undefined))).toBe('network_share')
    expect(await problemOf(vault.lease('till', 1_000))).toBe('network_share')
    expect(await problemOf(vault.find('a state'))).toBe('network_share')
  })
})

const lacking = slow ? '' : ' (needs Linux and a C compiler)'
const EPERM = 1
const EOPNOTSUPP = 95

describe('where giving a file its name', () => {
  const gate = () => `${directory}-gate`
  const start = (env: Record<string, string>) =>
    startProcess(directory, 'plaintext', { env: { LD_PRELOAD: slow?.path ?? '', ...env } })

  it.skipIf(!slow).each([EPERM, EOPNOTSUPP])(`is not supported (%s), that is told${lacking}`, async (code) => {
    const child = await start({ LINK_ERROR: `${code}` })
    expect(await child.ask('write', 'till', 1, undefined)).toBe('problem: unsupported')
    expect(await filesOf(directory, 'till')).toEqual([])
  })

  it.skipIf(!slow)(`takes long, who is overtaken meanwhile has lost${lacking}`, async () => {
    await open().write('till', recordOf(1), undefined)
    const child = await start({ BEFORE_LINK: gate() })
    const late = child.ask('write', 'till', 100, '1')
    await untilMeant('record-2')
    let revision: string | undefined = '1'
    for (let generation = 2; generation <= 5; generation++)
      revision = await open().write('till', recordOf(generation), revision)
    expect(revision).toBe('5')
    await writeFile(gate(), '')
    expect(await late).toBeUndefined()
    expect(await open().read('till')).toEqual({ record: recordOf(5), revision: '5' })
    expect(await filesOf(directory, 'till')).toEqual(['record-5'])
  })

  it.skipIf(!slow)(`takes long, what is set aside is what others have written meanwhile${lacking}`, async () => {
    await open().write('till', recordOf(1), undefined)
    const child = await start({ BEFORE_LINK: gate() })
    const late = child.ask('setAside', 'till')
    await untilMeant('record-2')
    expect(await open().write('till', recordOf(2), '1')).toBe('2')
    await writeFile(gate(), '')
    expect(await late).toBeUndefined()
    expect(await open().read('till')).toBeUndefined()
    expect(await filesOf(directory, 'till')).toEqual(['corrupt-1', 'corrupt-2', 'record-3'])
  })

  it.skipIf(!slow)(`is done, who did it has won, however many others have gone on from there${lacking}`, async () => {
    await open().write('till', recordOf(1), undefined)
    const child = await start({ AFTER_LINK: gate() })
    const won = child.ask('write', 'till', 100, '1')
    await untilMeant('record-2')
    await untilRead(100)
    expect(await open().write('till', recordOf(101), '2')).toBe('3')
    expect(await open().write('till', recordOf(102), '3')).toBe('4')
    await writeFile(gate(), '')
    expect(await won).toBe('2')
    expect(await open().read('till')).toEqual({ record: recordOf(102), revision: '4' })
    expect(await filesOf(directory, 'till')).toEqual(['record-4'])
  })

  it.skipIf(!slow)(`makes an older one go that is about to be read, the newer one is read${lacking}`, async () => {
    await open().write('till', recordOf(1), undefined)
    const calls = `${directory}-calls`
    const child = await start({ BEFORE_OPEN: gate(), CALLS: calls })
    const read = child.ask('read', 'till')
    await expect.poll(() => readFile(calls, 'utf8').catch(() => '')).toContain('open record-1')
    await open().write('till', recordOf(2), '1')
    await writeFile(gate(), '')
    expect(await read).toEqual({ record: recordOf(2), revision: '2' })
  })

  it.skipIf(!slow)(`follows its content to the disk, and nothing goes before its name is there${lacking}`, async () => {
    const calls = `${directory}-calls`
    const child = await start({ CALLS: calls })
    const id = folderName('till')
    expect(await child.ask('write', 'till', 1, undefined)).toBe('1')
    expect(await child.ask('write', 'till', 2, '1')).toBe('2')
    expect(await child.ask('lease', 'till', 1_000)).toBe(true)
    const lines = (await readFile(calls, 'utf8'))
      .replaceAll(/-[0-9a-f-]{36}$/gm, '')
      .trim()
      .split('\n')
    const folders = [`sync ${basename(dirname(directory))}`, 'sync vault']
    const first = ['sync tmp-record-1', 'name record-1', 'remove tmp-record-1', `sync ${id}`]
    const second = ['sync tmp-record-2', 'name record-2', 'remove tmp-record-2', `sync ${id}`, 'remove record-1']
    const lease = ['name lease-1', 'remove tmp-lease-1']
    expect(lines).toEqual([...folders, ...first, ...second, ...lease])
  })

  async function untilRead(generation: number): Promise<void> {
    for (let looks = 0; looks < 2_000; looks++) {
      if (generationOf((await open().read('till'))?.record) === generation) return
      await pause(5)
    }
    throw new Error('it was not named')
  }

  /** Waits for the file that is to become this one. */
  async function untilMeant(file: string): Promise<void> {
    for (let looks = 0; looks < 2_000; looks++) {
      if ((await filesOf(directory, 'till')).some((name) => name.startsWith(`tmp-${file}-`))) return
      await pause(5)
    }
    throw new Error('no file is about to be named')
  }
})

it('leaves what it does not know where it is', async () => {
  await mkdir(directory)
  await writeFile(`${directory}/notes.txt`, 'mine')
  await mkdir(`${directory}/0123`)
  const vault = open()
  await vault.write('till', recordOf(1), undefined)
  expect(await vault.list()).toEqual(['till'])
  expect(await vault.rotate()).toBe(0)
  expect(await readFile(`${directory}/notes.txt`, 'utf8')).toBe('mine')
})
