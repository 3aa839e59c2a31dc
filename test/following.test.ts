import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Connection, createEnvironment, type FlowActor, memoryVault, tyro } from '../src/index.ts'
import { createCustody } from '../src/vault/custody.ts'
import { settingsOf, stillEnvironment } from './support/scripted-fetch.ts'
import { appearance, generationOf, unwatchedVault, watchedVault } from './support/several.ts'
import { deviceGrant, pass, settle, stateOf, tillOnStage } from './support/stage.ts'

beforeEach(async () => {
  await import('ky')
  vi.useFakeTimers()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type Stage = ReturnType<typeof tillOnStage>

const approve = ({ emulator }: Stage, connection: Connection<FlowActor>) => {
  const { prompt } = connection.actor.getSnapshot().context
  emulator.approve(prompt?.kind === 'device' ? prompt.userCode : '')
}

/** Whoever acts, and whoever is told of it. */
const couples: [string, (stage: Stage) => [Connection<FlowActor>, Connection<FlowActor>]][] = [
  [
    'another connection of the same client',
    ({ newClient }) => {
      const client = newClient()
      return [client.connect('till'), client.connect('till')]
    },
  ],
  ['another client on the same vault', ({ newClient }) => [newClient().connect('till'), newClient().connect('till')]],
]

describe.each(couples)('a change by %s', (_, couple) => {
  async function connectedCouple(stage: Stage) {
    const [one, other] = couple(stage)
    await stage.authorize(one)
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
    expect(await other.accessToken()).toBe(await one.accessToken())
    return [one, other] as const
  }

  it('a logout: no token is handed out any more, before the provider has answered', async () => {
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    const release = stage.hold('/oauth/revoke')
    one.send({ type: 'token.revoke' })
    await settle()
    expect(stage.requests('/oauth/revoke')).toHaveLength(1)
    await expect(other.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    release()
    await pass(1)
    expect([stateOf(one), stateOf(other)]).toEqual(['revoked', 'revoked'])
    expect(other.actor.getSnapshot().context).toMatchObject({ token: undefined, endedBecause: 'revoked' })
    expect(stage.requests('/oauth/revoke')).toHaveLength(1)
  })

  it('a forgetting: no token is handed out any more, and it is idle', async () => {
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    await one.forget()
    await settle()
    await expect(other.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    expect(stateOf(other)).toBe('idle')
    expect(other.actor.getSnapshot().context.token).toBeUndefined()
  })

  it('a refresh: the new token is adopted without a request, and it is connected all the while', async () => {
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    const old = await other.accessToken()
    const seen = appearance(other)
    one.send({ type: 'token.refresh' })
    await settle()
    // The token at once; the state when the other has given its lease back.
    expect(await other.accessToken()).not.toBe(old)
    expect(await other.accessToken()).toBe(await one.accessToken())
    await pass(1)
    expect([stateOf(other), generationOf(other)]).toEqual(['authorized', 2])
    expect(seen).toEqual({ states: ['refreshing', 'authorized'], disconnected: 0, told: ['token.changed'] })
    expect(stage.requests('refresh_token')).toHaveLength(1)
  })

  it('a login: the prompt is shown, and it is authorized with the same token', async () => {
    const stage = tillOnStage()
    const [one, other] = couple(stage)
    await settle()
    const seen = appearance(other)
    one.send({ type: 'authorization.start' })
    await pass(1)
    expect([stateOf(one), stateOf(other)]).toEqual(['awaitingUser', 'awaitingUser'])
    expect(other.actor.getSnapshot().context.prompt).toEqual(one.actor.getSnapshot().context.prompt)
    approve(stage, other)
    await pass(7)
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
    expect(await other.accessToken()).toBe(await one.accessToken())
    expect(stage.requests('/oauth/device/code')).toHaveLength(1)
    expect(stage.requests(deviceGrant)).toHaveLength(1)
    expect(seen.told).toEqual(['prompt.changed', 'prompt.changed', 'token.changed'])
  })

  it('a login, where the last one was refused: the new prompt is shown', async () => {
    const stage = tillOnStage()
    const [one, other] = couple(stage)
    one.send({ type: 'authorization.start' })
    await pass(1)
    const { prompt } = one.actor.getSnapshot().context
    stage.emulator.deny(prompt?.kind === 'device' ? prompt.userCode : '')
    await pass(7)
    expect([stateOf(one), stateOf(other)]).toEqual(['failed', 'failed'])
    one.send({ type: 'authorization.start' })
    await pass(1)
    expect([stateOf(one), stateOf(other)]).toEqual(['awaitingUser', 'awaitingUser'])
    approve(stage, other)
    await pass(7)
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
  })

  it('a cancelled login: the prompt goes', async () => {
    const stage = tillOnStage()
    const [one, other] = couple(stage)
    one.send({ type: 'authorization.start' })
    await pass(1)
    one.send({ type: 'authorization.cancel' })
    await settle()
    expect([stateOf(one), stateOf(other)]).toEqual(['idle', 'idle'])
    expect(other.actor.getSnapshot().context.prompt).toBeUndefined()
  })

  it('polls: no news, and nothing flickers', async () => {
    const stage = tillOnStage({ tyro: { codeLifetime: 900 } })
    const [one, other] = couple(stage)
    one.send({ type: 'authorization.start' })
    await pass(1)
    const seen = appearance(other)
    await pass(600)
    const polls = stage.requests(deviceGrant).length
    expect(polls).toBeGreaterThan(90)
    expect(seen.told).toEqual([])
    // Its own looks at the interval, of which there is one for each poll.
    expect(new Set(seen.states)).toEqual(new Set(['polling', 'awaitingUser']))
    expect(seen.states.length).toBeLessThanOrEqual(2 * (polls + 1))
  })

  it('trouble of its own: no news for one that has a token, until there is a new one', async () => {
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    const seen = appearance(other)
    stage.emulator.fault({ provider: 'tyro', endpoint: 'token', times: 3 }, { kind: 'status', status: 503 })
    one.send({ type: 'token.refresh' })
    await settle()
    expect([stateOf(one), stateOf(other)]).toEqual(['backingOff', 'authorized'])
    await pass(3)
    expect(seen.states).toEqual([])
    await pass(30)
    expect([generationOf(one), generationOf(other)]).toEqual([2, 2])
    expect(seen.disconnected).toBe(0)
    expect(stage.requests('refresh_token')).toHaveLength(4)
  })

  it('a refresh, where it waits for its own next try: that is not waited for', async () => {
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    stage.emulator.fault(
      { provider: 'tyro', endpoint: 'token' },
      {
        kind: 'status',
        status: 503,
        headers: { 'retry-after': '3600' },
      },
    )
    other.send({ type: 'token.refresh' })
    await settle()
    expect(stateOf(other)).toBe('backingOff')
    one.send({ type: 'token.refresh' })
    await pass(1)
    expect([stateOf(other), generationOf(other)]).toEqual(['authorized', 2])
    expect(other.actor.getSnapshot().context).toMatchObject({ retryAt: undefined, failure: undefined })
  })

  it('an end of the session at the provider: both say so, and keep the token until its end', async () => {
    const stage = tillOnStage({ tyro: { accessTokenLifetime: 600 } })
    const [one, other] = await connectedCouple(stage)
    stage.emulator.revokeAll('tyro')
    one.send({ type: 'token.refresh' })
    await pass(1)
    expect([stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
    await pass(600)
    expect([stateOf(one), stateOf(other)]).toEqual(['expired', 'expired'])
    expect(other.actor.getSnapshot().context.endedBecause).toBe('session_expired')
    expect(stage.requests('refresh_token')).toHaveLength(1)
  })

  it('after it was stopped: nothing is sent, nothing is read and nothing is warned of', async () => {
    const warnings = vi.spyOn(console, 'warn')
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    await other.stop()
    const before = other.actor.getSnapshot()
    one.send({ type: 'token.refresh' })
    await pass(1)
    one.send({ type: 'token.revoke' })
    await pass(1)
    expect(stateOf(one)).toBe('revoked')
    expect(other.actor.getSnapshot()).toBe(before)
    expect(warnings).not.toHaveBeenCalled()
  })

  it('after its host has stopped the actor: nothing is warned of', async () => {
    const warnings = vi.spyOn(console, 'warn')
    const stage = tillOnStage()
    const [one, other] = await connectedCouple(stage)
    other.actor.stop()
    one.send({ type: 'token.revoke' })
    await pass(1)
    expect(stateOf(one)).toBe('revoked')
    expect(warnings).not.toHaveBeenCalled()
  })
})

describe('a redirect that one process awaits', () => {
  it('and another answers connects both, with one exchange', async () => {
    const { inMemory, loginUrl, office } = await import('./support/stories.ts')
    vi.useRealTimers()
    await using stage = await inMemory()
    const [one, other] = [office(stage).connection, office(stage).connection]
    one.send({ type: 'authorization.start' })
    await expect.poll(() => stateOf(other)).toBe('awaitingUser')
    const url = await stage.emulator.login(loginUrl(other))
    other.send({ type: 'authorization.responded', url })
    await expect.poll(() => [stateOf(one), stateOf(other)]).toEqual(['authorized', 'authorized'])
    expect(await one.accessToken()).toBe(await other.accessToken())
    const exchanges = stage.emulator.journal.filter(({ endpoint }) => endpoint === 'token')
    expect(exchanges).toHaveLength(1)
  })
})

describe('several connections', () => {
  it.each([2, 5])('of %i clients never set each other off: as many requests and changes in each hour', async (many) => {
    const stage = tillOnStage({ tyro: { accessTokenLifetime: 600 } })
    const client = stage.newClient()
    const connections = Array.from({ length: many }, (_, index) =>
      (index < 2 ? client : stage.newClient()).connect('till'),
    )
    const [first] = connections
    if (first) await stage.authorize(first)
    await pass(1)
    const seen = connections.map(appearance)
    const hours: { requests: number; changes: number }[] = []
    for (let hour = 0; hour < 3; hour++) {
      const before = stage.requests('refresh_token').length
      for (const { states } of seen) states.length = 0
      await pass(3_600)
      const requests = stage.requests('refresh_token').length - before
      hours.push({ requests, changes: Math.max(...seen.map(({ states }) => states.length)) })
    }
    for (const { requests, changes } of hours) {
      // A token of ten minutes is renewed after nine, or a little less.
      expect(requests).toBeGreaterThanOrEqual(6)
      expect(requests).toBeLessThanOrEqual(7)
      expect(changes).toBeLessThanOrEqual(requests * 4)
    }
    expect(new Set(connections.map(generationOf)).size).toBe(1)
    expect(seen.map(({ disconnected }) => disconnected)).toEqual(connections.map(() => 0))
  })

  it('whose first requests fail back off together, without setting each other off', async () => {
    const stage = tillOnStage()
    const place = { provider: 'tyro', endpoint: 'deviceAuthorization', times: 100 } as const
    stage.emulator.fault(place, { kind: 'status', status: 503 })
    const connections = Array.from({ length: 3 }, () => stage.newClient().connect('till'))
    await settle()
    const seen = connections.map(appearance)
    connections[0]?.send({ type: 'authorization.start' })
    await pass(3_600)
    const requests = stage.requests('/oauth/device/code').length
    // The back-off doubles up to five minutes.
    expect(requests).toBeGreaterThan(12)
    expect(requests).toBeLessThan(30)
    for (const { states } of seen) expect(states.length).toBeLessThanOrEqual(requests * 6)
  })
})

describe('a defect', () => {
  it('is not tried again with each change of others; only a new token leads out of it', async () => {
    const stage = tillOnStage({ tyro: { rotation: false } })
    const random = () => {
      throw new Error('a defect')
    }
    const environment = createEnvironment({ fetch: stage.emulator.fetch, random })
    const one = stage.newClient().connect('till')
    await stage.authorize(one)
    const broken = stage.newClient({ environment }).connect('till')
    await settle()
    broken.send({ type: 'token.refresh' })
    await pass(1)
    expect(stateOf(broken)).toBe('failed')
    const seen = appearance(broken)

    stage.emulator.fault({ provider: 'tyro', endpoint: 'token', times: 4 }, { kind: 'status', status: 503 })
    one.send({ type: 'token.refresh' })
    await pass(5)
    expect(stage.requests('refresh_token').length).toBeGreaterThan(2)
    expect([stateOf(one), stateOf(broken), seen.states]).toEqual(['backingOff', 'failed', []])
    await pass(60)
    expect([stateOf(one), stateOf(broken)]).toEqual(['authorized', 'authorized'])
    expect(await broken.accessToken()).toBe(await one.accessToken())
  })
})

describe('a code that has taken the place of another', () => {
  it('is shown, although it awaits somebody now as then', async () => {
    const shared = memoryVault()
    const { vault, calls } = watchedVault(shared)
    const stage = tillOnStage({}, shared)
    const [one, other] = [stage.newClient().connect('till'), stage.newClient({ vault }).connect('till')]
    await settle()
    one.send({ type: 'authorization.start' })
    await settle()
    calls.ring()
    await settle()
    expect(stateOf(other)).toBe('awaitingUser')
    await pass(2)
    one.send({ type: 'authorization.cancel' })
    await settle()
    one.send({ type: 'authorization.start' })
    await settle()
    const { prompt } = one.actor.getSnapshot().context
    expect(other.actor.getSnapshot().context.prompt).not.toEqual(prompt)
    calls.ring()
    await settle()
    expect(other.actor.getSnapshot().context.prompt).toEqual(prompt)
  })
})

describe('a vault that cannot tell of changes', () => {
  it('has them noticed when it is next read', async () => {
    const shared = memoryVault()
    const stage = tillOnStage({ tyro: { accessTokenLifetime: 600 } }, shared)
    const [one, other] = [
      stage.newClient().connect('till'),
      stage.newClient({ vault: unwatchedVault(shared) }).connect('till'),
    ]
    await stage.authorize(one)
    expect(stateOf(other)).toBe('idle')
    other.send({ type: 'record.changed' })
    await settle()
    expect(stateOf(other)).toBe('authorized')
    await one.forget()
    await settle()
    expect(stateOf(other)).toBe('authorized')
    await pass(600)
    expect(stateOf(other)).toBe('idle')
    expect(stage.requests('refresh_token')).toHaveLength(0)
  })

  it.each([
    ['throws', () => Promise.reject(new Error('locked'))],
    ['is in trouble', () => Promise.resolve().then(() => Promise.reject(new Error('busy')))],
  ])('at the moment of a change, since a read %s, keeps what it has and looks later', async (_, trouble) => {
    const shared = memoryVault()
    const { vault, calls } = watchedVault(shared)
    const stage = tillOnStage({}, shared)
    const [one, other] = [stage.newClient().connect('till'), stage.newClient({ vault }).connect('till')]
    await stage.authorize(one)
    calls.ring()
    await settle()
    expect(stateOf(other)).toBe('authorized')
    vi.spyOn(vault, 'read').mockImplementationOnce(trouble)
    one.send({ type: 'token.refresh' })
    await pass(1)
    calls.ring()
    await settle()
    expect([stateOf(other), generationOf(other)]).toEqual(['authorized', 1])
    calls.ring()
    await pass(1)
    expect([stateOf(other), generationOf(other)]).toEqual(['authorized', 2])
  })

  it('and throws when it is asked to is used like one that was never asked', async () => {
    const shared = memoryVault()
    const vault = {
      ...shared,
      watch: () => {
        throw new Error('too many watchers')
      },
    }
    const stage = tillOnStage({}, shared)
    const till = stage.newClient({ vault }).connect('till')
    await stage.authorize(till)
    expect(stateOf(till)).toBe('authorized')
    await till.stop()
  })
})

describe('connecting and stopping', () => {
  it('leaves no watcher behind, and one is enough for all connections of a name', async () => {
    const { vault, calls } = watchedVault(memoryVault())
    const { newClient } = tillOnStage({}, vault)
    const client = newClient()
    for (let round = 0; round < 20; round++) {
      const connections = [client.connect('till'), client.connect('till'), client.connect('other')]
      await settle()
      expect(calls.watching()).toBe(2)
      await connections[0]?.stop()
      expect(calls.watching()).toBe(2)
      await Promise.all(connections.map((connection) => connection.stop()))
      expect(calls.watching()).toBe(0)
    }
  })

  it('ends each watch of the vault once', async () => {
    const shared = memoryVault()
    const ends: string[] = []
    const vault = {
      ...shared,
      watch: (name: string) => () => void ends.push(name),
    }
    const { newClient } = tillOnStage({}, vault)
    const client = newClient()
    const connections = [client.connect('till'), client.connect('till')]
    await Promise.all(connections.map((connection) => connection.stop()))
    await Promise.all(connections.map((connection) => connection.stop()))
    expect(ends).toEqual(['till'])
  })

  it('again after the last one was stopped reads the vault anew, and follows', async () => {
    const stage = tillOnStage()
    const [client, elsewhere] = [stage.newClient(), stage.newClient().connect('till')]
    const before = client.connect('till')
    await stage.authorize(before)
    await before.stop()
    elsewhere.send({ type: 'token.refresh' })
    await pass(1)
    const again = client.connect('till')
    await settle()
    expect([stateOf(again), generationOf(again)]).toEqual(['authorized', 2])
    elsewhere.send({ type: 'token.refresh' })
    await pass(1)
    expect([stateOf(again), generationOf(again)]).toEqual(['authorized', 3])
  })
})

describe('what is known of a connection', () => {
  const NOW = 1_800_000_000_000
  const settings = settingsOf(tyro, { clientId: 'pos' })
  const recordOf = (generation: number, accessToken: string) => ({
    version: 2 as const,
    provider: 'tyro',
    client: settings.fingerprint,
    generation,
    tokens: { accessToken, type: 'Bearer', scope: '', since: NOW, renewable: false, extra: {} },
  })

  /** A vault whose reads can be held back: each sees what was there when it began. */
  async function slowly() {
    const shared = memoryVault()
    const { vault, calls } = watchedVault(shared)
    const gates: (() => void)[] = []
    let slow = false
    const { read } = vault
    vault.read = async (name) => {
      const entry = await read(name)
      if (slow) await new Promise<void>((open) => gates.push(open))
      return entry
    }
    const custody = createCustody(vault, settings, stillEnvironment(NOW))
    await shared.write('till', recordOf(1, 'first'), undefined)
    const answerLate = (yes: boolean) => {
      slow = yes
    }
    const release = async () => {
      for (const open of gates.splice(0)) open()
      await settle()
    }
    const store = async (record: ReturnType<typeof recordOf> | undefined) => {
      const entry = await shared.read('till')
      if (record) await shared.write('till', record, entry?.revision)
      else await shared.erase('till', entry?.revision ?? '')
    }
    return { custody, calls, answerLate, release, store, shared }
  }

  it('is not set back by a read that began before a change was stored', async () => {
    const { custody, calls, answerLate, release } = await slowly()
    const cell = custody.open('till')
    await custody.read('till')
    answerLate(true)
    calls.ring()
    await settle()
    answerLate(false)
    await custody.update('till', () => undefined)
    expect(cell.accessToken).toBeUndefined()
    const tokens: (string | undefined)[] = []
    cell.followers.add(() => tokens.push(cell.accessToken))
    await release()
    expect(cell.accessToken).toBeUndefined()
    expect(tokens).toEqual([])
  })

  it('is not set back by a change that had nothing to change, either', async () => {
    const { custody, answerLate, release } = await slowly()
    const cell = custody.open('till')
    await custody.read('till')
    answerLate(true)
    const idle = custody.update('till', (current) => current)
    await settle()
    answerLate(false)
    await custody.update('till', () => undefined)
    const tokens: (string | undefined)[] = []
    cell.followers.add(() => tokens.push(cell.accessToken))
    await release()
    expect(await idle).toBeUndefined()
    expect(tokens).toEqual([])
  })

  it('is looked at after a change of its own, where the vault told of one meanwhile', async () => {
    const { custody, calls, answerLate, release, store } = await slowly()
    const cell = custody.open('till')
    await custody.read('till')
    answerLate(true)
    const update = custody.update('till', (current) => current)
    await settle()
    await store(recordOf(2, 'second'))
    const before = calls.reads
    calls.ring()
    calls.ring()
    await settle()
    expect(calls.reads).toBe(before)
    answerLate(false)
    await release()
    await update
    await settle()
    expect(cell.accessToken).toBe('second')
    expect(calls.reads).toBe(before + 1)
  })

  it('is what another stored while its own change was on its way into memory', async () => {
    const { custody, store, shared } = await slowly()
    const cell = custody.open('till')
    await custody.read('till')
    const { write } = shared
    vi.spyOn(shared, 'write').mockImplementationOnce(async (...change) => {
      const revision = await write(...change)
      await store(recordOf(3, 'third'))
      await custody.read('till')
      return revision
    })
    await custody.update('till', (current) => current && { ...current, generation: 2 })
    await settle()
    expect(cell.accessToken).toBe('third')
  })

  it('ends with the last connection: no read in flight brings it back, and no late call is heard', async () => {
    const { custody, calls, answerLate, release } = await slowly()
    custody.open('till')
    await custody.read('till')
    answerLate(true)
    calls.ring()
    await settle()
    const { reads } = calls
    custody.close('till')
    await release()
    expect(custody.held('till').record).toBeUndefined()
    expect(calls.watching()).toBe(0)
    expect(calls.reads).toBe(reads)
  })

  it('hears no call of a watcher that comes after the last connection was closed', async () => {
    const shared = memoryVault()
    let late = () => {}
    let reads = 0
    const vault = {
      ...shared,
      read: (name: string) => {
        reads++
        return shared.read(name)
      },
      watch: (_: string, changed: () => void) => {
        late = changed
        return () => {}
      },
    }
    await shared.write('till', recordOf(1, 'first'), undefined)
    const custody = createCustody(vault, settings, stillEnvironment(NOW))
    custody.open('till')
    custody.close('till')
    late()
    await settle()
    expect(reads).toBe(0)
    expect(custody.held('till').record).toBeUndefined()
  })

  it('stays while one of two connections is open', async () => {
    const { custody, calls } = await slowly()
    const [one, other] = [custody.open('till'), custody.open('till')]
    expect(one).toBe(other)
    await custody.read('till')
    custody.close('till')
    expect(custody.held('till')).toBe(one)
    expect(calls.watching()).toBe(1)
    custody.close('till')
    expect(custody.held('till')).not.toBe(one)
  })

  it('counts the records that were seen, and tells followers of each once', async () => {
    const { custody, store } = await slowly()
    const cell = custody.open('till')
    const seen: (string | undefined)[] = []
    cell.followers.add(() => seen.push(cell.accessToken))
    await custody.read('till')
    await custody.read('till')
    await store(recordOf(2, 'second'))
    await custody.read('till')
    await custody.update('till', (current) => current)
    await store(undefined)
    await custody.read('till')
    await custody.read('till')
    expect(seen).toEqual(['first', 'second', undefined])
  })
})

describe('a vault that tells nothing of changes', () => {
  it('is no hindrance between two clients that share the object', async () => {
    const stage = tillOnStage({}, unwatchedVault(memoryVault()))
    const [one, other] = [stage.newClient().connect('till'), stage.newClient().connect('till')]
    await stage.authorize(one)
    expect(stateOf(other)).toBe('authorized')
    one.send({ type: 'token.revoke' })
    await pass(1)
    expect(stateOf(other)).toBe('revoked')
    await expect(other.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    other.send({ type: 'authorization.start' })
    await pass(1)
    expect(stateOf(one)).toBe('awaitingUser')
    const before = stateOf(other)
    await other.stop()
    await one.forget()
    expect(stateOf(other)).toBe(before)
  })

  it('is looked at again while tokens are asked for, every ten seconds', async () => {
    const vault = memoryVault()
    const elsewhere = { ...unwatchedVault(vault) }
    const stage = tillOnStage({}, vault)
    const [one, other] = [stage.newClient().connect('till'), stage.newClient({ vault: elsewhere }).connect('till')]
    await stage.authorize(one)
    expect(stateOf(other)).toBe('idle')
    await expect(other.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    await pass(11)
    await other.accessToken().catch(() => {})
    await settle()
    // A login elsewhere.
    expect(await other.accessToken()).toBe(await one.accessToken())
    const reads = vi.spyOn(elsewhere, 'read')
    for (let second = 0; second < 60; second++) {
      await pass(1)
      await other.accessToken()
    }
    expect(reads.mock.calls.length).toBeLessThanOrEqual(6)
    one.send({ type: 'token.revoke' })
    await pass(11)
    await other.accessToken().catch(() => {})
    await settle()
    // And a logout.
    await expect(other.accessToken()).rejects.toMatchObject({ code: 'authorization_required' })
    expect(stateOf(other)).toBe('revoked')
  })

  it('is looked at again after the clock was set back, too', async () => {
    const vault = memoryVault()
    const stage = tillOnStage({}, vault)
    let ahead = 3_600_000
    const environment = createEnvironment({ ...stage.environment, now: () => Date.now() + ahead })
    const other = stage.newClient({ vault: unwatchedVault(vault), environment }).connect('till')
    await settle()
    const one = stage.newClient().connect('till')
    await stage.authorize(one)
    ahead = 0
    await other.accessToken().catch(() => {})
    await settle()
    expect(await other.accessToken()).toBe(await one.accessToken())
  })
})

it('a clock that jumps does not end the lease of a request that is under way', async () => {
  const stage = tillOnStage()
  let ahead = 0
  const environment = createEnvironment({ ...stage.environment, now: () => Date.now() + ahead })
  const client = stage.newClient({ environment })
  const [one, other] = [client.connect('till'), client.connect('till')]
  await stage.authorize(one)
  const release = stage.hold('refresh_token')
  one.send({ type: 'token.refresh' })
  await settle()
  ahead = 365 * 86_400_000
  other.accessToken().catch(() => {})
  await pass(3)
  expect(stage.requests('refresh_token')).toHaveLength(1)
  release()
  // Its token counts from before the jump, and is dead: another one is had in a while.
  await pass(20)
  expect(await other.accessToken()).toBe(await one.accessToken())
  expect(stage.requests('refresh_token')).toHaveLength(2)
})
