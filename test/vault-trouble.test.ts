import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FailureCode, memoryVault, OAuthError, type Vault, VaultError, type VaultProblem } from '../src/index.ts'
import { blank } from './support/records.ts'
import { unwatchedVault } from './support/several.ts'
import { pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Whether the place is at fault, which may come right, or what is stored there. */
const codes: Record<VaultProblem, FailureCode> = {
  full: 'vault_unavailable',
  read_only: 'vault_unavailable',
  unreadable: 'vault_unavailable',
  network_share: 'vault_unavailable',
  unsupported: 'vault_unavailable',
  no_key: 'vault_unavailable',
  bad_key: 'vault_unavailable',
  wrong_key: 'vault_mismatch',
  corrupt: 'vault_mismatch',
  newer_format: 'vault_mismatch',
}
const isProblem = (word: string): word is VaultProblem => Object.hasOwn(codes, word)
const problems = Object.keys(codes).filter(isProblem)

describe('a VaultError', () => {
  it.each(problems)('says what is wrong and what to do, and holds nothing else: %s', (problem) => {
    const error = new VaultError(problem)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'VaultError', problem, mismatch: codes[problem] === 'vault_mismatch' })
    expect(error.message).toBe(`the vault cannot be used: ${error.what}. ${error.remedy}`)
    expect(error.remedy).toMatch(/\.$/)
    expect(Object.keys(error).toSorted()).toEqual(['name', 'problem', 'what'])
  })

  it('may name a place, and nothing that is more than a name', () => {
    expect(new VaultError('no_key', 'environment variable TILL_KEY').what).toMatch(
      / \(environment variable TILL_KEY\)$/,
    )
    const odd = new VaultError('no_key', `a\n"{secret}"${'x'.repeat(200)}`).what
    expect(odd).toMatch(/ \(asecretx+\)$/)
    expect(odd.length).toBeLessThan(120)
  })

  it('has another text for each problem', () => {
    expect(new Set(problems.map((problem) => new VaultError(problem).what)).size).toBe(problems.length)
  })
})

describe('a vault that throws', () => {
  const steps = ['read', 'write', 'lease'] as const
  const throwing = (step: 'read' | 'write' | 'lease' | 'erase', thrown: unknown): Vault => ({
    ...memoryVault(),
    [step]: () => Promise.reject(thrown),
  })

  it.each(steps.flatMap((step) => problems.map((problem) => [problem, step] as const)))(
    'a VaultError %s at its %s has the problem named, and the remedy',
    async (problem, step) => {
      const { newClient } = tillOnStage({}, throwing(step, new VaultError(problem)))
      const till = newClient().connect('till')
      till.send({ type: 'authorization.start' })
      await pass(1)
      const { what, remedy } = new VaultError(problem)
      const { failure } = till.actor.getSnapshot().context
      expect(stateOf(till)).toBe('backingOff')
      expect(failure?.code).toBe(codes[problem])
      expect(failure?.message).toContain(`Tyro Connect, vault, ${step}, ${what}: `)
      expect(failure?.message).toContain(remedy)
      await expect(till.accessToken()).rejects.toMatchObject({ code: codes[problem] })
    },
  )

  it('is named at a forgetting, too', async () => {
    const vault = throwing('erase', new VaultError('read_only'))
    await vault.write(
      'till',
      { ...blank, client: 'device_code pos https://auth.connect.tyro.com/oauth/token' },
      undefined,
    )
    const { newClient } = tillOnStage({}, vault)
    const till = newClient().connect('till')
    await expect(till.forget()).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringContaining('its place may not be written to'),
    })
  })

  it.each<[string, unknown]>([
    ['an Error', Object.assign(new Error('MARKER', { cause: 'MARKER' }), { problem: 'full' })],
    ['a string', 'MARKER'],
    ['nothing', undefined],
    [
      'what looks like a VaultError',
      { name: 'VaultError', problem: 'full', what: 'MARKER', remedy: 'MARKER', mismatch: true },
    ],
    ['an OAuthError', new OAuthError({ code: 'timeout', message: 'MARKER', retryable: false })],
    ['a DOMException', new DOMException('MARKER', 'QuotaExceededError')],
  ])('anything else has no word of it told: %s', async (_, thrown) => {
    for (const step of steps) {
      const { newClient } = tillOnStage({}, throwing(step, thrown))
      const till = newClient().connect('till')
      till.send({ type: 'authorization.start' })
      await pass(1)
      const { context } = till.actor.getSnapshot()
      expect(context.failure).toMatchObject({ code: 'vault_unavailable', retryable: true })
      expect(context.failure?.message).toBe(
        `Tyro Connect, vault, ${step}: the vault could not be used. Check its storage; it is tried again.`,
      )
      expect(JSON.stringify(context)).not.toContain('MARKER')
    }
  })

  it('a VaultError with more in it than its problem has no more told', async () => {
    const chatty = Object.assign(new VaultError('full'), { cause: 'MARKER', message: 'MARKER', detail: 'MARKER' })
    const { newClient } = tillOnStage({}, throwing('read', chatty))
    const till = newClient().connect('till')
    await settle()
    const { context } = till.actor.getSnapshot()
    expect(context.failure?.message).toContain('its disk or quota is full')
    expect(JSON.stringify(context)).not.toContain('MARKER')
  })

  it('without a promise is treated the same', async () => {
    const vault: Vault = {
      ...memoryVault(),
      read: () => {
        throw new VaultError('unsupported')
      },
    }
    const { newClient } = tillOnStage({}, vault)
    const till = newClient().connect('till')
    await settle()
    expect(till.actor.getSnapshot().context.failure?.message).toContain('its place lacks what a vault needs')
  })
})

describe('an answer that the vault cannot take', () => {
  const foreign = { ...blank, client: 'somebody else' }

  /** A till whose refresh is answered, while somebody else's record has come in place of its own. */
  async function displaced() {
    // Nobody tells of it: a vault that can has the session withdrawn at once.
    const stage = tillOnStage({}, unwatchedVault(memoryVault()))
    const { vault, newClient, authorize, hold, requests } = stage
    const till = newClient().connect('till')
    await authorize(till)
    const old = await till.accessToken()
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    const { revision = '' } = (await vault.read('till')) ?? {}
    await vault.erase('till', revision)
    await vault.write('till', foreign, undefined)
    expect(requests('refresh_token')).toHaveLength(1)
    return { ...stage, till, release, old }
  }

  it("since it holds somebody else's record is offered three times, and the lease is given back", async () => {
    const { vault, till, release, old } = await displaced()
    const reads = vi.spyOn(vault, 'read')
    release()
    await settle()
    expect(stateOf(till)).toBe('refreshing')
    expect(await vault.isLeased('till')).toBe(true)
    // Meanwhile it is in memory, and its token usable.
    expect(await till.accessToken()).not.toBe(old)
    expect(reads).toHaveBeenCalledTimes(1)
    await pass(2)
    expect(reads).toHaveBeenCalledTimes(3)
    expect(await vault.isLeased('till')).toBe(false)
    expect(stateOf(till)).toBe('backingOff')
    expect(till.actor.getSnapshot().context.failure).toMatchObject({ code: 'vault_mismatch' })
    expect((await vault.read('till'))?.record).toEqual(foreign)
  })

  it('for that reason is told by stop(), and overwrites nothing', async () => {
    const { vault, till, release, requests } = await displaced()
    release()
    await pass(10)
    await expect(till.stop()).rejects.toMatchObject({ code: 'vault_mismatch' })
    expect((await vault.read('till'))?.record).toEqual(foreign)
    expect(requests('refresh_token')).toHaveLength(1)
  })

  it('for that reason is tried once more, where stop() is called meanwhile', async () => {
    const { till, release } = await displaced()
    release()
    await settle()
    const stopping = till.stop()
    await expect(stopping).rejects.toMatchObject({ code: 'vault_mismatch' })
  })

  it('until its third try, which finds the place free, belongs to nobody, and is revoked', async () => {
    const { vault, till, release, requests, emulator } = await displaced()
    release()
    await pass(1)
    expect(stateOf(till)).toBe('refreshing')
    const token = await till.accessToken()
    const { revision = '' } = (await vault.read('till')) ?? {}
    await vault.erase('till', revision)
    await pass(2)
    expect(stateOf(till)).toBe('idle')
    expect(requests('/oauth/revoke')).toHaveLength(1)
    expect(emulator.accepts('tyro', token)).toBe(true)
    await expect(till.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
  })

  it('since its disk is full is offered until it takes it, however long', async () => {
    const { vault, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const { write } = vault
    let writes = 0
    let full = true
    vi.spyOn(vault, 'write').mockImplementation(async (...change) => {
      if (++writes > 1 && full) throw new VaultError('full')
      return write(...change)
    })
    till.send({ type: 'token.refresh' })
    await pass(300)
    expect(stateOf(till)).toBe('refreshing')
    expect(writes).toBeGreaterThan(10)
    full = false
    await pass(31)
    expect(stateOf(till)).toBe('authorized')
    expect((await vault.read('till'))?.record).toMatchObject({ generation: 2 })
    expect(requests('refresh_token')).toHaveLength(1)
  })

  it.each(['wrong_key', 'newer_format'] as const)(
    'since what stands there cannot be read (%s) is offered until it can',
    async (problem) => {
      const { vault, newClient, authorize, hold, requests } = tillOnStage()
      const till = newClient().connect('till')
      await authorize(till)
      const release = hold('refresh_token')
      till.send({ type: 'token.refresh' })
      await settle()
      const reads = vi.spyOn(vault, 'read').mockImplementation(() => Promise.reject(new VaultError(problem)))
      release()
      await pass(120)
      expect(stateOf(till)).toBe('refreshing')
      reads.mockRestore()
      await pass(6)
      expect(stateOf(till)).toBe('authorized')
      expect((await vault.read('till'))?.record).toMatchObject({ generation: 2 })
      expect([requests('refresh_token').length, requests('/oauth/revoke').length]).toEqual([1, 0])
    },
  )

  it('since the record was damaged meanwhile is stored all the same: what it said is known', async () => {
    const { vault, newClient, authorize, hold, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    const { revision = '' } = (await vault.read('till')) ?? {}
    vi.spyOn(vault, 'read').mockImplementationOnce(() => Promise.reject(new VaultError('corrupt')))
    await vault.erase('till', revision)
    await settle()
    release()
    await pass(2)
    expect(stateOf(till)).toBe('authorized')
    expect((await vault.read('till'))?.record).toMatchObject({ generation: 2 })
    expect([requests('refresh_token').length, requests('/oauth/revoke').length]).toEqual([1, 0])
  })
})

describe('a vault that cannot be written to, but read', () => {
  it('is tried less and less often', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const tries = vi.spyOn(vault, 'write').mockImplementation(() => Promise.reject(new VaultError('full')))
    till.send({ type: 'token.refresh' })
    await pass(60)
    expect(stateOf(till)).toBe('backingOff')
    expect(tries.mock.calls.length).toBeGreaterThan(3)
    expect(tries.mock.calls.length).toBeLessThan(9)
  })
})

describe('a vault that does not answer', () => {
  const hang = () => new Promise<never>(() => {})

  it.each(['read', 'write', 'lease'] as const)(
    'to %s is in trouble after half a minute, and may come back',
    async (step) => {
      const { vault, newClient, authorize } = tillOnStage()
      const till = newClient().connect('till')
      await authorize(till)
      vi.spyOn(vault, step).mockImplementationOnce(hang)
      till.send({ type: 'token.refresh' })
      await pass(20)
      expect(stateOf(till)).toBe('refreshing')
      await pass(10)
      expect(stateOf(till)).toBe('backingOff')
      expect(till.actor.getSnapshot().context.failure).toMatchObject({ code: 'vault_unavailable' })
      await pass(5)
      expect([stateOf(till), till.actor.getSnapshot().context.token?.generation]).toEqual(['authorized', 2])
    },
  )

  it('when a lease is given back holds nobody up', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const { lease } = vault
    vi.spyOn(vault, 'lease').mockImplementationOnce(async (...wish) => {
      const taken = await lease(...wish)
      return taken && { ...taken, release: hang }
    })
    till.send({ type: 'token.refresh' })
    await pass(2)
    expect(stateOf(till)).toBe('authorized')
  })

  it('gives a lease that came too late back at once', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const { lease } = vault
    let come = () => {}
    vi.spyOn(vault, 'lease').mockImplementationOnce(async (...wish) => {
      await new Promise<void>((resolve) => (come = resolve))
      return lease(...wish)
    })
    till.send({ type: 'token.refresh' })
    await pass(30)
    expect(stateOf(till)).toBe('backingOff')
    come()
    await settle()
    expect(await vault.isLeased('till')).toBe(false)
  })

  it('with what was promised, but null, has lost a race, and is asked again', async () => {
    const stage = tillOnStage()
    const { write } = stage.vault
    let nothing = 1
    // A database's answer where no row was changed.
    const odd: unknown = {
      ...stage.vault,
      write: async (...change: Parameters<Vault['write']>) => (nothing-- > 0 ? null : write(...change)),
    }
    const till = stage.newClient({ vault: odd as Vault }).connect('till')
    await stage.authorize(till)
    expect(stateOf(till)).toBe('authorized')
  })

  it.each([
    [
      'throws',
      () => () => {
        throw new Error('MARKER')
      },
    ],
    ['is none', () => Promise.resolve()],
  ])('nothing of an unwatch that %s leaves stop()', async (_, watch) => {
    const stage = tillOnStage()
    const odd: unknown = { ...stage.vault, watch }
    const till = stage.newClient({ vault: odd as Vault }).connect('till')
    await settle()
    await expect(till.stop()).resolves.toBeUndefined()
  })
})

describe('a record under a key that was lost', () => {
  it('is set aside by forget(), and the merchant connects again', async () => {
    const stage = tillOnStage()
    const aside: string[] = []
    let lost = true
    const vault: Vault = {
      ...stage.vault,
      read: (name) => (lost ? Promise.reject(new VaultError('wrong_key')) : stage.vault.read(name)),
      setAside: async (name) => {
        aside.push(name)
        lost = false
      },
    }
    const till = stage.newClient({ vault }).connect('till')
    await pass(1)
    expect(stateOf(till)).toBe('backingOff')
    await till.forget()
    expect(aside).toEqual(['till'])
    await stage.authorize(till)
    expect(stateOf(till)).toBe('authorized')
  })

  it("of somebody else's is not set aside, and neither is anything in a vault that cannot", async () => {
    const stage = tillOnStage()
    const setAside = vi.fn(async () => {})
    await stage.vault.write('till', { ...blank, provider: 'mypos' }, undefined)
    const till = stage.newClient({ vault: { ...stage.vault, setAside } }).connect('till')
    await expect(till.forget()).rejects.toMatchObject({ code: 'vault_mismatch' })
    expect(setAside).not.toHaveBeenCalled()
    const read = () => Promise.reject(new VaultError('wrong_key'))
    const other = stage.newClient({ vault: { ...stage.vault, read } }).connect('till')
    await expect(other.forget()).rejects.toMatchObject({ code: 'vault_mismatch' })
  })
})

describe('a process that was frozen after its intent was stored', () => {
  it('sends nothing with what others have used meanwhile', async () => {
    const stage = tillOnStage()
    const { vault, requests } = stage
    const [one, other] = [stage.newClient().connect('till'), stage.newClient().connect('till')]
    await stage.authorize(one)
    const { write } = vault
    let thaw = () => {}
    vi.spyOn(vault, 'write').mockImplementationOnce(async (...change) => {
      const revision = await write(...change)
      await new Promise<void>((resolve) => (thaw = resolve))
      return revision
    })
    // Its timers stand still as well: the lease is not renewed.
    const { lease } = vault
    vi.spyOn(vault, 'lease').mockImplementationOnce(async (...wish) => {
      const taken = await lease(...wish)
      return taken && { ...taken, renew: async () => (await vault.isLeased('till')) && false }
    })
    one.send({ type: 'token.refresh' })
    await pass(12)
    other.send({ type: 'token.refresh' })
    await pass(2)
    expect(requests('refresh_token')).toHaveLength(1)
    thaw()
    await pass(3)
    expect(requests('refresh_token')).toHaveLength(1)
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
    expect(await one.accessToken()).toBe(await other.accessToken())
  })
})
