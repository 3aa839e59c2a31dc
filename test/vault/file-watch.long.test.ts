import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FileVault, fileVault, rawKey } from '../../src/vault/file/index.ts'
import { folderOf, freshDirectory, removeDirectories } from '../support/file-vault/folders.ts'
import { compilePreload } from '../support/file-vault/preload.ts'
import { endProcesses, startProcess } from '../support/file-vault/processes.ts'
import { recordOf } from '../support/file-vault/records.ts'

const slow = compilePreload('link')
const bytes = randomBytes(32)
let directory: string
let vault: FileVault
const open = () => fileVault(directory, { key: rawKey(bytes) })
const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))
/** Longer than a change takes to be heard. */
const quiet = () => pause(750)

beforeEach(async () => {
  directory = await freshDirectory()
  vault = open()
})
afterEach(async () => {
  await endProcesses()
  await removeDirectories()
})

afterAll(() => slow?.remove())

/** Counts what is heard. */
function ear() {
  const heard = { times: 0, until, still: () => until(0) }
  async function until(times: number): Promise<number> {
    for (let looks = 0; looks < 1_600 && heard.times < times; looks++) await pause(5)
    await quiet()
    return heard.times
  }
  return { heard, changed: () => void heard.times++ }
}

/** Watches the till, from a moment of quiet on. */
async function listening() {
  const { heard, changed } = ear()
  const stop = vault.watch?.('till', changed)
  await quiet()
  return { heard, changed, stop }
}

describe('watching', () => {
  it('hears another process, each change once', async () => {
    const other = await startProcess(directory, `raw:${Buffer.from(bytes).toString('hex')}`)
    const { heard, stop } = await listening()
    expect(await other.ask('write', 'till', 1, undefined)).toBe('1')
    expect(await heard.until(1)).toBe(1)
    expect(await other.ask('write', 'till', 2, '1')).toBe('2')
    expect(await heard.until(2)).toBe(2)
    expect(await other.ask('erase', 'till', '2')).toBe(true)
    expect(await heard.until(3)).toBe(3)
    stop?.()
  })

  it('does not hear what this object did itself, or has read before', async () => {
    const { heard, changed, stop } = await listening()
    const first = await vault.write('till', recordOf(1), undefined)
    const second = await vault.write('till', recordOf(2), first)
    await vault.erase('till', `${second}`)
    await vault.lease('till', 1_000)
    expect(await heard.still()).toBe(0)
    stop?.()
    await open().write('till', recordOf(1), undefined)
    await vault.read('till')
    const stopAgain = vault.watch?.('till', changed)
    expect(await heard.still()).toBe(0)
    stopAgain?.()
  })

  it('hears another object of this process, and of several changes at least the last', async () => {
    const { heard, stop } = await listening()
    const other = open()
    let revision: string | undefined
    for (let generation = 0; generation < 20; generation++)
      revision = await other.write('till', recordOf(generation), revision)
    expect(await heard.until(1)).toBeGreaterThan(0)
    expect(heard.times).toBeLessThanOrEqual(20)
    stop?.()
  })

  it('hears another object set a record aside, and not itself', async () => {
    await vault.write('till', recordOf(1), undefined)
    const { heard, stop } = await listening()
    await open().setAside('till')
    expect(await heard.until(1)).toBe(1)
    await vault.write('till', recordOf(1), undefined)
    await vault.setAside('till')
    expect(await heard.still()).toBe(1)
    stop?.()
  })

  it('hears what came between the last read and the watching', async () => {
    await vault.read('till')
    await vault.write('till', recordOf(1), undefined)
    await open().write('till', recordOf(2), '1')
    const { heard, changed } = ear()
    const stop = vault.watch?.('till', changed)
    expect(await heard.until(1)).toBe(1)
    stop?.()
  })

  it('hears nothing of leases, of other connections, and after it was stopped', async () => {
    const { heard, stop } = await listening()
    const lease = await open().lease('till', 1_000)
    await lease?.renew()
    await lease?.release()
    await open().write('another', recordOf(1), undefined)
    expect(await heard.still()).toBe(0)
    stop?.()
    stop?.()
    await open().write('till', recordOf(1), undefined)
    expect(await heard.still()).toBe(0)
  })

  it('of several goes on until the last has stopped, and may begin again', async () => {
    const [one, two, three] = [ear(), ear(), ear()]
    const stopOne = vault.watch?.('till', one.changed)
    const stopTwo = vault.watch?.('till', two.changed)
    await quiet()
    stopOne?.()
    await open().write('till', recordOf(1), undefined)
    expect([await two.heard.until(1), one.heard.times]).toEqual([1, 0])
    stopTwo?.()
    const stopThree = vault.watch?.('till', three.changed)
    stopTwo?.()
    await quiet()
    await open().write('till', recordOf(2), '1')
    expect([await three.heard.until(1), two.heard.times]).toEqual([1, 1])
    stopThree?.()
  })

  it('opens one watcher for each name and leaves none open', async () => {
    const before = await watches()
    const stops = Array.from({ length: 20 }, () => vault.watch?.('till', () => {}))
    const early = vault.watch?.('another', () => {})
    early?.()
    await quiet()
    expect(await watches()).toBe(before + 1)
    for (const stop of stops) stop?.()
    await quiet()
    expect(await watches()).toBe(before)
  })

  it('begins again where the folder was removed and made anew', async () => {
    await vault.write('till', recordOf(1), undefined)
    const { heard, stop } = await listening()
    await rm(directory, { recursive: true })
    expect(await heard.until(1)).toBe(1)
    await open().write('till', recordOf(1), undefined)
    expect(await heard.until(2)).toBe(2)
    await open().write('till', recordOf(2), '1')
    expect(await heard.until(3)).toBe(3)
    stop?.()
  })

  it('begins again where the folder was moved away', async () => {
    const { heard, stop } = await listening()
    await rename(folderOf(directory, 'till'), `${directory}/moved`)
    await open().write('till', recordOf(1), undefined)
    expect(await heard.until(1)).toBe(1)
    await open().write('till', recordOf(2), '1')
    expect(await heard.until(2)).toBe(2)
    stop?.()
  })

  it('makes no folder that somebody has removed', async () => {
    const stop = vault.watch?.('till', () => {})
    await quiet()
    await rm(directory, { recursive: true })
    await pause(2_500)
    await expect(readdir(directory)).rejects.toThrow('ENOENT')
    stop?.()
  })

  it('begins later where the folder could not be made at first', async () => {
    await writeFile(directory, 'a file')
    const { heard, stop } = await listening()
    await rm(directory)
    await open().write('till', recordOf(1), undefined)
    expect(await heard.until(1)).toBe(1)
    await open().write('till', recordOf(2), '1')
    expect(await heard.until(2)).toBe(2)
    stop?.()
  })

  const lacking = slow ? '' : ' (needs Linux and a C compiler)'
  it.skipIf(!slow)(
    `begins later where the system watches too much already, and tells what it missed${lacking}`,
    async () => {
      await mkdir(directory)
      const gate = `${directory}/gate`
      const env = { LD_PRELOAD: slow?.path ?? '', WATCHES_END: gate }
      const child = await startProcess(directory, `raw:${Buffer.from(bytes).toString('hex')}`, { env })
      await child.ask('watch', 'till')
      await quiet()
      await vault.write('till', recordOf(1), undefined)
      await quiet()
      expect(await child.ask('heard')).toEqual([])
      await writeFile(gate, '')
      const until = async (times: number) => {
        for (let looks = 0; looks < 800; looks++) {
          const heard = await child.ask('heard')
          if (Array.isArray(heard) && heard.length >= times) return heard
          await pause(10)
        }
        return await child.ask('heard')
      }
      expect(await until(1)).toEqual(['till'])
      await vault.write('till', recordOf(2), '1')
      expect(await until(2)).toEqual(['till', 'till'])
    },
  )

  it('that cannot be is silent', async () => {
    const nowhere = fileVault('/proc/nowhere', { unsafePlaintext: true })
    const stop = nowhere.watch?.('till', () => {})
    await quiet()
    stop?.()
  })

  it.each(['where it can', 'where it cannot'])('keeps no process alive, %s', async (where) => {
    const watched = where === 'where it can' ? directory : '/proc/nowhere'
    const index = fileURLToPath(new URL('../../src/vault/file/index.ts', import.meta.url))
    const program = `
      const { fileVault } = await import(${JSON.stringify(index)})
      const vault = fileVault(${JSON.stringify(watched)}, { unsafePlaintext: true })
      vault.watch('till', () => {})
      await new Promise((resolve) => setTimeout(resolve, 100))
      console.log('at its end')`
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 })
    expect([`${stdout}`.trim(), signal]).toEqual(['at its end', null])
  })
})

/** How many folders this process watches, as Linux tells. */
async function watches(): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  let count = 0
  for (const descriptor of await readdir('/proc/self/fd')) {
    const path = await readlink(`/proc/self/fd/${descriptor}`).catch(() => '')
    if (!path.includes('inotify')) continue
    count += (await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8')).split('inotify wd').length - 1
  }
  return count
}
