import { describe, expect, it, vi } from 'vitest'
import { checkVault, vaultContract } from '../../src/vault/contract/index.ts'
import { memoryVault } from '../../src/vault/memory.ts'
import { VaultError } from '../../src/vault/vault-error.ts'
import { isPackage, sourcesOf } from '../support/sources.ts'

describe('the contract', () => {
  const open = () => memoryVault()

  it('tells nothing of an error of a vault but its kind; the error itself is the cause', async () => {
    const error = new TypeError('connect postgres://user:MARKER@host')
    const spoiltVault = { ...memoryVault(), read: () => Promise.reject(error) }
    const [first] = vaultContract({ open: () => spoiltVault, endsLeases: 'by time', watches: true })
    const problem = await first?.run().catch((problem) => problem)
    expect(problem).toMatchObject({ name: 'BrokenPromise', cause: error })
    expect(problem.message).toMatch(/saw the vault throw \(TypeError\)$/)
    const told = { ...spoiltVault, read: () => Promise.reject(new VaultError('full')) }
    const [again] = vaultContract({ open: () => told, endsLeases: 'by time', watches: true })
    await expect(again?.run()).rejects.toThrow(/saw the vault throw \(VaultError full\)$/)
  })

  it('tells of a vault that does not open', async () => {
    const closed = () => Promise.reject(new Error('MARKER'))
    const results = await checkVault({ open: closed, endsLeases: 'with their owner', watches: false })
    expect(results.filter(({ ok }) => ok).map(({ name }) => name)).toEqual(['skipped: several processes share a vault'])
    expect(JSON.stringify(results)).not.toContain('MARKER')
  })

  it('waits for no vault for ever', async () => {
    vi.useFakeTimers()
    try {
      const silent = { ...memoryVault(), read: () => new Promise<never>(() => {}) }
      const [first] = vaultContract({ open: () => silent, endsLeases: 'by time', watches: true })
      const running = expect(first?.run()).rejects.toThrow(/expected an end within 60000 ms, saw none$/)
      await vi.advanceTimersByTimeAsync(60_000)
      await running
      await vaultContract({ open, endsLeases: 'by time', watches: true })[0]?.run()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('names each case differently, and says what is skipped and why', () => {
    const cases = vaultContract({ open, endsLeases: 'by time', watches: true })
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    expect(cases.filter(({ skip }) => skip !== undefined)).toMatchObject([
      { name: 'skipped: several processes share a vault', skip: 'options.processes is not given' },
    ])
  })

  it('is run without a test runner, and reported', async () => {
    const good = memoryVault()
    const results = await checkVault({ open: () => good, endsLeases: 'by time', watches: true })
    expect(results.map(({ name }) => name)).toEqual(
      vaultContract({ open, endsLeases: 'by time', watches: true }).map(({ name }) => name),
    )
    expect(results.filter(({ ok }) => !ok)).toEqual([])
    expect(results.filter(({ skipped }) => skipped)).toHaveLength(1)
    const spoilt = { ...good, list: async () => [] }
    const report = await checkVault({ open: () => spoilt, endsLeases: 'by time', watches: true })
    const problem = 'how often list tells a name that was written twice: expected 1, saw 0'
    expect(report.filter(({ ok }) => !ok)).toContainEqual(expect.objectContaining({ ok: false, problem }))
  }, 65_000)

  it('needs no runner and, but for child processes, no Node: a browser loads it', () => {
    const sources = sourcesOf('src')
    const importsOf = (path: string) =>
      (sources.find((each) => each.path === path)?.imports ?? []).filter(({ runtime, dynamic }) => runtime && !dynamic)
    const loaded = new Set(['src/vault/contract/index.ts'])
    // A set that grows while it is walked is walked to its end.
    for (const path of loaded) for (const { from } of importsOf(path)) loaded.add(from)
    expect(loaded.size).toBeGreaterThan(15)
    expect([...loaded].filter((from) => isPackage(from) || from.endsWith('child.ts'))).toEqual([])
  })
})
