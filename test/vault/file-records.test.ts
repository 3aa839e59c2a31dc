import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { fileVault, rawKey } from '../../src/vault/file/index.ts'
import { createNumbered } from '../../src/vault/file/numbered.ts'
import {
  contentsOf,
  fileOf,
  filesOf,
  folderOf,
  freshDirectory,
  removeDirectories,
} from '../support/file-vault/folders.ts'
import { generationOf, MARKER, recordOf, waiting } from '../support/file-vault/records.ts'

const key = rawKey(randomBytes(32))
const open = async (directory?: string) => fileVault(directory ?? (await freshDirectory()), { key })

afterEach(removeDirectories)

describe('a file vault', () => {
  it('touches nothing before it is used, and nothing to say that nothing is there', async () => {
    const directory = await freshDirectory()
    const vault = fileVault(directory, { key })
    expect(await vault.read('till')).toBeUndefined()
    expect(await vault.list()).toEqual([])
    expect(await vault.find('a state')).toBeUndefined()
    expect(await vault.isLeased('till')).toBe(false)
    expect(await vault.erase('till', '1')).toBe(false)
    expect(await vault.rotate()).toBe(0)
    await expect(stat(directory)).rejects.toThrow('ENOENT')
  })

  it.each(['encrypted', 'in plain text'])(
    'gives back what was stored, %s, in this object and in another',
    async (how) => {
      const directory = await freshDirectory()
      const options = how === 'encrypted' ? { key } : ({ unsafePlaintext: true } as const)
      const record = recordOf(7, { ...waiting('s'), provider: 'ünïcödé \u{1f9fe}', wantsRevoke: true })
      const revision = await fileVault(directory, options).write('till', record, undefined)
      expect(await fileVault(directory, options).read('till')).toEqual({ record, revision })
    },
  )

  it('refuses a change that names another revision than the present one, and changes nothing', async () => {
    const vault = await open()
    expect(await vault.write('till', recordOf(1), '1')).toBeUndefined()
    const first = await vault.write('till', recordOf(1), undefined)
    expect(await vault.write('till', recordOf(2), undefined)).toBeUndefined()
    const second = await vault.write('till', recordOf(2), first)
    expect(await vault.write('till', recordOf(3), first)).toBeUndefined()
    expect(await vault.erase('till', `${first}`)).toBe(false)
    expect(await vault.read('till')).toEqual({ record: recordOf(2), revision: second })
  })

  it('never uses a revision again, also not after the record was erased', async () => {
    const vault = await open()
    const revisions = new Set<string | undefined>()
    for (let round = 0; round < 3; round++) {
      const first = await vault.write('till', recordOf(1), undefined)
      const second = await vault.write('till', recordOf(2), first)
      for (const revision of [first, second]) expect(revisions.has(revision)).toBe(false)
      revisions.add(first).add(second)
      expect(await vault.erase('till', `${second}`)).toBe(true)
      expect(await vault.erase('till', `${second}`)).toBe(false)
      expect(await vault.read('till')).toBeUndefined()
      expect(await vault.write('till', recordOf(9), second)).toBeUndefined()
    }
    expect(await vault.list()).toEqual([])
  })

  it('does not take the revision of what was erased for one', async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    await vault.erase('till', `${await vault.write('till', recordOf(1), undefined)}`)
    expect(await filesOf(directory, 'till')).toEqual(['record-2'])
    expect(await vault.write('till', recordOf(2), '2')).toBeUndefined()
    expect(await vault.erase('till', '2')).toBe(false)
  })

  it('keeps one file for each connection, for its owner only', async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    const first = await vault.write('till', recordOf(1), undefined)
    await vault.write('till', recordOf(2), first)
    const lease = await vault.lease('till', 1_000)
    await lease?.renew()
    expect(await filesOf(directory, 'till')).toEqual(['lease-2', 'record-2'])
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    expect(await modeOf(directory)).toBe('700')
    expect(await modeOf(folderOf(directory, 'till'))).toBe('700')
    expect(await modeOf(fileOf(directory, 'till', 'record-2'))).toBe('600')
    expect(await modeOf(fileOf(directory, 'till', 'lease-2'))).toBe('600')
  })

  it('holds no secret and no name that can be read', async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    const first = await vault.write('MARKER-name', waiting('MARKER-state'), undefined)
    await vault.write('MARKER-name', recordOf(2), first)
    await vault.lease('MARKER-name', 1_000)
    const { text, paths } = await contentsOf(directory)
    expect(paths.length).toBe(2)
    const marks = ['MARKER', MARKER].flatMap((mark) => [mark, Buffer.from(mark).toString('base64').slice(0, -4)])
    for (const mark of marks) expect(text + paths.join()).not.toContain(mark)
    // The same look finds it where it stands open.
    const openly = await freshDirectory()
    await fileVault(openly, { unsafePlaintext: true }).write('MARKER-name', recordOf(1), undefined)
    expect((await contentsOf(openly)).text).toContain(MARKER)
  })

  it('seals the same record differently each time', async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    const seen = new Set<string>()
    let revision: string | undefined
    for (let time = 1; time <= 5; time++) {
      revision = await vault.write('till', recordOf(1), revision)
      const { iv, data } = JSON.parse(await readFile(fileOf(directory, 'till', `record-${time}`), 'utf8'))
      expect(Buffer.from(iv, 'base64').length).toBe(12)
      seen.add(iv).add(data)
    }
    expect(seen.size).toBe(10)
  })

  it('takes every name for what it is', async () => {
    const names = [
      '../x',
      'a/b',
      'A',
      'a',
      '\u00e9',
      'e\u0301',
      'x'.repeat(3_000),
      ' ',
      '',
      'con',
      '__proto__',
      '.',
      'a\0b',
    ]
    names.push('\ud800', '\udbff', '"\\ud800"', 'record-1', '\u{1f9fe}', 'tmp-record-1-x')
    const directory = await freshDirectory()
    const vault = await open(directory)
    for (const [number, name] of names.entries()) await vault.write(name, recordOf(number), undefined)
    for (const [number, name] of names.entries())
      expect(generationOf((await vault.read(name))?.record), JSON.stringify(name)).toBe(number)
    expect((await vault.list()).sort()).toEqual([...names].sort())
    for (const folder of await readdir(directory)) expect(folder).toMatch(/^[0-9a-f]{32}$/)
  })

  it('removes older records that a crash has left behind, at a read', async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    const first = await vault.write('till', recordOf(1), undefined)
    await vault.write('till', recordOf(2), first)
    const bytes = await readFile(fileOf(directory, 'till', 'record-2'))
    for (const left of [
      'record-1',
      'tmp-record-1-x',
      'tmp-record-2-x',
      'tmp-record-3-x',
      'corrupt-1',
      'record-03',
      'record-x',
    ])
      await writeFile(fileOf(directory, 'till', left), bytes)
    expect(generationOf((await vault.read('till'))?.record)).toBe(2)
    // What is meant for the next number may be a writer's that is at work; names that nobody gave are nobody's.
    const kept = ['corrupt-1', 'record-03', 'record-2', 'record-x', 'tmp-record-3-x']
    expect(await filesOf(directory, 'till')).toEqual(kept)
    await vault.write('till', recordOf(3), '2')
    expect(await filesOf(directory, 'till')).toEqual(['corrupt-1', 'record-03', 'record-3', 'record-x'])
  })

  it('goes on with numbers of more than one digit', async () => {
    const vault = await open()
    let revision: string | undefined
    for (let generation = 1; generation <= 12; generation++)
      revision = await vault.write('till', recordOf(generation), revision)
    expect(revision).toBe('12')
    expect(await vault.read('till')).toEqual({ record: recordOf(12), revision: '12' })
  })
})

describe('of a thousand connections', () => {
  it('one is found by its state, newest first, and all are listed, in reasonable time', {
    timeout: 60_000,
  }, async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    const names = Array.from({ length: 1_000 }, (_, number) => `store ${number}`)
    for (let start = 0; start < names.length; start += 50)
      await Promise.all(
        names.slice(start, start + 50).map((name) => vault.write(name, waiting(`state of ${name}`), undefined)),
      )
    const began = performance.now()
    expect(await vault.find('state of store 417')).toBe('store 417')
    expect(await vault.find('state of store 41')).toBe('store 41')
    expect(await vault.find('state of store')).toBeUndefined()
    expect((await vault.list()).sort()).toEqual([...names].sort())
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('the newest is looked at first', async () => {
    const directory = await freshDirectory()
    const vault = await open(directory)
    for (const name of ['old', 'new', 'older']) await vault.write(name, waiting('the same'), undefined)
    for (const [name, age] of [
      ['old', 100],
      ['new', 1],
      ['older', 1_000],
    ] as const)
      await utimes(fileOf(directory, name, 'record-1'), 0, 1_700_000_000 - age)
    expect(await vault.find('the same')).toBe('new')
  })
})

describe('a number', () => {
  const numbers = async () => {
    const directory = await freshDirectory()
    await open(directory).then((vault) => vault.write('till', recordOf(1), undefined))
    return { directory, ...createNumbered(folderOf(directory, 'till'), 'record', true) }
  }

  it('is created by the one who comes first, and only next after the highest', async () => {
    const { append, latest } = await numbers()
    expect(await append(3, 'too far')).toBe(false)
    expect(await append(1, 'in use')).toBe(false)
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, who) => append(2, `${who}`)))
    expect(outcomes.filter(Boolean).length).toBe(1)
    expect((await latest())?.text).toBe(`${outcomes.indexOf(true)}`)
  })

  it('is told to be created also where the next one follows at once', async () => {
    const { append, latest } = await numbers()
    const chained = async (number: number): Promise<boolean[]> =>
      number > 40 ? [] : [await append(number, `${number}`), ...(await chained(number + 1))]
    // Others look and clean all the time.
    let over = false
    const lookers = [1, 2, 3].map(async () => {
      for (let looks = 0; looks < 10_000 && !over; looks++) await latest()
    })
    expect((await chained(2)).every(Boolean)).toBe(true)
    over = true
    await Promise.all(lookers)
  })

  it('that was cleaned away is not created again by a writer who comes late', async () => {
    const { directory, append, latest } = await numbers()
    // A writer that stopped between its look and its link: its file is meant for number 2.
    const late = fileOf(directory, 'till', 'tmp-record-2-late')
    await writeFile(late, 'late')
    for (let number = 2; number <= 4; number++) expect(await append(number, `${number}`)).toBe(true)
    await expect(stat(late)).rejects.toThrow('ENOENT')
    expect(await filesOf(directory, 'till')).toEqual(['record-4'])
    expect((await latest())?.text).toBe('4')
  })
})
