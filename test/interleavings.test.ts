import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEmulator } from '../src/emulator/index.ts'
import {
  type ConnectionRecord,
  createClient,
  createEnvironment,
  defineProvider,
  memoryVault,
  mypos,
  sumupPosPro,
  tyro,
  type Vault,
} from '../src/index.ts'
import { deviceGrant, pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.clearAllTimers()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A vault on a slow disk: a method acts at once, and its answer takes a while; `queue` is the time before it acts. */
function slow(vault: Vault, ms: { read?: number; write?: number; queue?: number; release?: number }): Vault {
  const after = async <T>(wait: number | undefined, work: () => Promise<T>): Promise<T> => {
    const result = await work()
    if (wait) await delay(wait)
    return result
  }
  return {
    ...vault,
    read: (name) => after(ms.read, () => vault.read(name)),
    async write(...args) {
      if (ms.queue) await delay(ms.queue)
      return after(ms.write, () => vault.write(...args))
    },
    async lease(name, duration) {
      const lease = await vault.lease(name, duration)
      return lease && { renew: () => lease.renew(), release: () => after(ms.release, () => lease.release()) }
    },
  }
}

const recordIn = async (vault: Vault) => (await vault.read('till'))?.record as ConnectionRecord | undefined

/** Connected in a quick vault, and opened again in a slow one. */
async function openedSlowly(ms: Parameters<typeof slow>[1]) {
  const memory = memoryVault()
  const stage = tillOnStage({}, memory)
  const first = stage.newClient().connect('till')
  await stage.authorize(first)
  await first.stop()
  const till = stage.newClient({ vault: slow(memory, ms) }).connect('till')
  await pass(2)
  expect(stateOf(till)).toBe('authorized')
  return { ...stage, memory, till }
}

describe('a disconnect asked while refreshing', () => {
  it('is not lost while the answer is queued to be written', async () => {
    const { till, emulator, requests, memory } = await openedSlowly({ queue: 50 })
    till.send({ type: 'token.refresh' })
    const refreshes = () => emulator.journal.filter(({ form }) => form.get('grant_type') === 'refresh_token').length
    for (let step = 0; step < 100 && refreshes() < 1; step++) await vi.advanceTimersByTimeAsync(5)
    await settle()
    till.send({ type: 'token.revoke' })
    await pass(30)
    expect.soft(await till.accessToken().catch(({ code }) => code)).toBe('authorization_required')
    expect.soft((await recordIn(memory))?.tokens).toBeUndefined()
    expect.soft(requests('/oauth/revoke')).toHaveLength(1)
  })

  it('is not lost while the answer is being written', async () => {
    const { till, memory, requests } = await openedSlowly({ write: 50 })
    const write = vi.spyOn(memory, 'write')
    till.send({ type: 'token.refresh' })
    // The second write is the answer: it is in the vault, which has not said so yet.
    for (let step = 0; step < 100 && write.mock.calls.length < 2; step++) await vi.advanceTimersByTimeAsync(5)
    till.send({ type: 'token.revoke' })
    await pass(30)
    expect.soft(await till.accessToken().catch(({ code }) => code)).toBe('authorization_required')
    expect.soft(stateOf(till)).toBe('revoked')
    expect.soft(requests('/oauth/revoke')).toHaveLength(1)
  })

  it('is not forgotten while the lease is given back', async () => {
    const { till, memory, requests } = await openedSlowly({ release: 50 })
    const write = vi.spyOn(memory, 'write')
    till.send({ type: 'token.refresh' })
    for (let step = 0; step < 100 && write.mock.calls.length < 2; step++) await vi.advanceTimersByTimeAsync(1)
    await settle()
    expect(stateOf(till)).toBe('refreshing')
    till.send({ type: 'token.revoke' })
    await pass(600)
    expect.soft(stateOf(till)).toBe('revoked')
    expect.soft(requests('/oauth/revoke')).toHaveLength(1)
  })
})

describe('a cancel before anything was sent', () => {
  it('of a device login leaves nothing behind', async () => {
    const memory = memoryVault()
    const { newClient, requests } = tillOnStage({}, slow(memory, { read: 50 }))
    const till = newClient().connect('till')
    await pass(1)
    till.send({ type: 'authorization.start' })
    await settle()
    till.send({ type: 'authorization.cancel' })
    await pass(2)
    expect(stateOf(till)).toBe('idle')
    expect.soft(requests('/oauth/device/code')).toHaveLength(0)
    expect.soft(await recordIn(memory)).toBeUndefined()
    const restarted = newClient().connect('till')
    await pass(2)
    expect.soft(stateOf(restarted)).toBe('idle')
  })

  it('of a service leaves no token behind', async () => {
    const memory = memoryVault()
    const emulator = createEmulator({ mypos: { clients: { service: 'right' } } })
    const environment = createEnvironment({ fetch: emulator.fetch })
    const options = { environment, vault: slow(memory, { read: 50 }) }
    const service = createClient(mypos, { clientId: 'service', clientSecret: 'right' }, options).connect('till')
    await pass(1)
    service.send({ type: 'authorization.start' })
    await settle()
    service.send({ type: 'authorization.cancel' })
    await pass(2)
    expect(stateOf(service)).toBe('idle')
    expect.soft((await recordIn(memory))?.tokens).toBeUndefined()
  })

  it('of a redirect leaves nothing behind', async () => {
    const memory = memoryVault()
    const registration = { clientId: 'a', clientSecret: 'b', redirectUri: 'https://pos.example/callback' }
    const office = createClient(sumupPosPro, registration, { vault: slow(memory, { read: 50 }) }).connect('till')
    await pass(1)
    office.send({ type: 'authorization.start' })
    office.send({ type: 'authorization.cancel' })
    await pass(2)
    expect(stateOf(office)).toBe('idle')
    expect(await recordIn(memory)).toBeUndefined()
  })
})

describe('stop() before anything was sent', () => {
  it('sends nothing', async () => {
    const { till, requests } = await openedSlowly({ read: 50 })
    till.send({ type: 'token.refresh' })
    await settle()
    const stopped = till.stop()
    await pass(1)
    await stopped
    expect(requests('refresh_token')).toHaveLength(0)
  })
})

describe('a lost refresh that must not be repeated', () => {
  it('does not turn in a circle until the token at hand ends', async () => {
    const never = defineProvider({ ...tyro, refreshAfterLostAnswer: 'never' })
    const emulator = createEmulator({ tyro: { accessTokenLifetime: 3600 } })
    const environment = createEnvironment({ fetch: emulator.fetch, random: () => 0 })
    const vault = memoryVault()
    const till = createClient(never, { clientId: 'pos' }, { environment, vault }).connect('till')
    till.send({ type: 'authorization.start' })
    await settle()
    const { prompt } = till.actor.getSnapshot().context
    emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
    await pass(6)
    expect(stateOf(till)).toBe('authorized')
    emulator.fault({ provider: 'tyro', endpoint: 'token', times: 50 }, { kind: 'reset' })
    await pass(3290)
    const lease = vi.spyOn(vault, 'lease')
    await pass(20)
    expect(lease.mock.calls.length).toBeLessThan(5)
  }, 60_000)
})

describe('a lost refresh that must not be repeated', () => {
  it('does not keep a dead token authorized', async () => {
    const vault = memoryVault()
    const client = 'device_code pos https://auth.connect.tyro.com/oauth/token'
    const tokens = {
      accessToken: 'a',
      refreshToken: 'r',
      type: 'Bearer',
      scope: '',
      since: 0,
      renewable: true,
      extra: {},
    }
    const inFlight = { step: 'refreshToken' as const, at: Date.now() - 1000, tries: 1, once: true }
    const record = { version: 2 as const, provider: 'tyro', client, generation: 1, inFlight }
    await vault.write('till', { ...record, tokens: { ...tokens, expiresAt: Date.now() + 5_000 } }, undefined)
    const till = createClient(tyro, { clientId: 'pos' }, { vault }).connect('till')
    await pass(10)
    expect(stateOf(till)).toBe('expired')
    await till.stop()
  })
})

describe('a clock that is set back', () => {
  it('by an hour does not prolong a back-off by an hour', async () => {
    const { emulator, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503 })
    till.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(5)
    expect(stateOf(till)).toBe('authorized')
    expect(requests('refresh_token')).toHaveLength(2)
    await till.stop()
  })

  it('by an hour does not make a rate-limited refresh turn in a circle', async () => {
    const { emulator, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const limited = { kind: 'status', status: 429, headers: { 'retry-after': '20' } } as const
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, limited)
    till.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    let transitions = 0
    till.on('transition', () => transitions++)
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(25)
    expect(stateOf(till)).toBe('authorized')
    expect(requests('refresh_token')).toHaveLength(2)
    expect(transitions).toBeLessThan(5)
    await till.stop()
  })

  it('by an hour does not stop the polls of a login', async () => {
    const { emulator, newClient, requests } = tillOnStage()
    const till = newClient().connect('till')
    till.send({ type: 'authorization.start' })
    await pass(6)
    expect(requests(deviceGrant)).toHaveLength(1)
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(7)
    expect(requests(deviceGrant)).toHaveLength(2)
    const { prompt } = till.actor.getSnapshot().context
    emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
    // The server's clock was set back as well, and it asked to slow down.
    await pass(12)
    expect(stateOf(till)).toBe('authorized')
    await till.stop()
  })

  it('does not prolong the patience with a request', async () => {
    const { emulator, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'hang' })
    till.send({ type: 'token.refresh' })
    await settle()
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(120)
    expect(stateOf(till)).not.toBe('refreshing')
  })

  it('does not end the renewing of a lease', async () => {
    const memory = memoryVault()
    let renewals = 0
    const counted = (renew: () => Promise<boolean>) => () => {
      renewals++
      return renew()
    }
    const vault: Vault = {
      ...memory,
      async lease(name, duration) {
        const lease = await memory.lease(name, duration)
        return lease && { ...lease, renew: counted(() => lease.renew()) }
      },
    }
    const { newClient, authorize, hold } = tillOnStage({}, vault)
    const till = newClient().connect('till')
    await authorize(till)
    hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    vi.setSystemTime(Date.now() - 3_600_000)
    renewals = 0
    await pass(20)
    expect(renewals).toBeGreaterThan(3)
  })
})

describe('a name that is connected again', () => {
  it('hands out no token before the vault was read', async () => {
    const { newClient, authorize } = tillOnStage()
    const [here, elsewhere] = [newClient(), newClient()]
    const first = here.connect('till')
    await authorize(first)
    await first.stop()
    const other = elsewhere.connect('till')
    await settle()
    other.send({ type: 'token.revoke' })
    await pass(1)
    expect(stateOf(other)).toBe('revoked')
    const again = here.connect('till')
    expect(stateOf(again)).toBe('recalling')
    await expect(again.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
  })
})

describe('a token that was rejected', () => {
  it('is not handed out again while the record is read and written', async () => {
    const { till } = await openedSlowly({ write: 50, read: 50 })
    const rejected = await till.accessToken()
    till.send({ type: 'token.rejected', generation: 1 })
    const seen = new Set<string>()
    for (let step = 0; step < 50; step++) {
      await vi.advanceTimersByTimeAsync(10)
      void till.accessToken().then((token) => seen.add(token))
    }
    await pass(2)
    expect(seen.size).toBeGreaterThan(0)
    expect([...seen]).not.toContain(rejected)
  })

  it('is not handed out again while the vault is in trouble', async () => {
    const { newClient, authorize, vault } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const rejected = await till.accessToken()
    vi.spyOn(vault, 'write').mockRejectedValue(new Error('ENOSPC'))
    till.send({ type: 'token.rejected', generation: 1 })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    expect(await till.accessToken().catch(({ code }) => code)).not.toBe(rejected)
  })

  it('does not cut a back-off short once for each call that got 401', async () => {
    const { emulator, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    emulator.fault({ provider: 'tyro', endpoint: 'token', times: 1000 }, { kind: 'status', status: 503 })
    till.send({ type: 'token.rejected', generation: 1 })
    await settle()
    for (let call = 0; call < 100; call++) {
      till.send({ type: 'token.rejected', generation: 1 })
      await settle()
    }
    expect(requests('refresh_token').length).toBeLessThan(5)
  })
})

describe('forget()', () => {
  it('erases what another process has stored since', async () => {
    const { newClient, authorize, vault } = tillOnStage()
    const idle = newClient().connect('till')
    await settle()
    expect(stateOf(idle)).toBe('idle')
    await authorize(newClient().connect('till'))
    await idle.forget()
    expect(await recordIn(vault)).toBeUndefined()
  })
})

describe('accessToken()', () => {
  it('gives the live token of the vault while another process refreshes', async () => {
    const { newClient, authorize, hold } = tillOnStage()
    const one = newClient().connect('till')
    await authorize(one)
    const token = await one.accessToken()
    hold('refresh_token')
    one.send({ type: 'token.refresh' })
    await settle()
    const other = newClient().connect('till')
    const answer = other.accessToken({ timeout: 5_000 }).catch(({ code }) => code)
    await pass(10)
    expect(await answer).toBe(token)
  })

  it('does not wait for ever on an actor that the host has stopped', async () => {
    const { newClient, hold, authorize } = tillOnStage({ tyro: { accessTokenLifetime: 60 } })
    const till = newClient().connect('till')
    await authorize(till)
    hold('refresh_token')
    await pass(70)
    const answer = till.accessToken().catch(({ code }) => code)
    till.actor.stop()
    await pass(1)
    expect(await Promise.race([answer, settle().then(() => 'waits for ever')])).toBe('stopped')
  })
})

describe('a disconnect', () => {
  it('does not wait for what a refresh was told to wait', async () => {
    const { emulator, newClient, authorize, hold, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const headers = { 'retry-after': '86400' }
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503, headers })
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    till.send({ type: 'token.revoke' })
    release()
    await pass(600)
    expect(requests('/oauth/revoke')).toHaveLength(1)
  })
})

describe('a disconnect asked while the vault is read', () => {
  it('ends a first request that backs off', async () => {
    const { emulator, newClient, vault } = tillOnStage()
    const till = newClient().connect('till')
    emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 503 })
    till.send({ type: 'authorization.start' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    await till.stop()
    const again = newClient().connect('till')
    expect(again.send({ type: 'token.revoke' })).toBeUndefined()
    await pass(5)
    expect.soft(stateOf(again)).toBe('idle')
    expect.soft(await recordIn(vault)).toBeUndefined()
  })
})

describe('an answer that the vault does not take yet', () => {
  it('stays usable when a second connection of the name reads the vault', async () => {
    const { newClient, authorize, vault } = tillOnStage()
    const client = newClient()
    const till = client.connect('till')
    await authorize(till)
    const write = vault.write.bind(vault)
    let writes = 0
    vi.spyOn(vault, 'write').mockImplementation(async (...args) => {
      if (++writes >= 2) throw new Error('ENOSPC')
      return write(...args)
    })
    const first = await till.accessToken()
    till.send({ type: 'token.refresh' })
    await settle()
    expect(await till.accessToken()).not.toBe(first)
    client.connect('till')
    await settle()
    expect(await till.accessToken()).not.toBe(first)
  })
})

describe('a deeply nested member of an answer', () => {
  it('does not keep the answer from being stored', async () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    const environment = createEnvironment({
      fetch: async () =>
        new Response(`{"access_token":"a","token_type":"Bearer","expires_in":1000,"x":${deep}}`, { status: 200 }),
    })
    const service = createClient(mypos, { clientId: 'a', clientSecret: 'b' }, { environment }).connect('till')
    service.send({ type: 'authorization.start' })
    await pass(60)
    expect(stateOf(service)).toBe('authorized')
  })
})

describe('a rotated refresh token', () => {
  it('is kept when the answer leaves out the token type', async () => {
    const { emulator, newClient, authorize, vault } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const body = { access_token: 'second', refresh_token: 'rotated', expires_in: 1000 }
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 200, body })
    till.send({ type: 'token.refresh' })
    await settle()
    expect((await recordIn(vault))?.tokens?.refreshToken).toBe('rotated')
  })
})

describe('a lone surrogate in a code', () => {
  it('is no defect', async () => {
    const { emulator, newClient } = tillOnStage()
    const till = newClient().connect('till')
    const body = '{"device_code":"\\ud800","user_code":"A","verification_uri":"https://x.example","expires_in":900}'
    emulator.fault({ provider: 'tyro', endpoint: 'deviceAuthorization' }, { kind: 'status', status: 200, body })
    emulator.fault(
      { provider: 'tyro', endpoint: 'token' },
      { kind: 'status', status: 400, body: { error: 'expired_token' } },
    )
    till.send({ type: 'authorization.start' })
    await pass(10)
    expect(till.actor.getSnapshot().context.failure).toMatchObject({ code: 'grant_expired' })
  })
})
