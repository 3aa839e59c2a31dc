import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ERASED, parseEnvelope, seal, unseal } from '../../src/vault/file/envelope.ts'
import { type FileVault, fileVault, rawKey } from '../../src/vault/file/index.ts'
import { idOf } from '../../src/vault/file/keys.ts'
import { VaultError } from '../../src/vault/vault-error.ts'
import { fileOf, filesOf, freshDirectory, removeDirectories } from '../support/file-vault/folders.ts'
import { problemOf } from '../support/file-vault/problems.ts'
import { generationOf, recordOf, waiting } from '../support/file-vault/records.ts'

const bytes = randomBytes(32)
const key = rawKey(bytes)
let directory: string
let vault: FileVault

beforeEach(async () => {
  directory = await freshDirectory()
  vault = fileVault(directory, { key })
})
afterEach(removeDirectories)

const path = (name: string, file = 'record-1') => fileOf(directory, name, file)

/** Writes a record and changes the members of its envelope. */
async function tampered(name: string, change: (envelope: Record<string, string>) => object): Promise<Buffer> {
  await vault.write(name, recordOf(1), undefined)
  await writeFile(path(name), JSON.stringify(change(JSON.parse(await readFile(path(name), 'utf8')))))
  return await readFile(path(name))
}

const flipped = (base64 = '') => {
  const changed = Buffer.from(base64, 'base64')
  changed[10] = (changed[10] ?? 0) ^ 1
  return changed.toString('base64')
}

describe('a damaged record', () => {
  const damages: [string, (text: string) => string][] = [
    ['of no bytes', () => ''],
    ['cut short', (text) => text.slice(0, 100)],
    ['full of zeros, as after a power cut', (text) => '\0'.repeat(text.length)],
    ['of another kind', () => '[]'],
    [
      'with one bit of its data wrong',
      (text) => JSON.stringify({ ...JSON.parse(text), data: flipped(JSON.parse(text).data) }),
    ],
    [
      'with one bit of its nonce wrong',
      (text) => JSON.stringify({ ...JSON.parse(text), iv: flipped(JSON.parse(text).iv) }),
    ],
    ['without data', (text) => JSON.stringify({ ...JSON.parse(text), data: '' })],
    ['without nonce', (text) => JSON.stringify({ ...JSON.parse(text), iv: '' })],
    ['of another client', (text) => JSON.stringify({ ...JSON.parse(text), client: 'another fingerprint' })],
    ['of no format', (text) => text.replace('"format":1', '"format":"1"')],
  ]

  it.each(damages)('%s is set aside with its bytes, told once, and gone on without', async (_, damage) => {
    await vault.write('till', recordOf(1), undefined)
    await writeFile(path('till'), damage(await readFile(path('till'), 'utf8')))
    const bytes = await readFile(path('till'))
    expect(await problemOf(vault.read('till'))).toBe('corrupt')
    expect(await filesOf(directory, 'till')).toEqual(['corrupt-1', 'record-2'])
    expect(await readFile(path('till', 'corrupt-1'))).toEqual(bytes)
    expect(await vault.read('till')).toBeUndefined()
    expect(await vault.write('till', recordOf(2), '1')).toBeUndefined()
    expect(await vault.write('till', recordOf(2), undefined)).toBe('3')
    expect(await filesOf(directory, 'till')).toContain('corrupt-1')
  })

  it('is set aside once by two who meet it at once', async () => {
    for (let round = 0; round < 20; round++) {
      await tampered(`till ${round}`, ({ data, ...rest }) => ({ ...rest, data: flipped(data) }))
      const other = fileVault(directory, { key })
      const problems = await Promise.all(
        [vault, other, vault, other].map((one) => problemOf(one.read(`till ${round}`))),
      )
      expect(problems).toContain('corrupt')
      for (const problem of problems) expect(['corrupt', undefined]).toContain(problem)
      expect(await filesOf(directory, `till ${round}`)).toEqual(['corrupt-1', 'record-2'])
    }
  })

  it('stands in the way of no other: it is passed over, and left, by find and list', async () => {
    await vault.write('good', waiting('a state'), undefined)
    await tampered('bad', ({ data, ...rest }) => ({ ...rest, data: flipped(data) }))
    await tampered('newer', (envelope) => ({ ...envelope, format: 2 }))
    await tampered('foreign', (envelope) => ({ ...envelope, key: '0123456789abcdef' }))
    expect(await vault.list()).toEqual(['good'])
    expect(await vault.find('a state')).toBe('good')
    expect(await vault.find('another')).toBeUndefined()
    for (const name of ['bad', 'newer', 'foreign']) expect(await filesOf(directory, name)).toEqual(['record-1'])
  })

  it('is not overwritten unseen', async () => {
    await tampered('till', ({ data, ...rest }) => ({ ...rest, data: flipped(data) }))
    expect(await vault.write('till', recordOf(2), undefined)).toBeUndefined()
    expect(await filesOf(directory, 'till')).toEqual(['record-1'])
  })

  it('is one that was moved to another connection', async () => {
    await vault.write('a', recordOf(1), undefined)
    await vault.write('b', recordOf(2), undefined)
    const [a, b] = [await readFile(path('a')), await readFile(path('b'))]
    await writeFile(path('a'), b)
    await writeFile(path('b'), a)
    expect(await problemOf(vault.read('a'))).toBe('corrupt')
    expect(await problemOf(vault.read('b'))).toBe('corrupt')
    expect(await readFile(path('a', 'corrupt-1'))).toEqual(b)
  })

  it('is one that was moved to another connection in plain text, too', async () => {
    const plain = fileVault(directory, { unsafePlaintext: true })
    await plain.write('a', recordOf(1), undefined)
    await plain.write('b', recordOf(2), undefined)
    await copyFile(path('a'), path('b'))
    expect(await problemOf(plain.read('b'))).toBe('corrupt')
    expect(generationOf((await plain.read('a'))?.record)).toBe(1)
    expect(await plain.list()).toEqual(['a'])
  })

  it('is an old one that was put in place of a newer', async () => {
    const first = await vault.write('till', recordOf(1), undefined)
    await copyFile(path('till'), `${directory}/old`)
    await vault.write('till', recordOf(2), first)
    await copyFile(`${directory}/old`, path('till', 'record-3'))
    expect(await problemOf(vault.read('till'))).toBe('corrupt')
  })

  it('never passes for a record, whichever byte of it is changed', () => {
    const mine = { id: idOf(bytes), bytes }
    const where = { id: 'a'.repeat(32), number: 1 }
    const content = { name: 'till', record: recordOf(1) }
    const text = Buffer.from(seal(content, where, 'a fingerprint', mine))
    const read = (changed: Buffer) => {
      const envelope = parseEnvelope(changed.toString('utf8'))
      if (envelope.kind !== 'sealed' || envelope.key !== mine.id) return 'another key'
      return unseal(envelope, where, mine)
    }
    expect(read(text)).toEqual(content)
    const envelope = parseEnvelope(text.toString('utf8'))
    for (const elsewhere of [
      { ...where, id: 'b'.repeat(32) },
      { ...where, number: 2 },
    ])
      expect(envelope.kind === 'sealed' && attempt(() => unseal(envelope, elsewhere, mine))).toBe('corrupt')
    const outcomes = new Map<unknown, number>()
    for (const bit of [1, 2, 4, 16, 32, 128])
      for (const position of text.keys()) {
        const changed = Buffer.from(text)
        changed[position] = (changed[position] ?? 0) ^ bit
        const outcome = attempt(() => read(changed))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        // The line's end means nothing.
        if (typeof outcome === 'object') expect([position, outcome]).toEqual([text.length - 1, content])
      }
    expect(outcomes.get('corrupt')).toBeGreaterThan(text.length * 5)
  })
})

function attempt(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    if (error instanceof VaultError) return error.problem
    throw error
  }
}

describe('a record that cannot be read here', () => {
  const untouched = async (name: string, bytes: Buffer) => {
    expect(await filesOf(directory, name)).toEqual(['record-1'])
    expect(await readFile(path(name))).toEqual(bytes)
  }

  it('for its key is left as it is, byte for byte', async () => {
    await vault.write('till', recordOf(1), undefined)
    const before = await readFile(path('till'))
    const other = fileVault(directory, { key: rawKey(randomBytes(32)) })
    expect(await problemOf(other.read('till'))).toBe('wrong_key')
    expect(await other.write('till', recordOf(2), undefined)).toBeUndefined()
    expect(await problemOf(other.rotate())).toBe('wrong_key')
    expect(await problemOf(other.list())).toBe('wrong_key')
    await untouched('till', before)
    expect(generationOf((await vault.read('till'))?.record)).toBe(1)
  })

  it('for its format is left as it is', async () => {
    const before = await tampered('till', (envelope) => ({ ...envelope, format: 2 }))
    expect(await problemOf(vault.read('till'))).toBe('newer_format')
    expect(await vault.write('till', recordOf(2), undefined)).toBeUndefined()
    await untouched('till', before)
  })

  it('is not believed by a vault with a key, in plain text', async () => {
    await fileVault(directory, { unsafePlaintext: true }).write('till', recordOf(1), undefined)
    const before = await readFile(path('till'))
    expect(await problemOf(vault.read('till'))).toBe('wrong_key')
    expect(await problemOf(vault.list())).toBe('wrong_key')
    await untouched('till', before)
  })

  it('is not understood by a vault without one, encrypted', async () => {
    await vault.write('till', recordOf(1), undefined)
    const before = await readFile(path('till'))
    expect(await problemOf(fileVault(directory, { unsafePlaintext: true }).read('till'))).toBe('wrong_key')
    await untouched('till', before)
  })

  it('may be none at all: what was erased needs no key', async () => {
    await vault.erase('till', `${await vault.write('till', recordOf(1), undefined)}`)
    const other = fileVault(directory, { key: rawKey(randomBytes(32)) })
    expect(await other.read('till')).toBeUndefined()
    expect(await other.write('till', recordOf(2), undefined)).toBe('3')
  })
})

describe('a connection that cannot be read', () => {
  const nameless = 'f'.repeat(32)

  it.each<[string, () => Promise<unknown>]>([
    ['a folder in place of its record', () => mkdir(path('bad', 'record-5'), { recursive: true })],
    ['a file in place of its folder', () => writeFile(`${directory}/${nameless}`, 'no folder')],
    ['damage', () => tampered('bad', () => ({}))],
    ['another key', () => fileVault(directory, { key: rawKey(randomBytes(32)) }).write('bad', recordOf(2), undefined)],
  ])('for %s is passed over by find, list and rotate', async (_, spoil) => {
    await vault.write('good', waiting('a state'), undefined)
    await vault.write('newest', recordOf(1), undefined)
    await spoil()
    expect((await vault.list()).sort()).toEqual(['good', 'newest'])
    expect(await vault.find('a state')).toBe('good')
    expect(await vault.find('another')).toBeUndefined()
    const next = fileVault(directory, { key: rawKey(randomBytes(32)), formerKeys: [key] })
    await next.rotate().catch(() => {})
    expect((await next.list()).sort()).toEqual(['good', 'newest'])
  })

  it('is told by find and list where no other can be, by the first problem', async () => {
    await mkdir(path('bad', 'record-5'), { recursive: true })
    expect(await problemOf(vault.list())).toBe('unreadable')
    expect(await problemOf(vault.find('a state'))).toBe('unreadable')
    await rm(path('bad', 'record-5'), { recursive: true })
    for (const name of ['a', 'b']) await vault.write(name, waiting('a state'), undefined)
    await vault.erase('gone', `${await vault.write('gone', recordOf(1), undefined)}`)
    const mistyped = fileVault(directory, { key: rawKey(randomBytes(32)) })
    expect(await problemOf(mistyped.list())).toBe('wrong_key')
    expect(await problemOf(mistyped.find('a state'))).toBe('wrong_key')
    const keyless = fileVault(directory, { key: { bytes: () => Promise.reject(new VaultError('no_key')) } })
    expect(await problemOf(keyless.list())).toBe('no_key')
  })

  it('is none where there is no folder, or nothing in one', async () => {
    await vault.erase('gone', `${await vault.write('gone', recordOf(1), undefined)}`)
    await vault.lease('leased', 10)
    await writeFile(`${directory}/${nameless}`, 'no folder')
    expect(await vault.list()).toEqual([])
    expect(await vault.find('a state')).toBeUndefined()
  })
})

describe('what is set aside', () => {
  it.each<[string, (text: string) => string]>([
    ['whole', (text) => text],
    ['under another key', (text) => JSON.stringify({ ...JSON.parse(text), key: '0123456789abcdef' })],
    ['of a newer format', (text) => JSON.stringify({ ...JSON.parse(text), format: 2 })],
    ['damaged', () => '\0\0'],
  ])('is kept with its bytes, and makes the name free: a record that is %s', async (_, change) => {
    await vault.write('till', recordOf(1), undefined)
    await writeFile(path('till'), change(await readFile(path('till'), 'utf8')))
    const before = await readFile(path('till'))
    const keyless = fileVault(directory, { key: { bytes: () => Promise.reject(new VaultError('no_key')) } })
    await keyless.setAside('till')
    expect(await filesOf(directory, 'till')).toEqual(['corrupt-1', 'record-2'])
    expect(await readFile(path('till', 'corrupt-1'))).toEqual(before)
    expect(await vault.read('till')).toBeUndefined()
    expect(await vault.list()).toEqual([])
    expect(await vault.write('till', recordOf(2), '1')).toBeUndefined()
    expect(await vault.write('till', recordOf(2), undefined)).toBe('3')
  })

  it('may be nothing: then nothing is made', async () => {
    await vault.setAside('till')
    expect(await readdir(dirname(directory))).toEqual([])
    await vault.lease('till', 10)
    await vault.setAside('till')
    expect(await filesOf(directory, 'till')).toEqual(['lease-1'])
    await vault.erase('gone', `${await vault.write('gone', recordOf(1), undefined)}`)
    await vault.setAside('gone')
    expect(await filesOf(directory, 'gone')).toEqual(['record-2'])
  })

  it('is so once, whoever does it at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const name = `till ${round}`
      await vault.write(name, recordOf(1), undefined)
      const others = [vault, fileVault(directory, { key }), vault, fileVault(directory, { key })]
      await Promise.all(others.map((other) => other.setAside(name)))
      expect(await filesOf(directory, name)).toEqual(['corrupt-1', 'record-2'])
    }
  })
})

describe('a file that was erased', () => {
  it('holds nothing but that', async () => {
    await vault.erase('till', `${await vault.write('till', recordOf(1), undefined)}`)
    const erased: typeof ERASED = await readFile(path('till', 'record-2'), 'utf8')
    expect(erased).toBe('{"format":1,"erased":true}\n')
    expect((await stat(path('till', 'record-2'))).nlink).toBe(1)
  })
})
