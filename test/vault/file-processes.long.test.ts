import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseEnvelope } from '../../src/vault/file/envelope.ts'
import { fileVault, rawKey } from '../../src/vault/file/index.ts'
import { contentsOf, fileOf, filesOf, freshDirectory, removeDirectories } from '../support/file-vault/folders.ts'
import { endProcesses, type Process, startProcess } from '../support/file-vault/processes.ts'
import { generationOf, recordOf, waiting } from '../support/file-vault/records.ts'

// A disk that others keep busy may take long.
vi.setConfig({ testTimeout: 60_000 })

const hex = '5a'.repeat(32)
const key = rawKey(Buffer.from(hex, 'hex'))
let directory: string
const pause = (span: number) => new Promise((resolve) => setTimeout(resolve, span))
const open = () => fileVault(directory, { key })
const start = () => startProcess(directory, `raw:${hex}`)

beforeEach(async () => {
  directory = await freshDirectory()
})
afterEach(async () => {
  await endProcesses()
  await removeDirectories()
})

describe('processes that share a vault', () => {
  it('lose no change, and count none twice', { timeout: 120_000 }, async () => {
    const times = 200
    const both = await Promise.all([start(), start()])
    const races = await Promise.all(both.map((one) => one.ask('increment', 'till', times)))
    const entry = await open().read('till')
    expect(generationOf(entry?.record)).toBe(2 * times)
    expect(entry?.revision).toBe(`${2 * times}`)
    expect(await filesOf(directory, 'till')).toEqual([`record-${2 * times}`])
    // They did meet, or nothing was proved.
    expect(Number(races[0]) + Number(races[1])).toBeGreaterThan(2 * times)
  })

  it('always find a record while it is written over and over', async () => {
    let revision = await open().write('till', recordOf(0), undefined)
    let over = false
    const missed: number[] = []
    const readers = Array.from({ length: 6 }, async () => {
      for (let reads = 0; reads < 10_000 && !over; reads++) if (!(await open().read('till'))) missed.push(reads)
    })
    for (let generation = 1; generation <= 150; generation++)
      revision = await open().write('till', recordOf(generation), revision)
    over = true
    await Promise.all(readers)
    expect(missed).toEqual([])
    expect(revision).toBe('151')
  })

  it('lose no change of eight who begin where nothing is yet', { timeout: 120_000 }, async () => {
    const all = await Promise.all(Array.from({ length: 8 }, start))
    await Promise.all(all.map((one) => one.ask('increment', 'till', 10)))
    expect(generationOf((await open().read('till'))?.record)).toBe(80)
    expect((await contentsOf(directory)).paths.length).toBe(1)
  })

  it('lose no change where an erased record is written anew by several', async () => {
    for (let round = 0; round < 20; round++) {
      const vaults = Array.from({ length: 6 }, open)
      const written = await Promise.all(vaults.map((vault, who) => vault.write('till', recordOf(who), undefined)))
      const winners = written.filter((revision) => revision !== undefined)
      expect(winners.length).toBe(1)
      const erased = await Promise.all(vaults.map((vault) => vault.erase('till', `${winners[0]}`)))
      expect(erased.filter(Boolean).length).toBe(1)
    }
  })

  it('that take one pending authorization: one gets it', async () => {
    for (let round = 0; round < 20; round++) {
      const vaults = Array.from({ length: 6 }, open)
      await open().write(`till ${round}`, waiting(`state ${round}`), undefined)
      const taken = vaults.map(async (vault) => {
        const name = (await vault.find(`state ${round}`)) ?? ''
        const entry = await vault.read(name)
        return await vault.write(name, recordOf(1), entry?.revision)
      })
      expect((await Promise.all(taken)).filter((revision) => revision !== undefined).length).toBe(1)
    }
  })
})

describe('a process that is killed while it writes', () => {
  const rounds = 100

  it(`leaves the old record or the new one, ${rounds} times`, { timeout: 180_000 }, async () => {
    await open().write('till', recordOf(0), undefined)
    let known = 0
    let between = 0
    const ready: Promise<Process>[] = [start(), start()]
    for (let round = 0; round < rounds; round++) {
      ready.push(start())
      const writer = await ready.shift()
      if (!writer) break
      // It counts up until it is killed, at another instant each time.
      const counted = writer.ask('increment', 'till', 1_000_000)
      await untilBegun()
      await pause((round * 7) % 30)
      await writer.end()
      await counted
      between += (await filesOf(directory, 'till')).length > 1 ? 1 : 0
      const entry = await open().read('till')
      const generation = generationOf(entry?.record)
      expect(entry?.record).toEqual(recordOf(generation))
      expect(entry?.revision).toBe(`${generation + 1}`)
      expect(generation).toBeGreaterThanOrEqual(known)
      known = generation
    }
    const revision = `${known + 1}`
    expect(await open().write('till', recordOf(-1), revision)).toBe(`${known + 2}`)
    // Many were killed in the midst of it, and what they left is gone.
    expect(between).toBeGreaterThan(5)
    expect(known).toBeGreaterThan(0)
    expect(await filesOf(directory, 'till')).toEqual([`record-${known + 2}`])
  })

  /** Waits until a writer has begun, which a busy machine may put off. */
  async function untilBegun(): Promise<void> {
    const before = (await filesOf(directory, 'till')).join()
    for (let looks = 0; looks < 1_000 && (await filesOf(directory, 'till')).join() === before; looks++) await pause(2)
  }

  it('has stored what it was told to be stored', async () => {
    const writer = await start()
    expect(await writer.ask('write', 'till', 5, undefined)).toBe('1')
    await writer.end()
    expect(generationOf((await open().read('till'))?.record)).toBe(5)
    const text = await readFile(fileOf(directory, 'till', 'record-1'), 'utf8')
    expect(parseEnvelope(text).kind).toBe('sealed')
  })
})
