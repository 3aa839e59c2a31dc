import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hrtime } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteVault } from '../../examples/sqlite-vault/sqlite-vault.ts'
import { vaultContract } from '../../src/vault/contract/index.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/own-vault.md', root), 'utf8')
const module = new URL('examples/sqlite-vault/sqlite-vault.ts', root)

describe('the vault that the documentation shows', () => {
  const directory = join(tmpdir(), `contract-sqlite-${randomUUID()}`)
  beforeAll(() => mkdirSync(directory))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'vault.sqlite')
  const cases = vaultContract({
    open: () => sqliteVault(file),
    endsLeases: 'by time',
    watches: false,
    processes: { module, export: 'sqliteVault', arguments: [file] },
  })
  for (const { name, run, skip, limit } of cases) it.skipIf(skip !== undefined)(name, run, limit)

  it('is held up by no lease from before the machine was started', async () => {
    const [vault, database] = [sqliteVault(file), new DatabaseSync(file)]
    const now = Number(hrtime.bigint() / 1_000_000n)
    database.prepare('INSERT INTO leases VALUES (?, ?, ?, ?)').run('till', 'gone', now + 60_000, now + 70_000)
    expect(await vault.isLeased('till')).toBe(false)
    expect(await vault.lease('till', 1_000)).toBeDefined()
    expect(await vault.lease('till', 1_000)).toBeUndefined()
  })

  it('has the statements that pass', () => {
    const [, statements = ''] = /(const held[\s\S]*?\n\}\n)/.exec(readFileSync(module, 'utf8')) ?? []
    expect(statements).toContain('ON CONFLICT')
    expect(page).toContain(statements)
  })
})

describe('the interface that the documentation shows', () => {
  it.each(['Vault', 'Lease'])('has every member of %s as it is', (name) => {
    const source = readFileSync(new URL('src/vault/vault.ts', root), 'utf8')
    const membersIn = (text: string) => {
      const [, body = ''] = text.split(new RegExp(`^(?:export )?interface ${name} \\{$`, 'm'))
      return [...(body.split(/^\}$/m)[0] ?? '').matchAll(/^ {2}(?:readonly )?\w+\??[:(].*$/gm)].map(([line]) => line)
    }
    expect(membersIn(source).length).toBeGreaterThanOrEqual(2)
    expect(membersIn(page)).toEqual(membersIn(source))
  })
})
