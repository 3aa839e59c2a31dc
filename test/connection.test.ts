import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryVault, type Transition, tyro } from '../src/index.ts'
import { pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('on()', () => {
  it('tells each transition with its event, its duration, and which endpoint answered with which status', async () => {
    const { newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    const transitions: Transition[] = []
    till.on('transition', (transition) => transitions.push(transition))
    await authorize(till)
    const done = 'xstate.done.actor.'
    expect(transitions.map(({ from, to, event, endpoint, status }) => [from, to, event, endpoint, status])).toEqual([
      ['recalling', 'requestingCode', `${done}recall`, undefined, undefined],
      ['requestingCode', 'awaitingUser', `${done}requestCode`, 'deviceAuthorization', 200],
      ['awaitingUser', 'polling', `${done}nextPoll`, undefined, undefined],
      ['polling', 'authorized', `${done}pollToken`, 'token', 200],
    ])
    expect(transitions[2]?.duration).toBe(5_500)
  })

  it('tells with each transition what is wrong after it, also while a token still lives', async () => {
    const { newClient, authorize, emulator } = tillOnStage()
    const till = newClient().connect('till')
    const told: unknown[] = []
    await authorize(till)
    till.on('transition', ({ to, failure }) => told.push([to, failure]))
    emulator.revokeAll('tyro')
    till.send({ type: 'token.refresh' })
    await settle()
    expect(told).toEqual([
      ['refreshing', undefined],
      ['authorized', 'session_expired'],
    ])
  })

  it('tells of the prompt, the token and the end, once each', async () => {
    const { newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    const told: unknown[] = []
    till.on('prompt.changed', ({ prompt }) => told.push(['prompt', prompt?.kind]))
    till.on('token.changed', ({ token }) => told.push(['token', token?.generation]))
    till.on('ended', ({ because }) => told.push(['ended', because]))
    await authorize(till)
    till.send({ type: 'token.refresh' })
    await settle()
    till.send({ type: 'token.revoke' })
    await settle()
    expect(told).toEqual([
      ['prompt', 'device'],
      ['prompt', undefined],
      ['token', 1],
      ['token', 2],
      ['token', undefined],
      ['ended', 'revoked'],
    ])
  })

  it('tells the same ending again when it happens again', async () => {
    const { emulator, newClient } = tillOnStage()
    const till = newClient().connect('till')
    const endings: string[] = []
    till.on('ended', ({ because }) => endings.push(because))
    for (let times = 0; times < 2; times++) {
      till.send({ type: 'authorization.start' })
      await settle()
      const { prompt } = till.actor.getSnapshot().context
      emulator.deny(prompt?.kind === 'device' ? prompt.userCode : '')
      await pass(6)
    }
    expect(endings).toEqual(['authorization_denied', 'authorization_denied'])
  })

  it('stops telling when it is unsubscribed', async () => {
    const { newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    const listener = vi.fn()
    till.on('transition', listener).unsubscribe()
    till.on('token.changed', listener).unsubscribe()
    await authorize(till)
    expect(listener).not.toHaveBeenCalled()
  })
})

describe('send()', () => {
  it('says why an event is refused, and changes nothing', async () => {
    const { newClient } = tillOnStage()
    const till = newClient().connect('till')
    await settle()
    const refusal = till.send({ type: 'token.revoke' })
    expect(refusal).toMatchObject({
      code: 'not_supported',
      message: expect.stringContaining('token.revoke in state idle'),
    })
    expect(stateOf(till)).toBe('idle')
  })

  it('names an event that no state knows', async () => {
    const { newClient } = tillOnStage()
    const till = newClient().connect('till')
    await settle()
    // @ts-expect-error an event of nobody's
    expect(till.send({ type: 'token.polish' })).toMatchObject({ message: expect.stringContaining('token.polish') })
    // @ts-expect-error not even an event
    expect(till.send(undefined)).toMatchObject({ code: 'not_supported' })
    till.actor.send(JSON.parse('{"type":"token.polish"}'))
    expect(stateOf(till)).toBe('idle')
  })
})

describe('forget()', () => {
  it('erases the record and tells nobody', async () => {
    const { emulator, vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const before = emulator.journal.length
    await till.forget()
    expect(stateOf(till)).toBe('idle')
    expect(await vault.read('till')).toBeUndefined()
    expect(emulator.journal).toHaveLength(before)
    await till.forget()
  })

  it('rejects where the vault is in trouble, and is carried out later', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    vi.spyOn(vault, 'erase').mockRejectedValueOnce(new Error('read-only'))
    await expect(till.forget()).rejects.toMatchObject({ code: 'vault_unavailable' })
    await pass(5)
    expect(await vault.read('till')).toBeUndefined()
    expect(stateOf(till)).toBe('idle')
  })
})

describe('forget() together with other wishes', () => {
  it('resolves where a disconnect is asked for right after it, and the vault is still being read', async () => {
    const { vault, newClient, authorize } = tillOnStage()
    await authorize(newClient().connect('till'))
    const till = newClient().connect('till')
    expect(stateOf(till)).toBe('recalling')
    const forgotten = till.forget()
    till.send({ type: 'token.revoke' })
    await settle()
    await forgotten
    expect(stateOf(till)).toBe('idle')
    expect(await vault.read('till')).toBeUndefined()
  })

  it('resolves where a listener calls it at the news of trouble', async () => {
    const { emulator, newClient, authorize } = tillOnStage()
    const till = newClient().connect('till')
    await authorize(till)
    const forgetting: Promise<void>[] = []
    till.on('transition', ({ to }) => void (to === 'backingOff' && forgetting.push(till.forget())))
    emulator.fault({ provider: 'tyro', endpoint: 'token' }, { kind: 'status', status: 503 })
    till.send({ type: 'token.refresh' })
    await settle()
    expect(forgetting).toHaveLength(1)
    await Promise.all(forgetting)
    expect(stateOf(till)).toBe('idle')
  })
})

describe('a record that does not belong', () => {
  const foreign = [
    ['of another provider', { provider: 'mypos' }, 'another provider'],
    ['of another client', { client: 'device_code someone-else x' }, 'another client'],
  ] as const
  const unreadable = [
    ['of a much newer version', { version: 4 }, 'written by a newer version'],
    ['of no version', { version: 0 }, 'malformed record at version'],
    ['with a malformed member', { tokens: { accessToken: 7 } }, 'malformed record at tokens.'],
  ] as const

  async function tillWith(difference: object) {
    const vault = memoryVault()
    const { newClient } = tillOnStage({}, vault)
    const client = `device_code pos ${tyro.endpoints.token}`
    const record = { version: 1, provider: 'tyro', client, generation: 0, ...difference }
    await vault.write('till', JSON.parse(JSON.stringify(record)), undefined)
    return { vault, record, till: newClient().connect('till') }
  }

  it.each([...foreign, ...unreadable])('%s is refused, named and left alone', async (_, difference, message) => {
    const { vault, record, till } = await tillWith(difference)
    till.send({ type: 'authorization.start' })
    await settle()
    expect(stateOf(till)).toBe('backingOff')
    const { failure } = till.actor.getSnapshot().context
    expect(failure).toMatchObject({ code: 'vault_mismatch', message: expect.stringContaining(message) })
    expect((await vault.read('till'))?.record).toEqual(record)
  })

  it.each(foreign)('%s cannot be forgotten here', async (_, difference) => {
    const { vault, record, till } = await tillWith(difference)
    await settle()
    await expect(till.forget()).rejects.toMatchObject({ code: 'vault_mismatch' })
    expect((await vault.read('till'))?.record).toEqual(record)
  })

  it.each(unreadable)('%s can be forgotten on request, so that nobody is stuck with it', async (_, difference) => {
    const { vault, till } = await tillWith(difference)
    await settle()
    const forgetting = till.forget().catch(() => {})
    await pass(1)
    await forgetting
    expect(await vault.read('till')).toBeUndefined()
    expect(stateOf(till)).toBe('idle')
  })
})

describe('[Symbol.asyncDispose]', () => {
  it('stops the connection at the end of its block', async () => {
    const { newClient } = tillOnStage()
    let kept: ReturnType<ReturnType<typeof newClient>['connect']> | undefined
    {
      await using till = newClient().connect('till')
      kept = till
    }
    await expect(kept?.accessToken()).rejects.toMatchObject({ code: 'stopped' })
  })
})
