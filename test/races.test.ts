import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryVault, type Vault } from '../src/index.ts'
import { viewOf } from '../src/view/index.ts'
import { deviceGrant, pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a cancel against the winning poll', () => {
  it('shows at once, and the token that arrives afterwards is revoked, not kept', async () => {
    const { emulator, vault, newClient, hold, requests } = tillOnStage()
    const till = newClient().connect('till')
    till.send({ type: 'authorization.start' })
    await settle()
    const { prompt } = till.actor.getSnapshot().context
    emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
    const release = hold('device_code')
    await pass(6)
    expect(stateOf(till)).toBe('polling')

    till.send({ type: 'authorization.cancel' })
    expect(stateOf(till)).toBe('forgetting')
    await settle()
    expect(stateOf(till)).toBe('idle')
    expect(till.actor.getSnapshot().context.endedBecause).toBe('cancelled')
    release()
    await settle()
    expect(requests('/oauth/revoke')).toHaveLength(1)
    expect(await vault.read('till')).toBeUndefined()
    const restarted = newClient().connect('till')
    await pass(2)
    expect(stateOf(restarted)).toBe('idle')
  })

  it('revokes a token that was stored a moment before', async () => {
    const { emulator, vault, newClient, requests } = tillOnStage()
    const till = newClient().connect('till')
    till.send({ type: 'authorization.start' })
    await settle()
    const { prompt } = till.actor.getSnapshot().context
    emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
    const write = vi.spyOn(vault, 'write')
    let cancelled = false
    write.mockImplementation(async (name, record, revision) => {
      write.mockRestore()
      const stored = await vault.write(name, record, revision)
      vi.spyOn(vault, 'write').mockImplementation(async (...args) => {
        vi.mocked(vault.write).mockRestore()
        const revised = await vault.write(...args)
        cancelled = till.send({ type: 'authorization.cancel' }) === undefined
        return revised
      })
      return stored
    })
    await pass(6)
    expect(cancelled).toBe(true)
    expect(stateOf(till)).toBe('idle')
    expect(requests('/oauth/revoke')).toHaveLength(1)
    expect(await vault.read('till')).toBeUndefined()
  })
})

describe('a revoke asked for while refreshing', () => {
  it('is in the record before the answer, stops tokens at once, and follows the answer', async () => {
    const { vault, newClient, hold, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    till.send({ type: 'token.revoke' })
    expect(stateOf(till)).toBe('refreshing')
    await expect(till.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await settle()
    expect((await vault.read('till'))?.record).toMatchObject({ wantsRevoke: true, inFlight: { step: 'refreshToken' } })

    release()
    await settle()
    expect(stateOf(till)).toBe('revoked')
    const [refresh] = requests('refresh_token')
    const [revocation] = requests('/oauth/revoke')
    const rotated = JSON.parse(refresh?.body ?? '{}').refresh_token
    expect(revocation?.form.get('token')).toBe(rotated)
    expect(await vault.read('till')).toMatchObject({ record: { ended: { standing: 'revoked' } } })
  })
})

describe('a revoke answered 503', () => {
  it('backs off, hands out no token, survives a restart and is carried out in the end', async () => {
    const { emulator, newClient, authorize, requests } = tillOnStage()
    const client = newClient()
    const till = client.connect('till')
    await authorize(till)
    emulator.fault({ provider: 'tyro', endpoint: 'revocation', times: 2 }, { kind: 'status', status: 503 })
    till.send({ type: 'token.revoke' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    expect(till.actor.getSnapshot().context.failure).toMatchObject({ code: 'server_unavailable', status: 503 })
    await expect(till.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await till.stop()

    const restarted = newClient().connect('till')
    await pass(1)
    await expect(restarted.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await pass(10)
    expect(stateOf(restarted)).toBe('revoked')
    expect(requests('/oauth/revoke')).toHaveLength(3)
  })
})

describe('a revoke that is to wait for an hour', () => {
  it('is told as a disconnect, and tried again when somebody asks for it', async () => {
    const { emulator, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const headers = { 'retry-after': '3600' }
    emulator.fault({ provider: 'tyro', endpoint: 'revocation' }, { kind: 'status', status: 503, headers })
    till.send({ type: 'token.revoke' })
    await settle()
    const seen = viewOf(till.actor.getSnapshot(), Date.now())
    expect(seen).toMatchObject({ title: 'Disconnecting', waiting: { secondsLeft: 3600 } })
    expect(seen.buttons.map(({ event }) => event)).toEqual(['token.revoke', 'token.forget'])
    await expect(till.accessToken()).rejects.toMatchObject({
      code: 'authorization_required',
      message: expect.stringContaining('A disconnect was asked for'),
    })
    expect(till.send({ type: 'token.refresh' })).toMatchObject({ code: 'not_supported' })
    till.send({ type: 'token.revoke' })
    await settle()
    expect(stateOf(till)).toBe('revoked')
    expect(requests('/oauth/revoke')).toHaveLength(2)
  })

  it('is told as one too where the vault does not take the wish', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    vi.spyOn(vault, 'write').mockRejectedValueOnce(new Error('read-only'))
    till.send({ type: 'token.revoke' })
    await settle()
    expect(till.actor.getSnapshot().context).toMatchObject({ wantsRevoke: true, token: undefined })
    await pass(3)
    expect(stateOf(till)).toBe('revoked')
  })
})

describe('stop()', () => {
  it('ends waiting behind a held lease at once, and nothing is sent', async () => {
    const { vault, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const lease = await vault.lease('till', 3_600_000)
    till.send({ type: 'token.refresh' })
    await pass(2)
    expect(stateOf(till)).toBe('refreshing')
    await till.stop()
    await expect(till.accessToken()).rejects.toMatchObject({ code: 'stopped' })
    await lease?.release()
    await pass(5)
    expect(requests('refresh_token')).toHaveLength(0)
    expect(till.send({ type: 'token.refresh' })).toMatchObject({ code: 'stopped' })
  })

  it('waits for a request in flight, whose answer is stored', async () => {
    const { vault, newClient, authorize, hold } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const release = hold('refresh_token')
    till.send({ type: 'token.refresh' })
    await settle()
    let stopped = false
    const stopping = till.stop().then(() => (stopped = true))
    await settle()
    expect(stopped).toBe(false)
    release()
    await stopping
    expect(await vault.read('till')).toMatchObject({ record: { generation: 2 } })
  })

  it('rejects a caller who waits for a token', async () => {
    const { newClient, authorize, hold } = tillOnStage({ tyro: { accessTokenLifetime: 60 } })
    const till = newClient().connect('till')
    await authorize(till)
    hold('refresh_token')
    await pass(61)
    const caller = expect(till.accessToken()).rejects.toMatchObject({ code: 'stopped' })
    void till.stop()
    await caller
  })
})

describe('storing that fails after the POST', () => {
  it('keeps the answer in memory, stays in the state, lets the token be used, and stores it in the end', async () => {
    const { vault, newClient, authorize, requests } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const first = await till.accessToken()
    const disk = fullDisk(vault, 2)
    till.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(till)).toBe('refreshing')
    const second = await till.accessToken()
    expect(second).not.toBe(first)
    expect(await vault.read('till')).toMatchObject({ record: { generation: 1 } })
    disk.free()
    await pass(60)
    expect(stateOf(till)).toBe('authorized')
    expect(await vault.read('till')).toMatchObject({ record: { generation: 2, tokens: { accessToken: second } } })
    expect(requests('refresh_token')).toHaveLength(1)
  })

  it('is told by stop(), after one more try', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    fullDisk(vault, 2)
    till.send({ type: 'token.refresh' })
    await settle()
    await expect(till.stop()).rejects.toMatchObject({ code: 'vault_unavailable' })
  })
})

/** From its nth write on, a vault's disk is full. */
function fullDisk(vault: Vault, nth: number): { free(): void } {
  let writes = 0
  let full = true
  const write = vault.write.bind(vault)
  vi.spyOn(vault, 'write').mockImplementation(async (...args) => {
    if (full && ++writes >= nth) throw new Error('ENOSPC')
    return write(...args)
  })
  return { free: () => (full = false) }
}

describe('two connections of one name', () => {
  it('refresh once between them', async () => {
    const { newClient, authorize, requests } = tillOnStage()
    const client = newClient()
    const [one, other] = [client.connect('till'), client.connect('till')]
    await authorize(one)
    // It was told.
    expect(stateOf(other)).toBe('authorized')
    one.send({ type: 'token.refresh' })
    other.send({ type: 'token.refresh' })
    await pass(2)
    expect(requests('refresh_token')).toHaveLength(1)
    expect(await one.accessToken()).toBe(await other.accessToken())
  })

  it('of two clients with one vault share a login, poll once per interval and adopt the token', async () => {
    const { emulator, newClient, requests } = tillOnStage()
    const [one, other] = [newClient().connect('till'), newClient().connect('till')]
    one.send({ type: 'authorization.start' })
    other.send({ type: 'authorization.start' })
    await pass(1)
    expect(requests('/oauth/device/code')).toHaveLength(1)
    await pass(15)
    expect(requests(deviceGrant).every(({ status }) => status === 403)).toBe(true)
    const polls = requests(deviceGrant).map(({ at }) => at)
    for (const [index, at] of polls.entries()) expect(at - (polls[index - 1] ?? 0)).toBeGreaterThanOrEqual(5_500)
    const { prompt } = other.actor.getSnapshot().context
    emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
    await pass(12)
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
    expect(await one.accessToken()).toBe(await other.accessToken())
  })
})

describe('recalling', () => {
  it('keeps an event that is sent right after connect()', async () => {
    const { newClient } = tillOnStage()
    const till = newClient().connect('till')
    expect(stateOf(till)).toBe('recalling')
    expect(till.send({ type: 'authorization.start' })).toBeUndefined()
    await settle()
    expect(stateOf(till)).toBe('awaitingUser')
  })

  it('waits while an intent stands under a held lease, and then sees what became of it', async () => {
    const { newClient, authorize, hold } = tillOnStage()
    const one = newClient().connect('till')
    await authorize(one)
    const release = hold('refresh_token')
    one.send({ type: 'token.refresh' })
    await settle()
    const other = newClient().connect('till')
    await pass(3)
    expect(stateOf(other)).toBe('recalling')
    release()
    await pass(1)
    expect(stateOf(other)).toBe('authorized')
    expect(other.actor.getSnapshot().context.token?.generation).toBe(2)
  })

  it('goes on where the vault was in trouble, with the wish that was sent meanwhile', async () => {
    const vault = memoryVault()
    const { newClient } = tillOnStage({}, vault)
    vi.spyOn(vault, 'read').mockRejectedValueOnce(new Error('locked'))
    const till = newClient().connect('till')
    till.send({ type: 'authorization.start' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    expect(till.actor.getSnapshot().context.failure).toMatchObject({ code: 'vault_unavailable', retryable: true })
    await pass(2)
    expect(stateOf(till)).toBe('awaitingUser')
  })
})
