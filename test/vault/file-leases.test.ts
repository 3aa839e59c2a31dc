import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hrtime, kill } from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FileVault, fileVault } from '../../src/vault/file/index.ts'
import { take } from '../../src/vault/file/leases.ts'
import { createNumbered } from '../../src/vault/file/numbered.ts'
import { parseStat } from '../../src/vault/file/owner.ts'
import { fileOf, filesOf, folderOf, freshDirectory, removeDirectories } from '../support/file-vault/folders.ts'
import { fill, mayMount, mount } from '../support/file-vault/mounts.ts'
import { problemOf } from '../support/file-vault/problems.ts'
import { endProcesses, type Process, startProcess } from '../support/file-vault/processes.ts'
import { recordOf } from '../support/file-vault/records.ts'

const mounting = mayMount()
const undo: (() => void)[] = []
let directory: string
let vault: FileVault
const open = () => fileVault(directory, { unsafePlaintext: true })
const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))

beforeEach(async () => {
  directory = await freshDirectory()
  vault = open()
})
afterEach(async () => {
  await endProcesses()
  for (const step of undo.splice(0)) step()
  await removeDirectories()
})

/** Takes a lease, and changes what its file says. */
async function forged(change: (lease: Lease) => unknown): Promise<void> {
  await vault.lease('till', 60_000)
  const path = fileOf(directory, 'till', 'lease-1')
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))))
}

interface Lease {
  owner: { boot: string; namespace: string; pid: number; start: string }
  until: number
  duration: number
}

/** Asks until the lease is there; resolves with how long that took, in milliseconds. */
async function taken(within: number): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < within) {
    if (await vault.lease('till', 10_000)) return performance.now() - began
    await pause(5)
  }
  return Number.POSITIVE_INFINITY
}

describe('a lease', () => {
  it('is held by one, in this process too, and for each name alone', async () => {
    const lease = await vault.lease('till', 10_000)
    expect(lease).toBeDefined()
    expect(await vault.lease('till', 10_000)).toBeUndefined()
    expect(await open().lease('till', 10_000)).toBeUndefined()
    expect(await open().isLeased('till')).toBe(true)
    expect(await open().isLeased('another')).toBe(false)
    expect(await open().lease('another', 10_000)).toBeDefined()
    await lease?.release()
    expect(await open().isLeased('till')).toBe(false)
    expect(await open().lease('till', 10_000)).toBeDefined()
  })

  it('goes to one of those who ask at once', async () => {
    for (let round = 0; round < 10; round++) {
      const leases = await Promise.all(Array.from({ length: 8 }, () => open().lease('till', 10_000)))
      const held = leases.filter((lease) => lease !== undefined)
      expect(held.length).toBe(1)
      await held[0]?.release()
    }
  })

  it('lasts as long as it is renewed, and ends after its duration', async () => {
    const lease = await vault.lease('till', 1_000)
    let renewed = 0
    for (let time = 0; time < 6; time++) {
      await pause(200)
      renewed = performance.now()
      expect(await lease?.renew()).toBe(true)
      expect(await vault.isLeased('till')).toBe(true)
    }
    expect(await filesOf(directory, 'till')).toEqual(['lease-7'])
    await taken(10_000)
    const lasted = performance.now() - renewed
    expect(lasted).toBeGreaterThan(990)
    // The durations of all renewals would be seven seconds.
    expect(lasted).toBeLessThan(5_000)
  })

  it('that has ended and was taken by nobody may be renewed', async () => {
    const lease = await vault.lease('till', 1_000)
    await pause(1_020)
    expect(await vault.isLeased('till')).toBe(false)
    expect(await lease?.renew()).toBe(true)
    expect(await vault.isLeased('till')).toBe(true)
  })

  it('that was lost is not renewed, and its release frees no other', async () => {
    const lost = await vault.lease('till', 20)
    await pause(40)
    const present = await open().lease('till', 10_000)
    expect(present).toBeDefined()
    expect(await lost?.renew()).toBe(false)
    await lost?.release()
    await lost?.release()
    expect(await vault.isLeased('till')).toBe(true)
    expect(await present?.renew()).toBe(true)
    await present?.release()
    expect(await present?.renew()).toBe(false)
    expect(await vault.isLeased('till')).toBe(false)
  })

  it('is not taken for another with the same number, where somebody removed the folder', async () => {
    const old = await vault.lease('till', 10_000)
    await rm(directory, { recursive: true })
    const present = await open().lease('till', 10_000)
    expect(await filesOf(directory, 'till')).toEqual(['lease-1'])
    expect(await old?.renew()).toBe(false)
    await old?.release()
    expect(await vault.isLeased('till')).toBe(true)
    expect(await present?.renew()).toBe(true)
  })

  it('is released for good, also while it is being renewed', async () => {
    for (let round = 0; round < 20; round++) {
      const lease = await vault.lease('till', 10_000)
      await Promise.all([lease?.renew(), lease?.release(), lease?.renew()])
      expect(await vault.isLeased('till')).toBe(false)
    }
  })
})

describe('a lease in hand', () => {
  /** What a file system tells of the file that counts: which it is, and how long. */
  const fileAt = async (name: string) => {
    const { ino, size } = await stat(fileOf(directory, 'till', name))
    return { ino, size }
  }

  it('is renewed and released in the file that it has, which needs no room', async () => {
    const lease = await vault.lease('till', 60_000 + 1 / 3)
    const first = await fileAt('lease-1')
    expect(await lease?.renew()).toBe(true)
    expect(await fileAt('lease-2')).toEqual(first)
    await lease?.release()
    expect(await fileAt('lease-2')).toEqual(first)
    expect(await filesOf(directory, 'till')).toEqual(['lease-2'])
    expect(JSON.parse(await readFile(fileOf(directory, 'till', 'lease-2'), 'utf8')).until).toBe(0)
  })

  const needs = mounting ? '' : ' (needs the right to mount)'
  it.skipIf(!mounting)(`is renewed on a full disk as long as its owner lives, and released${needs}`, async () => {
    const unmount = mount(directory, 'tmpfs', 'size=256k,mode=700')
    if (unmount) undo.push(unmount)
    const lease = await vault.lease('till', 1_500)
    await fill(directory)
    expect(await problemOf(vault.lease('another', 400))).toBe('full')
    const other = open()
    for (let time = 0; time < 8; time++) {
      await pause(200)
      expect(await lease?.renew()).toBe(true)
      expect(await other.isLeased('till')).toBe(true)
      expect(await other.lease('till', 400)).toBeUndefined()
    }
    await lease?.release()
    expect(await other.isLeased('till')).toBe(false)
    expect(await lease?.renew()).toBe(false)
    await rm(`${directory}/filler`)
    expect(await other.lease('till', 400)).toBeDefined()
  })

  it.skipIf(!mounting)(`is seen as held also where the disk has no room for a name${needs}`, async () => {
    const unmount = mount(directory, 'tmpfs', 'size=256k,nr_inodes=12,mode=700')
    if (unmount) undo.push(unmount)
    const lease = await vault.lease('till', 1_500)
    for (let file = 0; file < 12; file++) await writeFile(`${directory}/filler-${file}`, '').catch(() => {})
    for (let time = 0; time < 8; time++) {
      await pause(200)
      expect(await problemOf(Promise.resolve(lease?.renew()))).toBe('full')
      expect(await open().isLeased('till')).toBe(true)
    }
    await lease?.release()
    expect(await open().isLeased('till')).toBe(false)
  })

  /** The lease of another, taken when ours has ended and we are about to name the next number. */
  async function overtaken(rounds: number) {
    await vault.lease('till', 1).then((lease) => lease?.release())
    const numbered = createNumbered(folderOf(directory, 'till'), 'lease', false)
    let winner: Awaited<ReturnType<typeof take>>
    const late = await take(
      {
        ...numbered,
        async repeat(number) {
          const ours = await readFile(numbered.target(number), 'utf8')
          const ended = ours.replace(/"until": *[0-9]+/, (until) => '"until":0'.padEnd(until.length))
          await writeFile(numbered.target(number), ended)
          winner = await take(numbered, 10_000)
          for (let round = 1; round < rounds; round++) await winner?.renew()
          // What a cleaner that was killed may leave.
          await writeFile(numbered.target(number), ours)
          await numbered.repeat(number)
        },
      },
      10_000,
    )
    return { late, winner: () => winner }
  }

  it.each([1, 2, 3])(
    'is lost where another takes the next number at that very moment, and goes on %s',
    async (rounds) => {
      const { late, winner } = await overtaken(rounds)
      expect(await late?.renew()).toBe(false)
      expect(winner()).toBeDefined()
      await late?.release()
      expect(await vault.isLeased('till')).toBe(true)
      expect(await winner()?.renew()).toBe(true)
    },
  )

  it('that has ended is prolonged before it takes the next number, so that nobody sees that end', async () => {
    await vault.lease('till', 1).then((lease) => lease?.release())
    const numbered = createNumbered(folderOf(directory, 'till'), 'lease', false)
    const seen: unknown[] = []
    const repeat = async (number: number) => {
      seen.push(await open().isLeased('till'), await filesOf(directory, 'till'))
      await numbered.repeat(number)
    }
    const lease = await take({ ...numbered, repeat }, 1_000)
    await pause(1_020)
    expect(await lease?.renew()).toBe(true)
    expect(seen).toEqual([true, ['lease-2']])
  })

  it('does not write into that of another with its number, where somebody removes the folder meanwhile', async () => {
    await vault.lease('till', 1).then((lease) => lease?.release())
    await rm(fileOf(directory, 'till', 'lease-1'))
    const numbered = createNumbered(folderOf(directory, 'till'), 'lease', false)
    let looks = 0
    let present: Awaited<ReturnType<typeof vault.lease>>
    const latest = async () => {
      const found = await numbered.latest()
      if (looks++ === 1) {
        await rm(directory, { recursive: true })
        present = await vault.lease('till', 10_000)
      }
      return found
    }
    const old = await take({ ...numbered, latest }, 10_000)
    expect(await old?.renew()).toBe(false)
    expect(looks).toBe(3)
    expect(await present?.renew()).toBe(true)
  })

  it('has won where it takes the next number before one who saw it end', async () => {
    const numbered = createNumbered(folderOf(directory, 'till'), 'lease', false)
    const lease = await vault.lease('till', 60)
    await pause(80)
    const append = async (number: number, text: string) => {
      expect(await lease?.renew()).toBe(true)
      return await numbered.append(number, text)
    }
    expect(await take({ ...numbered, append }, 10_000)).toBeUndefined()
    expect(await lease?.renew()).toBe(true)
  })

  it.each(['', '"until":999999999999999', '"until":              0'])(
    'is not taken by who meets its owner while that writes, and reads %j',
    async (torn) => {
      await vault.lease('till', 10_000)
      const numbered = createNumbered(folderOf(directory, 'till'), 'lease', false)
      let looks = 0
      const latest = async () => {
        const found = await numbered.latest()
        return looks++ > 0 ? found : found && { ...found, text: torn && found.text.replace(/"until": *[0-9]+/, torn) }
      }
      expect(await take({ ...numbered, latest }, 10_000)).toBeUndefined()
      expect(looks).toBe(2)
    },
  )
})

describe('the lease of another process', () => {
  let owner: Process
  const start = async (duration: number) => {
    owner = await startProcess(directory, 'plaintext')
    expect(await owner.ask('lease', 'till', duration)).toBe(true)
  }

  it('is taken over at once when that was killed, and not while it lives', async () => {
    await start(60_000)
    expect(await vault.isLeased('till')).toBe(true)
    expect(await taken(300)).toBe(Number.POSITIVE_INFINITY)
    await owner.end()
    expect(await taken(10_000)).toBeLessThan(10_000)
  })

  it('is taken over from one that nobody has buried yet', async () => {
    // The shell starts the owner beside itself and never waits for it: killed, it stays as a zombie.
    const through = ['sh', '-c', 'exec 3<&0; "$0" "$@" <&3 & exec sleep 60 3<&-']
    owner = await startProcess(directory, 'plaintext', { through })
    expect(await owner.ask('lease', 'till', 60_000)).toBe(true)
    const { pid } = JSON.parse(await readFile(fileOf(directory, 'till', 'lease-1'), 'utf8')).owner
    expect(pid).not.toBe(owner.pid)
    kill(pid, 'SIGKILL')
    expect(await taken(10_000)).toBeLessThan(10_000)
    expect(parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'))?.state).toBe('Z')
  })

  it('is taken over after its duration when that hangs; later it has lost it, and harms nobody', async () => {
    await start(3_000)
    owner.kill('SIGSTOP')
    expect(await taken(100)).toBe(Number.POSITIVE_INFINITY)
    expect(await taken(10_000)).toBeLessThan(10_000)
    owner.kill('SIGCONT')
    expect(await owner.ask('renew', 'till')).toBe(false)
    expect(await owner.ask('release', 'till')).toBe('released')
    expect(await vault.isLeased('till')).toBe(true)
  })

  it('excludes: many who work under it do so one after the other', { timeout: 60_000 }, async () => {
    await vault.write('any', recordOf(), undefined)
    await writeFile(`${directory}/counter.txt`, '0')
    const others = await Promise.all([1, 2, 3].map(() => startProcess(directory, 'plaintext')))
    await Promise.all(others.map((other) => other.ask('incrementUnderLease', 'till', 25)))
    expect(await readFile(`${directory}/counter.txt`, 'utf8')).toBe('75')
  })
})

describe('a lease file', () => {
  const isLive = async (change: (lease: Lease) => unknown) => {
    await forged(change)
    return await open().isLeased('till')
  }
  const now = () => Number(hrtime.bigint() / 1_000_000n)

  it('of this very process is live', async () => {
    expect(await isLive((lease) => lease)).toBe(true)
  })

  it('of a process that had our number before is dead', async () => {
    expect(await isLive(({ owner, ...lease }) => ({ ...lease, owner: { ...owner, start: '1' } }))).toBe(false)
  })

  it('of a number that nobody has is dead', async () => {
    expect(await isLive(({ owner, ...lease }) => ({ ...lease, owner: { ...owner, pid: 2 ** 22 + 1 } }))).toBe(false)
  })

  it('of another start of the machine is dead', async () => {
    expect(await isLive(({ owner, ...lease }) => ({ ...lease, owner: { ...owner, boot: 'before' } }))).toBe(false)
  })

  it('of another container is live until its time is over, whoever has its number here', async () => {
    const elsewhere = ({ owner, ...lease }: Lease) => ({
      ...lease,
      owner: { ...owner, namespace: 'pid:[1]', start: '1' },
    })
    expect(await isLive(elsewhere)).toBe(true)
    directory = await freshDirectory()
    vault = open()
    expect(await isLive((lease) => elsewhere({ ...lease, until: now() - 1 }))).toBe(false)
  })

  it('that is over is dead', async () => {
    expect(await isLive((lease) => ({ ...lease, until: now() - 1 }))).toBe(false)
  })

  it('that ends later than it can is dead: its clock was of another start of the machine', async () => {
    expect(await isLive((lease) => ({ ...lease, until: now() + lease.duration + 5_000 }))).toBe(false)
  })

  it.each(['', '{"owner":', '\0\0\0\0', '[]', 'null', '{"until":1e99,"duration":1e99}'])(
    'torn to %j is dead',
    async (text) => {
      await vault.lease('till', 60_000)
      await writeFile(fileOf(directory, 'till', 'lease-1'), text)
      expect(await vault.isLeased('till')).toBe(false)
      expect(await vault.lease('till', 60_000)).toBeDefined()
    },
  )

  it('tells who holds it and until when, and nothing else', async () => {
    await vault.lease('till', 60_000)
    const said = JSON.parse(await readFile(fileOf(directory, 'till', 'lease-1'), 'utf8'))
    expect(Object.keys(said).sort()).toEqual(['duration', 'nonce', 'owner', 'until'])
    expect(said.owner.pid).toBe(process.pid)
    expect(said.until - now()).toBeLessThanOrEqual(60_000)
    expect(said.until - now()).toBeGreaterThan(50_000)
  })
})

describe('what Linux tells of a process', () => {
  const fields = Array.from({ length: 49 }, (_, index) => (index === 18 ? '4242' : `${index}`))
  it.each(['node', 'a b', 'a) S 1 (b', ')))'])('is read whatever its name is: %s', (name) => {
    expect(parseStat(`17 (${name}) R ${fields.join(' ')}`)).toEqual({ state: 'R', start: '4242' })
  })
  it('is nothing where there is no such process', () => {
    expect(parseStat('')).toBeUndefined()
  })
})
