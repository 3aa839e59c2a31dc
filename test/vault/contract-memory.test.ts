import { describe, it } from 'vitest'
import { vaultContract } from '../../src/vault/contract/index.ts'
import { memoryVault } from '../../src/vault/memory.ts'

describe('the vault in memory keeps the contract', () => {
  // It lives in one object.
  const vault = memoryVault()
  const cases = vaultContract({ open: () => vault, endsLeases: 'by time', watches: true })
  for (const { name, run, skip, limit } of cases) it.skipIf(skip !== undefined)(name, run, limit)
})
