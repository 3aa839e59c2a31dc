import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { vaultContract } from '../../src/vault/contract/index.ts'
import { open } from '../support/contract/open-file-vault.ts'

/** Several processes share it in `contract-file.long.test.ts`. */
describe.each([
  ['encrypted', randomBytes(32).toString('base64')],
  ['in plain text', undefined],
])('the vault in files, %s, keeps the contract', (_, key) => {
  const directory = mkdtempSync(join(tmpdir(), 'contract-file-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const cases = vaultContract({
    open: () => open(directory, key),
    endsLeases: 'by time',
    watches: true,
  })
  for (const { name, run, skip, limit } of cases) it.skipIf(skip !== undefined)(name, run, limit)
})
