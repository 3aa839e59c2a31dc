import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { vaultContract } from '../../src/vault/contract/index.ts'
import { open } from '../support/contract/open-file-vault.ts'

const module = new URL('../support/contract/open-file-vault.ts', import.meta.url)

describe('the vault in files, shared by processes, keeps the contract', () => {
  const directory = mkdtempSync(join(tmpdir(), 'contract-file-'))
  const key = randomBytes(32).toString('base64')
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const cases = vaultContract({
    open: () => open(directory, key),
    endsLeases: 'by time',
    watches: true,
    processes: { module, arguments: [directory, key] },
  })
  for (const { name, run, limit } of cases) it(name, run, limit)
})
