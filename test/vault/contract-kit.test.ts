import { describe, expect, it, vi } from 'vitest'
import { checkVault, vaultContract } from '../../src/vault/contract/index.ts'
import { memoryVault } from '../../src/vault/memory.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { VaultError } from '../../src/vault/vault-error.ts'
import { isPackage, sourcesOf } from '../support/sources.ts'

/** Works only where its methods are asked as such. */
class ClassVault implements Vault {
  asides = 0
  readonly #good = memoryVault()
  read = (name: string) => this.#good.read(name)
  write: Vault['write'] = (...given) => this.#good.write(...given)
  erase: Vault['erase'] = (...given) => this.#good.erase(...given)
  find(state: string) {
    return this.#good.find(state)
  }
  list() {
    return this.#good.list()
  }
  lease(name: string, duration: number) {
    return this.#good.lease(name, duration)
  }
  isLeased(name: string) {
    return this.#good.isLeased(name)
  }
  watch(name: string, changed: () => void) {
    return this.#good.watch?.(name, changed) ?? (() => {})
  }
  async setAside(name: string) {
    this.asides++
    const entry = await this.read(name)
    if (entry) await this.erase(name, entry.revision)
  }
}

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
    const broken = results.filter(({ ok }) => !ok)
    expect(broken.map(({ cause }) => cause)).toEqual(broken.map(() => new Error('MARKER')))
    expect(JSON.stringify(results.map(({ cause, ...told }) => told))).not.toContain('MARKER')
  })

  it('waits for each answer of a vault for five seconds, and in two cases only', async () => {
    vi.useFakeTimers()
    try {
      const good = memoryVault()
      const hangs = vi.fn(() => new Promise<never>(() => {}))
      const silent = { ...good, read: hangs }
      const cases = vaultContract({ open: () => silent, endsLeases: 'by time', watches: true })
      const problemAfter = async (index: number, span: number) => {
        const problem = cases[index]?.run().catch((error: Error) => error.message)
        await vi.advanceTimersByTimeAsync(span)
        return Promise.race([problem, 'none yet'])
      }
      const late = '`read` did not answer within 5 s: expected an answer, saw none'
      expect(await problemAfter(0, 4_999)).toBe('none yet')
      await vi.advanceTimersByTimeAsync(1)
      expect(vi.getTimerCount()).toBe(0)
      expect(await problemAfter(1, 5_000)).toBe(late)
      expect(hangs).toHaveBeenCalledTimes(2)
      expect(await problemAfter(2, 0)).toBe(`${late} in 2 cases before this one`)
      expect(hangs).toHaveBeenCalledTimes(2)
      // The same case is tried again as it was.
      expect(await problemAfter(1, 5_000)).toBe(late)
      const leases = cases.findIndex(({ name }) => name === 'a lease is for one name')
      await vi.advanceTimersByTimeAsync(0)
      expect(await problemAfter(leases, 0)).toBeUndefined()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('waits no longer for a lease, for what was leased, and for opening', async () => {
    vi.useFakeTimers()
    try {
      const good = memoryVault()
      const hangs = () => new Promise<never>(() => {})
      const waits: Vault['lease'] = async (name, duration) => (await good.lease(name, duration)) ?? hangs()
      const stays: Vault['lease'] = async (name, duration) => {
        const lease = await good.lease(name, duration)
        return lease && { ...lease, release: hangs }
      }
      const problemOf = async (open: () => Vault | Promise<Vault>) => {
        const found = vaultContract({ open, endsLeases: 'by time', watches: true }).find(({ name }) =>
          name.startsWith('a lease is for one at a time'),
        )
        const problem = found?.run().catch((error: Error) => error.message)
        await vi.advanceTimersByTimeAsync(5_000)
        return Promise.race([problem, 'none yet'])
      }
      expect(await problemOf(() => ({ ...good, lease: waits }))).toBe(
        '`lease` did not answer within 5 s: expected `undefined` at once while another holds it, saw none',
      )
      expect(await problemOf(() => ({ ...good, lease: stays }))).toMatch(/^`release` did not answer within 5 s:/)
      expect(await problemOf(hangs)).toMatch(/^`open` did not answer within 5 s:/)
    } finally {
      vi.useRealTimers()
    }
  })

  it('blames no vault for a host that stood still', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string[]>()]
      const list = () => {
        asked.resolve()
        return answer.promise
      }
      const slow = { ...memoryVault(), list }
      const found = vaultContract({ open: () => slow, endsLeases: 'by time', watches: true }).find(({ name }) =>
        name.startsWith('read resolves with undefined'),
      )
      const running = found?.run()
      await asked.promise
      // However late it is, a timer rings once.
      vi.advanceTimersToNextTimer()
      answer.resolve([])
      await running
    } finally {
      vi.useRealTimers()
    }
  })

  it('asks first, and where it shows, whether open gives the same storage each time', async () => {
    const cases = vaultContract({ open, endsLeases: 'by time', watches: true })
    const question =
      'one reads what another has written (does `open` give the same storage each time?): expected an entry, saw nothing'
    await expect(cases[0]?.run()).rejects.toThrow(question)
    await expect(cases.find(({ name }) => /^no change is lost/.test(name))?.run()).rejects.toThrow(question)
    const forgetful = { ...memoryVault(), read: async () => undefined }
    const [first] = vaultContract({ open: () => forgetful, endsLeases: 'by time', watches: true })
    await expect(first?.run()).rejects.toThrow('who wrote a record reads it: expected an entry, saw nothing')
  })

  it('sets the clock back as it was, whatever comes of it', async () => {
    const { now } = Date
    const seen: number[] = []
    const good = memoryVault()
    const spoilt: Vault = {
      ...good,
      lease: (name, duration) => {
        seen.push(Date.now() - now())
        return seen.length > 1 ? Promise.reject(new Error('busy')) : good.lease(name, duration)
      },
    }
    const cases = vaultContract({ open: () => spoilt, endsLeases: 'by time', watches: true })
    await expect(cases.find(({ name }) => /clock is set ahead$/.test(name))?.run()).rejects.toThrow()
    expect(seen).toEqual([0, 3_600_000])
    expect(Date.now).toBe(now)
  })

  it('asks a vault of a class by its methods', async () => {
    const cases = vaultContract({ open: () => classVault, endsLeases: 'by time', watches: true })
    const classVault = new ClassVault()
    const some = /^(?:what one vault object|what is set aside|a lease is for one name|watch hears)/
    const chosen = cases.filter(({ name }) => some.test(name))
    expect(chosen).toHaveLength(4)
    for (const { run } of chosen) await run()
    expect(classVault.asides).toBe(2)
  })

  it.each([
    ['options', undefined],
    ['open', { open: undefined }],
    ['open', { open: memoryVault() }],
    ['endsLeases', { endsLeases: undefined }],
    ['endsLeases', { endsLeases: 'by Time' }],
    ['watches', { watches: undefined }],
    ['watches', { watches: 'yes' }],
    ['processes.module', { processes: {} }],
    ['processes.module', { processes: null }],
    ['processes.module', { processes: { module: './vault.ts' } }],
  ])('says at once that %s is wrong: %j', async (option, wrong) => {
    const options = wrong && { open, endsLeases: 'by time', watches: false, ...wrong }
    const problem = expect.objectContaining({
      code: 'invalid_configuration',
      message: expect.stringMatching(new RegExp(`contract, (?:option )?${option} \\(`)),
    })
    expect(() => Reflect.apply(vaultContract, undefined, [options])).toThrow(problem)
    await expect(Reflect.apply(checkVault, undefined, [options])).rejects.toEqual(problem)
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
    // It threw nothing.
    expect(report.filter((result) => 'cause' in result)).toEqual([])
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
